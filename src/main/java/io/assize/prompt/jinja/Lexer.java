package io.assize.prompt.jinja;

import io.assize.prompt.jinja.Token.Kind;
import java.math.BigInteger;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Cuts a template into tokens, with the white space that Jinja takes away under {@code trim_blocks}
 * and {@code lstrip_blocks}: the line end after a block or comment, the blanks before one that
 * stands first in its line, and what {@code -} asks for; {@code +} keeps it.
 */
final class Lexer {
  private static final Pattern LINE_END = Pattern.compile("\r\n|\r");

  private static final Pattern RAW = pattern("\\{%([-+]?)\\s*+raw\\s*+(?:-%}\\s*+|%})");

  private static final Pattern END_OF_RAW =
      pattern("\\{%([-+]?)\\s*+endraw\\s*+(?:\\+%}|-%}\\s*+|%}\\n?)");

  private static final Pattern FLOAT =
      Pattern.compile(
          "(?:\\d++_)*+\\d++(?:(?:\\.(?:\\d++_)*+\\d++)?[eE][+-]?(?:\\d++_)*+\\d++"
              + "|\\.(?:\\d++_)*+\\d++)");

  private static final Pattern INTEGER =
      Pattern.compile(
          "0[bB](?:_?[01])++|0[oO](?:_?[0-7])++|0[xX](?:_?[\\da-fA-F])++|[1-9](?:_?\\d)*+|0(?:_?0)*+");

  private static final List<String> OPERATORS =
      List.of(
          "//", "**", "==", "!=", ">=", "<=", "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{",
          "}", ">", "<", "=", ".", ":", "|", ",", ";");

  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private final Deque<String> closers = new ArrayDeque<>();
  private int at;
  private int line = 1;

  /** Whether the last tag ended with the line. */
  private boolean lineStarts = true;

  private Lexer(String source) {
    this.source = source;
  }

  /** A pattern whose white space is Python's. */
  private static Pattern pattern(String regex) {
    return Pattern.compile(
        regex.replace("\\s", "[\\s\\x1c-\\x1f]"), Pattern.UNICODE_CHARACTER_CLASS);
  }

  /** The tokens of a template; the last is the end. */
  static List<Token> tokens(String template) {
    String source = LINE_END.matcher(template).replaceAll("\n");
    Lexer lexer =
        new Lexer(source.endsWith("\n") ? source.substring(0, source.length() - 1) : source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag();
      if (tag < 0) {
        data(at, source.length());
        at = source.length();
      } else {
        readTag(tag);
      }
    }
    add(Kind.END, null);
  }

  private int nextTag() {
    for (int i = source.indexOf('{', at); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private void readTag(int tag) {
    Matcher raw = RAW.matcher(source).region(tag, source.length());
    if (raw.lookingAt()) {
      dataBefore(tag, raw.group(1), true);
      moveTo(raw.end());
      readRaw();
      return;
    }
    char kind = source.charAt(tag + 1);
    int inside = tag + 2;
    String sign = "";
    if (inside < source.length() && "+-".indexOf(source.charAt(inside)) >= 0) {
      sign = source.substring(inside, inside + 1);
      inside++;
    }
    dataBefore(tag, sign, kind != '{');
    moveTo(inside);
    if (kind == '#') {
      readComment();
    } else if (kind == '%') {
      add(Kind.BLOCK_BEGIN, null);
      readCode("%}", Kind.BLOCK_END);
    } else {
      add(Kind.VARIABLE_BEGIN, null);
      readCode("}}", Kind.VARIABLE_END);
    }
  }

  /** The text before a tag, without what the tag's sign or its place in the line takes away. */
  private void dataBefore(int tag, String sign, boolean block) {
    int end = tag;
    if (sign.equals("-")) {
      while (end > at && isSpaceAt(end - 1)) {
        end--;
      }
    } else if (block && sign.isEmpty()) {
      int start = tag;
      while (start > at && source.charAt(start - 1) != '\n' && isSpaceAt(start - 1)) {
        start--;
      }
      boolean first = start > at ? source.charAt(start - 1) == '\n' : lineStarts;
      end = first ? start : tag;
    }
    data(at, end);
    line += lines(end, tag);
    at = tag;
  }

  private void data(int from, int to) {
    if (to > from) {
      add(Kind.DATA, source.substring(from, to));
      line += lines(from, to);
    }
  }

  private void readComment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw new TemplateException(line, "Missing end of comment tag");
    }
    char before = end > at ? source.charAt(end - 1) : ' ';
    moveTo(after(end + 2, before));
  }

  private void readRaw() {
    Matcher end = END_OF_RAW.matcher(source).region(at, source.length());
    if (!end.find()) {
      throw new TemplateException(line, "Missing end of raw directive");
    }
    dataBefore(end.start(), end.group(1), true);
    moveTo(end.end());
  }

