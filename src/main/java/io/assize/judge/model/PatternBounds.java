package io.assize.judge.model;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whether a regular expression of a tokenizer takes no more than about the square of a text's
 * length. The native library's engine goes back and tries again, and ends the process where it has
 * tried too often. So nothing that repeats without bound may hold what repeats, is optional or has
 * alternatives; an alternative has two unbounded repeats and three optional parts at most; and
 * nothing refers back, recurs or calls.
 */
final class PatternBounds {
  private static final int MAX_DEPTH = 16;
  private static final int MAX_UNBOUNDED = 2;
  private static final int MAX_OPTIONAL = 3;
  private static final int MAX_LENGTH = 1 << 14;

  /** More often than this is as good as without bound. */
  private static final int FEW = 16;

  private static final Pattern GROUP =
      Pattern.compile("\\((\\?(:|=|!|>|<=|<!|<[A-Za-z]\\w*>|[imx-]{1,6}:|[imx-]{1,6}(?=\\))))?");
  private static final Pattern REPEAT =
      Pattern.compile("[*+?][+?]?|\\{(\\d{0,5})(,?)(\\d{0,5})\\}\\??");
  private static final Pattern ESCAPE =
      Pattern.compile("\\\\(?:[pPx]\\{[^}]*\\}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[^1-9kgpPxu])");

  private final String regex;
  private int at;

  /** What a stretch of an expression repeats and leaves open, at most. */
  private record Cost(int unbounded, int optional, boolean choice) {
    private static final Cost NONE = new Cost(0, 0, false);

    Cost then(Cost next) {
      return new Cost(unbounded + next.unbounded, optional + next.optional, choice || next.choice);
    }

    Cost or(Cost other) {
      return new Cost(
          Math.max(unbounded, other.unbounded), Math.max(optional, other.optional), true);
    }

    boolean plain() {
      return unbounded == 0 && optional == 0 && !choice;
    }

    boolean bounded() {
      return unbounded <= MAX_UNBOUNDED && optional <= MAX_OPTIONAL;
    }
  }

  private static final class Unbounded extends Exception {
    private static final long serialVersionUID = 1L;
  }

  private PatternBounds(String regex) {
    this.regex = regex;
  }

  static boolean hold(String regex) {
    if (regex.length() > MAX_LENGTH) {
      return false;
    }
    try {
      PatternBounds bounds = new PatternBounds(regex);
      bounds.alternatives(0);
      return bounds.at == regex.length();
    } catch (Unbounded e) {
      return false;
    }
  }

  private Cost alternatives(int depth) throws Unbounded {
    if (depth > MAX_DEPTH) {
      throw new Unbounded();
    }
    Cost cost = sequence(depth);
    while (at < regex.length() && regex.charAt(at) == '|') {
      at++;
      cost = cost.or(sequence(depth));
    }
    return cost;
  }

  private Cost sequence(int depth) throws Unbounded {
    Cost cost = Cost.NONE;
    while (at < regex.length() && regex.charAt(at) != '|' && regex.charAt(at) != ')') {
      Cost part = part(depth);
      for (Matcher repeat = next(REPEAT); repeat != null; repeat = next(REPEAT)) {
        part = repeated(part, repeat);
      }
      cost = cost.then(part);
      if (!cost.bounded()) {
        throw new Unbounded();
      }
    }
    return cost;
  }

  private Cost part(int depth) throws Unbounded {
    switch (regex.charAt(at)) {
      case '\\' -> {
        if (next(ESCAPE) == null) {
          throw new Unbounded();
        }
        return Cost.NONE;
      }
      case '[' -> {
        characters();
        return Cost.NONE;
      }
      case '(' -> {
        Matcher opening = next(GROUP);
        if (opening.group(1) == null
            && at < regex.length()
            && "?*".indexOf(regex.charAt(at)) >= 0) {
          throw new Unbounded();
        }
        Cost inner = alternatives(depth + 1);
        if (at++ >= regex.length()) {
          throw new Unbounded();
        }
        return inner;
      }
      case '*', '+', '?' -> throw new Unbounded();
      default -> {
        at++;
        return Cost.NONE;
      }
    }
  }

  /** A set of characters, with sets within. */
  private void characters() throws Unbounded {
    int open = 0;
    do {
      char c = regex.charAt(at++);
      if (c == '\\') {
        at++;
      } else if (c == '[') {
        open++;
        at += regex.startsWith("^", at) ? 1 : 0;
        at += regex.startsWith("]", at) ? 1 : 0;
      } else if (c == ']') {
        open--;
      }
    } while (open > 0 && at < regex.length());
    if (open > 0 || at > regex.length()) {
      throw new Unbounded();
    }
  }

  private static Cost repeated(Cost part, Matcher repeat) throws Unbounded {
    String sign = repeat.group();
    if (sign.startsWith("?")) {
      return part.then(new Cost(0, 1, false));
    }
    int least = number(repeat.group(1), 0);
    int most =
        sign.charAt(0) != '{'
            ? Integer.MAX_VALUE
            : repeat.group(2).isEmpty() ? least : number(repeat.group(3), Integer.MAX_VALUE);
    if (most > FEW) {
      if (!part.plain()) {
        throw new Unbounded();
      }
      return new Cost(1, 0, false);
    }
    if (most > 1 && !part.plain()) {
      throw new Unbounded();
    }
    return least == most ? part : part.then(new Cost(0, 1, false));
  }

  private static int number(String digits, int otherwise) {
    return digits == null || digits.isEmpty() ? otherwise : Integer.parseInt(digits);
  }

  /** What stands here, passed over; null where it does not. */
  private Matcher next(Pattern what) {
    Matcher matcher = what.matcher(regex).region(at, regex.length());
    if (!matcher.lookingAt()) {
      return null;
    }
    at = matcher.end();
    return matcher;
  }
}
