package io.assize.prompt.jinja;

import java.util.Locale;

/** The escapes of Python's string literals. */
final class Escapes {
  private final String ascii;
  private final int line;
  private final StringBuilder text = new StringBuilder();
  private int at;

  private Escapes(String ascii, int line) {
    this.ascii = ascii;
    this.line = line;
  }

  /**
   * The text that a literal's inside stands for. As in Jinja, characters beyond ASCII are written
   * as escapes first, which shows only where a backslash stands before one.
   */
  static String resolve(String literal, int line) {
    if (literal.indexOf('\\') < 0) {
      return literal;
    }
    Escapes escapes = new Escapes(ascii(literal), line);
    while (escapes.at < escapes.ascii.length()) {
      escapes.next();
    }
    return escapes.text.toString();
  }

  private static String ascii(String literal) {
    StringBuilder ascii = new StringBuilder();
    literal
        .codePoints()
        .forEach(
            c -> {
              if (c < 0x80) {
                ascii.append((char) c);
              } else {
                ascii.append(
                    String.format(
                        Locale.ROOT,
                        c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x",
                        c));
              }
            });
    return ascii.toString();
  }

  private void next() {
    char c = ascii.charAt(at++);
    if (c != '\\') {
      text.append(c);
      return;
    }
    char escape = ascii.charAt(at++);
    switch (escape) {
      case '\n' -> {}
      case '\\', '\'', '"' -> text.append(escape);
      case 'a' -> text.append('\u0007');
      case 'b' -> text.append('\b');
      case 'f' -> text.append('\f');
      case 'n' -> text.append('\n');
      case 'r' -> text.append('\r');
      case 't' -> text.append('\t');
      case 'v' -> text.append('\u000B');
      case 'x' -> hex(2);
      case 'u' -> hex(4);
      case 'U' -> hex(8);
      case 'N' -> named();
      default -> other(escape);
    }
  }

  private void hex(int digits) {
    int end = at + digits;
    if (end > ascii.length() || !ascii.substring(at, end).matches("[0-9a-fA-F]+")) {
      throw new TemplateException(line, "an escape in a string lacks its %d digits", digits);
    }
    long codePoint = Long.parseLong(ascii.substring(at, end), 16);
    if (codePoint > Character.MAX_CODE_POINT) {
      throw new TemplateException(line, "illegal Unicode character in a string's escape");
    }
    text.appendCodePoint((int) codePoint);
    at = end;
  }

  private void named() {
    int end = ascii.indexOf('}', at);
    try {
      text.appendCodePoint(Character.codePointOf(ascii.substring(at + 1, end)));
    } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
      throw new TemplateException(line, "unknown Unicode character name in a string's escape");
    }
    at = end + 1;
  }

  private void other(char escape) {
    if (escape < '0' || escape > '7') {
      text.append('\\').append(escape);
      return;
    }
    int end = at;
    while (end < ascii.length() && end < at + 2 && "01234567".indexOf(ascii.charAt(end)) >= 0) {
      end++;
    }
    text.append((char) Integer.parseInt(ascii.substring(at - 1, end), 8));
    at = end;
  }
}