  /** Where a tag that ends here leaves off: its sign takes white space, no sign a line end. */
  private int after(int end, char sign) {
    int next = end;
    if (sign == '-') {
      while (next < source.length() && isSpaceAt(next)) {
        next++;
      }
    } else if (sign != '+' && next < source.length() && source.charAt(next) == '\n') {
      next++;
    }
    return next;
  }

  private void readCode(String closing, Kind end) {
    closers.clear();
    while (at < source.length()) {
      if (closers.isEmpty() && endsHere(closing, end)) {
        return;
      }
      if (isSpaceAt(at)) {
        moveTo(at + 1);
      } else if (!number() && !name() && !string() && !operator()) {
        throw new TemplateException(line, "unexpected char '%s'", source.charAt(at));
      }
    }
  }

  private boolean endsHere(String closing, Kind kind) {
    char sign = source.charAt(at);
    boolean signed =
        (sign == '-' || (sign == '+' && kind == Kind.BLOCK_END))
            && source.startsWith(closing, at + 1);
    if (!signed && !source.startsWith(closing, at)) {
      return false;
    }
    add(kind, null);
    if (signed) {
      moveTo(after(at + 3, sign));
    } else {
      moveTo(kind == Kind.BLOCK_END ? after(at + 2, ' ') : at + 2);
    }
    return true;
  }

  private boolean number() {
    if (!isDigit(source.charAt(at))) {
      return false;
    }
    Matcher number = FLOAT.matcher(source).region(at, source.length());
    boolean afterDot = at > 0 && source.charAt(at - 1) == '.';
    if (!afterDot && number.lookingAt()) {
      add(Kind.FLOAT, Double.valueOf(number.group().replace("_", "")));
    } else {
      number = INTEGER.matcher(source).region(at, source.length());
      if (!number.lookingAt()) {
        return false;
      }
      add(Kind.INTEGER, integer(number.group().replace("_", "")));
    }
    moveTo(number.end());
    return true;
  }

  private BigInteger integer(String digits) {
    if (digits.length() > Limits.NUMBER_BITS / 4) {
      throw new TemplateException(line, "a number of %d digits is too large", digits.length());
    }
    String lower = digits.toLowerCase(java.util.Locale.ROOT);
    int radix = lower.startsWith("0x") ? 16 : lower.startsWith("0o") ? 8 : 2;
    boolean prefixed = lower.length() > 2 && "xob".indexOf(lower.charAt(1)) >= 0;
    return prefixed ? new BigInteger(lower.substring(2), radix) : new BigInteger(lower);
  }

  private boolean name() {
    if (!Character.isUnicodeIdentifierStart(source.codePointAt(at)) && source.charAt(at) != '_') {
      return false;
    }
    int end = at;
    while (end < source.length() && isNamePart(source.codePointAt(end))) {
      end += Character.charCount(source.codePointAt(end));
    }
    add(Kind.NAME, source.substring(at, end));
    moveTo(end);
    return true;
  }

  private static boolean isNamePart(int codePoint) {
    return Character.isUnicodeIdentifierPart(codePoint)
        && !Character.isIdentifierIgnorable(codePoint);
  }

  private boolean string() {
    char quote = source.charAt(at);
    if (quote != '\'' && quote != '"') {
      return false;
    }
    int end = at + 1;
    while (end < source.length() && source.charAt(end) != quote) {
      end += source.charAt(end) == '\\' ? 2 : 1;
    }
    if (end >= source.length()) {
      return false;
    }
    add(Kind.STRING, Text.of(Escapes.resolve(source.substring(at + 1, end), line)));
    moveTo(end + 1);
    return true;
  }

  private boolean operator() {
    for (String operator : OPERATORS) {
      if (source.startsWith(operator, at)) {
        balance(operator);
        add(Kind.OPERATOR, operator);
        moveTo(at + operator.length());
        return true;
      }
    }
    return false;
  }

  private void balance(String operator) {
    switch (operator) {
      case "(" -> closers.push(")");
      case "[" -> closers.push("]");
      case "{" -> closers.push("}");
      case ")", "]", "}" -> {
        if (closers.isEmpty()) {
          throw new TemplateException(line, "unexpected '%s'", operator);
        }
        String expected = closers.pop();
        if (!expected.equals(operator)) {
          throw new TemplateException(line, "unexpected '%s', expected '%s'", operator, expected);
        }
      }
      default -> {}
    }
  }

  private void add(Kind kind, Object value) {
    tokens.add(new Token(kind, value, line));
  }

  private void moveTo(int place) {
    line += lines(at, place);
    if (place > at) {
      lineStarts = source.charAt(place - 1) == '\n';
    }
    at = place;
  }

  private int lines(int from, int to) {
    int lines = 0;
    for (int i = from; i < to; i++) {
      if (source.charAt(i) == '\n') {
        lines++;
      }
    }
    return lines;
  }

  private boolean isSpaceAt(int place) {
    return Spaces.isSpace(source.charAt(place));
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }
}
