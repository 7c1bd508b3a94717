package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;

/** What Python's strings can do. Every character that survives keeps its mark. */
final class Strings {
  private final Run run;

  Strings(Run run) {
    this.run = run;
  }

  private TextBuilder builder() {
    return new TextBuilder(run.meter());
  }

  // --- Kinds of characters ---

  boolean all(Text text, IntPredicate wanted) {
    run.meter().reading(text.size());
    return !text.isEmpty() && text.toString().codePoints().allMatch(wanted);
  }

  static boolean isLetter(int c) {
    return Character.isLetter(c);
  }

  static boolean isLetterOrNumber(int c) {
    return isLetter(c) || isNumeric(c);
  }

  static boolean isDecimal(int c) {
    return Character.isDigit(c);
  }

  /** Decimals and digits in other shapes, as ². */
  static boolean isDigit(int c) {
    return Character.isDigit(c)
        || c == 0xB2
        || c == 0xB3
        || c == 0xB9
        || c == 0x2070
        || (c >= 0x2074 && c <= 0x2079)
        || (c >= 0x2080 && c <= 0x2089)
        || (c >= 0x2460 && c <= 0x2468);
  }

  static boolean isNumeric(int c) {
    int type = Character.getType(c);
    return isDigit(c) || type == Character.LETTER_NUMBER || type == Character.OTHER_NUMBER;
  }

  static boolean isPrintable(int c) {
    return c == ' ' || Printing.isPrintable(c);
  }

  static boolean isIdentifier(String text) {
    return !text.isEmpty()
        && (text.codePointAt(0) == '_' || Character.isUnicodeIdentifierStart(text.codePointAt(0)))
        && text.codePoints()
            .allMatch(
                c -> Character.isUnicodeIdentifierPart(c) && !Character.isIdentifierIgnorable(c));
  }

  // --- White space and characters at the ends ---

  /**
   * The text without characters at its ends.
   *
   * @param characters which; null for white space
   */
  Text strip(Text text, Text characters, boolean left, boolean right) {
    String value = text.toString();
    IntPredicate stripped = characters == null ? Spaces::isSpace : oneOf(characters);
    int from = 0;
    while (left && from < value.length() && stripped.test(value.codePointAt(from))) {
      from += Character.charCount(value.codePointAt(from));
    }
    int to = value.length();
    while (right && to > from && stripped.test(value.codePointBefore(to))) {
      to -= Character.charCount(value.codePointBefore(to));
    }
    run.meter().reading(from + value.length() - to);
    return text.substring(from, to);
  }

  private IntPredicate oneOf(Text characters) {
    run.meter().reading(characters.size());
    Set<Integer> set = characters.toString().codePoints().boxed().collect(Collectors.toSet());
    return set::contains;
  }

  /** Runs of white space as one blank each, none at the ends. */
  Text oneBlank(Text text) {
    return join(Text.of(" "), split(text, null, -1));
  }

  /** Blanks for each tab, up to the next column that is a multiple of {@code size}. */
  Text expandTabs(Text text, int size) {
    String value = text.toString();
    TextBuilder out = builder();
    int column = 0;
    for (int at = 0; at < value.length(); at += Character.charCount(value.codePointAt(at))) {
      int c = value.codePointAt(at);
      if (c == '\t') {
        int blanks = size > 0 ? size - column % size : 0;
        run.meter().refuseBeyond(blanks);
        out.append(" ".repeat(blanks), text.isData(at));
        column += blanks;
      } else {
        out.append(c, text.isData(at));
        column = c == '\n' || c == '\r' ? 0 : column + 1;
      }
    }
    return out.build().withSafe(text.isSafe());
  }

  /** The text filled up to a width; on the left, the right, or both sides. */
  Text pad(Text text, int width, Text fill, boolean left, boolean right) {
    if (fill.length() != 1) {
      throw new TemplateException("The fill character must be exactly one character long");
    }
    int missing = width - text.length();
    if (missing <= 0) {
      return text;
    }
    int before = left && right ? missing / 2 + (missing & width & 1) : left ? missing : 0;
    TextBuilder out = builder();
    fill(out, fill, before);
    out.append(text);
    fill(out, fill, missing - before);
    return out.build();
  }

  void fill(TextBuilder out, Text fill, int times) {
    run.meter().refuseBeyond((long) fill.size() * Math.max(0, times));
    out.append(fill.toString().repeat(Math.max(0, times)), fill.isData(0));
  }

  // --- Parts ---

  Text replace(Text text, Text old, Text replacement, int count) {
    if (old.isEmpty()) {
      return interleave(text, replacement, count);
    }
    Search search = new Search(run.meter(), old);
    TextBuilder out = builder();
    int at = 0;
    for (int done = 0; count < 0 || done < count; done++) {
      int found = search.find(text, at);
      if (found < 0) {
        break;
      }
      out.append(text, at, found).append(replacement);
      at = found + old.size();
    }
    return out.append(text, at, text.size()).build();
  }

  /** What replacing the empty text does: the replacement before each character and at the end. */
  private Text interleave(Text text, Text replacement, int count) {
    TextBuilder out = builder();
    int left = count < 0 ? Integer.MAX_VALUE : count;
    int at = 0;
    while (at < text.size() && left-- > 0) {
      int next = at + Character.charCount(text.toString().codePointAt(at));
      out.append(replacement).append(text, at, next);
      at = next;
    }
    out.append(text, at, text.size());
    return at == text.size() && left > 0 ? out.append(replacement).build() : out.build();
  }

