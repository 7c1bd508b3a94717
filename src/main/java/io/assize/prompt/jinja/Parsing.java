package io.assize.prompt.jinja;

import java.math.BigInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Numbers out of text, as Python's {@code int} and {@code float} read them. */
final class Parsing {
  private static final Pattern WHOLE =
      Pattern.compile("([+-]?)(0[xX]_?|0[oO]_?|0[bB]_?)?([0-9a-zA-Z]++(?:_[0-9a-zA-Z]++)*+)");

  private static final Pattern REAL =
      Pattern.compile(
          "[+-]?(?:\\d++(?:_\\d++)*+\\.?(?:\\d++(?:_\\d++)*+)?|\\.\\d++(?:_\\d++)*+)"
              + "(?:[eE][+-]?\\d++(?:_\\d++)*+)?");

  private static final Pattern NAMED =
      Pattern.compile("([+-]?)(inf|infinity|nan)", Pattern.CASE_INSENSITIVE);

  /** More digits than any number of ours has. */
  private static final int LONGEST = 2000;

  private Parsing() {}

  /** A whole number; null where the text is none. */
  static BigInteger whole(String text, int base) {
    Matcher form = WHOLE.matcher(stripped(text));
    if (text.length() > LONGEST || !form.matches()) {
      return null;
    }
    String prefix =
        form.group(2) == null
            ? ""
            : form.group(2).substring(0, 2).toLowerCase(java.util.Locale.ROOT);
    int radix = base;
    if (!prefix.isEmpty()) {
      int said = prefix.equals("0x") ? 16 : prefix.equals("0o") ? 8 : 2;
      if (base != 0 && base != said) {
        return base == 36 ? parsed(form.group(1) + prefix + form.group(3), 36) : null;
      }
      radix = said;
    } else if (base == 0) {
      if (form.group(3).matches("0[_0]*[1-9].*")) {
        return null;
      }
      radix = 10;
    }
    return radix < 2 || radix > 36 ? null : parsed(form.group(1) + form.group(3), radix);
  }

  private static BigInteger parsed(String digits, int radix) {
    try {
      BigInteger number = new BigInteger(digits.replace("_", ""), radix);
      return number.bitLength() > Limits.NUMBER_BITS ? null : number;
    } catch (NumberFormatException e) {
      return null;
    }
  }

  /** A float out of a number or a text; null where it is neither. */
  static Double real(Object value) {
    if (Types.isNumber(value)) {
      return Numbers.real(value);
    }
    if (!(value instanceof Text written) || written.size() > LONGEST) {
      return null;
    }
    String text = stripped(written.toString());
    Matcher named = NAMED.matcher(text);
    if (named.matches()) {
      boolean nan = named.group(2).equalsIgnoreCase("nan");
      double size = nan ? Double.NaN : Double.POSITIVE_INFINITY;
      return named.group(1).equals("-") ? -size : size;
    }
    return REAL.matcher(text).matches() ? Double.valueOf(text.replace("_", "")) : null;
  }

  private static String stripped(String text) {
    int from = 0;
    int to = text.length();
    while (from < to && Spaces.isSpace(text.charAt(from))) {
      from++;
    }
    while (to > from && Spaces.isSpace(text.charAt(to - 1))) {
      to--;
    }
    return text.substring(from, to);
  }
}
