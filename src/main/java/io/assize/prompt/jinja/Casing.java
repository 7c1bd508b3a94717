package io.assize.prompt.jinja;

import java.util.Locale;
import java.util.function.IntPredicate;

/**
 * Upper, lower and title case, as Python's strings know them. Every character that survives keeps
 * its mark.
 */
final class Casing {
  private final Run run;

  Casing(Run run) {
    this.run = run;
  }

  Text upper(Text text) {
    return each(text, (c, place) -> upper(c));
  }

  Text lower(Text text) {
    return each(text, (c, place) -> lower(text, c, place));
  }

  Text swapCase(Text text) {
    return each(
        text,
        (c, place) ->
            isUpper(c) ? lower(text, c, place) : isLower(c) ? upper(c) : Character.toString(c));
  }

  Text capitalize(Text text) {
    return each(text, (c, place) -> place == 0 ? title(c) : lower(text, c, place));
  }

  /** Words, that is, runs of letters with case, begin in upper case. */
  Text title(Text text) {
    boolean[] inside = {false};
    return each(
        text,
        (c, place) -> {
          String cased = inside[0] ? lower(text, c, place) : title(c);
          inside[0] = isCased(c);
          return cased;
        });
  }

  /** Jinja's own title: words begin after blanks and opening brackets. */
  Text titleWords(Text text) {
    boolean[] starts = {true};
    return each(
        text,
        (c, place) -> {
          String cased = starts[0] ? upper(c) : lower(text, c, place);
          starts[0] = Spaces.isSpace(c) || "-({[<".indexOf(c) >= 0;
          return cased;
        });
  }

  private interface CharacterChange {
    String apply(int codePoint, int place);
  }

  private Text each(Text text, CharacterChange change) {
    TextBuilder out = new TextBuilder(run.meter());
    run.meter().reading(text.size());
    String value = text.toString();
    for (int i = 0; i < value.length(); ) {
      int c = value.codePointAt(i);
      out.append(change.apply(c, i), text.isData(i));
      i += Character.charCount(c);
    }
    return out.build();
  }

  boolean isLower(Text text) {
    return hasCase(text, Casing::isLower);
  }

  boolean isUpper(Text text) {
    return hasCase(text, Casing::isUpper);
  }

  private boolean hasCase(Text text, IntPredicate wanted) {
    run.meter().reading(text.size());
    IntPredicate cased = Casing::isCased;
    return text.toString().codePoints().anyMatch(cased)
        && text.toString().codePoints().filter(cased).allMatch(wanted);
  }

  boolean isTitle(Text text) {
    run.meter().reading(text.size());
    boolean inside = false;
    boolean any = false;
    for (int c : text.toString().codePoints().toArray()) {
      boolean upper = isUpper(c) || Character.isTitleCase(c);
      if ((upper && inside) || (isLower(c) && !inside)) {
        return false;
      }
      inside = isCased(c);
      any |= inside;
    }
    return any;
  }

  private static String upper(int c) {
    return Character.toString(c).toUpperCase(Locale.ROOT);
  }

  private static String title(int c) {
    int titled = Character.toTitleCase(c);
    String upper = upper(c);
    int first = upper.codePointAt(0);
    int size = Character.charCount(first);
    if (titled != c || upper.length() == size) {
      return Character.toString(titled);
    }
    String rest = upper.substring(size);
    return isCased(first) ? upper.substring(0, size) + rest.toLowerCase(Locale.ROOT) : upper;
  }

  private static String lower(Text text, int c, int place) {
    if (c == 'Σ') {
      return isFinal(text.toString(), place) ? "ς" : "σ";
    }
    return Character.toString(c).toLowerCase(Locale.ROOT);
  }

  /** Whether a sigma ends its word. */
  private static boolean isFinal(String value, int place) {
    int before = place - 1;
    while (before >= 0 && isCaseIgnorable(value.charAt(before))) {
      before--;
    }
    if (before < 0 || !isCased(value.charAt(before))) {
      return false;
    }
    int after = place + 1;
    while (after < value.length() && isCaseIgnorable(value.charAt(after))) {
      after++;
    }
    return after == value.length() || !isCased(value.charAt(after));
  }

  private static boolean isCaseIgnorable(int c) {
    int type = Character.getType(c);
    return "'.:^`\u00b7\u2018\u2019".indexOf(c) >= 0
        || type == Character.NON_SPACING_MARK
        || type == Character.ENCLOSING_MARK
        || type == Character.FORMAT
        || type == Character.MODIFIER_LETTER
        || type == Character.MODIFIER_SYMBOL;
  }

  private static boolean isUpper(int c) {
    return Character.isUpperCase(c);
  }

  private static boolean isLower(int c) {
    return Character.isLowerCase(c);
  }

  private static boolean isCased(int c) {
    return isUpper(c) || isLower(c) || Character.isTitleCase(c);
  }
}