  Text join(Text separator, List<Object> texts) {
    TextBuilder out = builder();
    boolean first = true;
    for (Object text : texts) {
      if (!first) {
        out.append(separator);
      }
      out.append((Text) text);
      first = false;
    }
    return out.build();
  }

  /**
   * The parts between separators.
   *
   * @param separator null for runs of white space
   * @param most how often to split; negative for everywhere
   */
  List<Object> split(Text text, Text separator, int most) {
    if (separator == null) {
      return splitAtSpace(text, most);
    }
    refuseEmpty(separator);
    Search search = new Search(run.meter(), separator);
    List<Object> parts = new ArrayList<>();
    int at = 0;
    while (most < 0 || parts.size() < most) {
      int found = search.find(text, at);
      if (found < 0) {
        break;
      }
      parts.add(text.substring(at, found));
      run.meter().step();
      at = found + separator.size();
    }
    parts.add(text.substring(at));
    return parts;
  }

  private List<Object> splitAtSpace(Text text, int most) {
    String value = text.toString();
    run.meter().reading(value.length());
    List<Object> parts = new ArrayList<>();
    int at = skipSpace(value, 0);
    while (at < value.length()) {
      if (most >= 0 && parts.size() >= most) {
        parts.add(text.substring(at));
        break;
      }
      int end = at;
      while (end < value.length() && !Spaces.isSpace(value.charAt(end))) {
        end++;
      }
      parts.add(text.substring(at, end));
      run.meter().step();
      at = skipSpace(value, end);
    }
    return parts;
  }

  private static int skipSpace(String value, int from) {
    int at = from;
    while (at < value.length() && Spaces.isSpace(value.charAt(at))) {
      at++;
    }
    return at;
  }

  /** As {@link #split}, counted from the end. */
  List<Object> splitFromRight(Text text, Text separator, int most) {
    if (most < 0) {
      return split(text, separator, most);
    }
    List<Object> parts = new ArrayList<>();
    if (separator == null) {
      splitAtSpaceFromRight(text, most, parts);
    } else {
      refuseEmpty(separator);
      int end = text.size();
      List<Integer> places = places(text, separator);
      for (int i = places.size() - 1; i >= 0 && parts.size() < most; i--) {
        if (places.get(i) + separator.size() <= end) {
          parts.add(text.substring(places.get(i) + separator.size(), end));
          end = places.get(i);
        }
      }
      parts.add(text.substring(0, end));
    }
    Collections.reverse(parts);
    return parts;
  }

  /** All places of a text, overlapping ones too. */
  private List<Integer> places(Text text, Text wanted) {
    Search search = new Search(run.meter(), wanted);
    List<Integer> places = new ArrayList<>();
    for (int at = search.find(text, 0); at >= 0; at = search.find(text, at + 1)) {
      places.add(at);
      run.meter().step();
    }
    return places;
  }

  private void splitAtSpaceFromRight(Text text, int most, List<Object> parts) {
    Text rest = strip(text, null, false, true);
    while (!rest.isEmpty()) {
      run.meter().step();
      if (parts.size() >= most) {
        parts.add(rest);
        return;
      }
      int start = rest.size();
      while (start > 0 && !Spaces.isSpace(rest.toString().charAt(start - 1))) {
        start--;
      }
      parts.add(rest.substring(start));
      run.meter().characters(start);
      rest = strip(rest.substring(0, start), null, false, true);
    }
  }

  List<Object> lines(Text text, boolean keepEnds) {
    String value = text.toString();
    run.meter().reading(value.length());
    List<Object> lines = new ArrayList<>();
    int at = 0;
    while (at < value.length()) {
      int end = at;
      while (end < value.length() && !Spaces.isLineEnd(value.charAt(end))) {
        end++;
      }
      int next = Math.min(value.length(), end + (value.startsWith("\r\n", end) ? 2 : 1));
      lines.add(text.substring(at, keepEnds ? next : end));
      run.meter().step();
      at = next;
    }
    return lines;
  }

  /** The text before a separator, the separator, and the text after it. */
  Tuple partition(Text text, Text separator, boolean last) {
    refuseEmpty(separator);
    Search search = new Search(run.meter(), separator);
    int found = last ? search.findLast(text, text.size()) : search.find(text, 0);
    Text empty = Text.EMPTY.withSafe(text.isSafe());
    if (found < 0) {
      return last ? Tuple.of(empty, empty, text) : Tuple.of(text, empty, empty);
    }
    return Tuple.of(
        text.substring(0, found),
        separator.withSafe(text.isSafe()),
        text.substring(found + separator.size()));
  }

  /** How often a text stands in another, without overlaps. */
  int count(Text text, Text wanted) {
    if (wanted.isEmpty()) {
      return text.length() + 1;
    }
    Search search = new Search(run.meter(), wanted);
    int count = 0;
    for (int at = search.find(text, 0); at >= 0; at = search.find(text, at + wanted.size())) {
      count++;
      run.meter().step();
    }
    return count;
  }

  private static void refuseEmpty(Text separator) {
    if (separator.isEmpty()) {
      throw new TemplateException("empty separator");
    }
  }
}
