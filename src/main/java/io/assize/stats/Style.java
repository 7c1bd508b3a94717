package io.assize.stats;

/**
 * What a response looks like.
 *
 * @param words runs of characters between white space
 * @param characters Unicode code points
 * @param headers lines that begin as a markdown header, # to ######
 * @param items lines that begin as a list's item: -, * or +, or a number with . or )
 * @param bold spans in ** or __
 */
public record Style(int words, int characters, int headers, int items, int bold) {
  /** Of a text; all 0 for null. */
  public static Style of(String text) {
    return text == null ? new Style(0, 0, 0, 0, 0) : new Scan(text).style();
  }

  /** One walk over the text. */
  private static final class Scan {
    private final String text;
    private int words;
    private int pairs;
    private int headers;
    private int items;
    private int bold;

    Scan(String text) {
      this.text = text;
    }

    Style style() {
      boolean inside = false;
      boolean begin = true;
      char open = 0;
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        boolean space = Character.isWhitespace(c) || Character.isSpaceChar(c);
        words += !space && !inside ? 1 : 0;
        inside = !space;
        pairs += Character.isLowSurrogate(c) && i > 0 && highAt(i - 1) ? 1 : 0;
        if (begin && !space) {
          headers += header(i) ? 1 : 0;
          items += item(i) ? 1 : 0;
        }
        if (c == '\n') {
          begin = true;
          open = 0;
        } else {
          begin &= space;
          if ((c == '*' || c == '_') && i + 1 < text.length() && text.charAt(i + 1) == c) {
            bold += open == c ? 1 : 0;
            open = open == c ? 0 : c;
            inside = true;
            i++;
          }
        }
      }
      return new Style(words, text.length() - pairs, headers, items, bold);
    }

    private boolean highAt(int i) {
      return Character.isHighSurrogate(text.charAt(i));
    }

    private boolean header(int from) {
      int end = from;
      while (end < text.length() && text.charAt(end) == '#') {
        end++;
      }
      return end > from && end - from <= 6 && end < text.length() && text.charAt(end) == ' ';
    }

    private boolean item(int from) {
      int end = from;
      while (end < text.length() && Character.isDigit(text.charAt(end))) {
        end++;
      }
      String marks = end > from ? ".)" : "-*+";
      return end + 1 < text.length()
          && marks.indexOf(text.charAt(end)) >= 0
          && text.charAt(end + 1) == ' ';
    }
  }
}
