package io.assize.stats;

/**
 * What a response looks like. What stands in a fenced block of code (between lines of ``` or ~~~,
 * or from one to the text's end: CommonMark 0.31, 4.5) counts as words and characters, never as
 * markdown.
 *
 * @param words as {@link LengthBaseline#words} counts them
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

  /** One walk over the text's lines. */
  private static final class Scan {
    private static final int LEAST_FENCE = 3;
    private static final int MOST_INDENT = 3;

    private final String text;
    private int headers;
    private int items;
    private int bold;

    /** Of the fence that is open; 0 marks for none. */
    private char fence;

    private int marks;

    Scan(String text) {
      this.text = text;
    }

    Style style() {
      for (int begin = 0; begin < text.length(); ) {
        int newline = text.indexOf('\n', begin);
        int end = newline < 0 ? text.length() : newline;
        line(begin, end);
        begin = end + 1;
      }
      return new Style(
          Words.count(text), text.codePointCount(0, text.length()), headers, items, bold);
    }

    private void line(int begin, int end) {
      int first = begin;
      while (first < end && isSpace(text.charAt(first))) {
        first++;
      }
      boolean fenced = marks > 0;
      if (first == end || isFence(first, end, first - begin) || fenced) {
        return;
      }
      headers += header(first) ? 1 : 0;
      items += item(first) ? 1 : 0;
      bold += bold(first, end);
    }

    /** Whether a fence opens or closes here, and notes that it does. */
    private boolean isFence(int first, int end, int indent) {
      char mark = text.charAt(first);
      int after = first;
      while (after < end && text.charAt(after) == mark) {
        after++;
      }
      boolean enough = after - first >= Math.max(LEAST_FENCE, marks);
      if (!enough || indent > MOST_INDENT || (mark != '`' && mark != '~')) {
        return false;
      }
      String rest = text.substring(after, end);
      if (marks > 0) {
        boolean closes = mark == fence && rest.isBlank();
        marks = closes ? 0 : marks;
        return closes;
      }
      // ```a``` on one line is code within a text.
      boolean opens = mark == '~' || rest.indexOf('`') < 0;
      fence = mark;
      marks = opens ? after - first : 0;
      return opens;
    }

    private int bold(int first, int end) {
      int spans = 0;
      char open = 0;
      for (int i = first; i + 1 < end; i++) {
        char c = text.charAt(i);
        if ((c == '*' || c == '_') && text.charAt(i + 1) == c) {
          spans += open == c ? 1 : 0;
          open = open == c ? 0 : c;
          i++;
        }
      }
      return spans;
    }

    private static boolean isSpace(char c) {
      return Character.isWhitespace(c) || Character.isSpaceChar(c);
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
      String signs = end > from ? ".)" : "-*+";
      return end + 1 < text.length()
          && signs.indexOf(text.charAt(end)) >= 0
          && text.charAt(end + 1) == ' ';
    }
  }
}
