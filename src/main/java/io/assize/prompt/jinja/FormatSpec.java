package io.assize.prompt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * How one value is to be laid out, in the terms that {@code %} and {@code str.format} share.
 *
 * @param fill the character that fills up
 * @param align {@code <}, {@code >}, {@code ^}, {@code =}, or empty for the type's own
 * @param sign {@code +}, a blank, or empty
 * @param alternate the {@code #} form
 * @param width the least width; 0 for none
 * @param grouping the separator of thousands; empty for none
 * @param precision negative for none
 * @param type the conversion; empty for none
 */
record FormatSpec(
    Text fill,
    String align,
    String sign,
    boolean alternate,
    int width,
    String grouping,
    int precision,
    String type) {
  /** The largest width and precision that a format may ask for. */
  private static final int LARGEST = 10_000;

  private static final Pattern FORM =
      Pattern.compile(
          "(?:(.)?([<>=^]))?([-+ ])?z?(#)?(0)?(\\d*)([,_])?(?:\\.(\\d+))?([a-zA-Z%])?",
          Pattern.DOTALL);

  /** Reads the form of {@code str.format}. */
  static FormatSpec parse(Text text) {
    Matcher form = FORM.matcher(text.toString());
    if (!form.matches()) {
      throw new TemplateException("Invalid format specifier '%s'", text);
    }
    boolean zero = form.group(5) != null;
    String align = form.group(2) == null ? (zero ? "=" : "") : form.group(2);
    String fill = form.group(1) != null ? form.group(1) : zero ? "0" : " ";
    return new FormatSpec(
        Text.of(fill),
        align,
        form.group(3) == null || form.group(3).equals("-") ? "" : form.group(3),
        form.group(4) != null,
        size(form.group(6)),
        form.group(7) == null ? "" : form.group(7),
        form.group(8) == null ? -1 : size(form.group(8)),
        form.group(9) == null ? "" : form.group(9));
  }

  /** A width or precision; none is 0. */
  static int size(String digits) {
    if (digits == null || digits.isEmpty()) {
      return 0;
    }
    if (digits.length() > 9 || Integer.parseInt(digits) > LARGEST) {
      throw new TemplateException("a format asks for more than %d characters", LARGEST);
    }
    return Integer.parseInt(digits);
  }

  Text text(Run run, Text value) {
    if (!sign.isEmpty() || (align.equals("=") && !fill.toString().equals("0"))) {
      throw new TemplateException("Sign or '=' alignment not allowed in string format specifier");
    }
    Text cut =
        precision >= 0 && precision < value.length()
            ? value.substring(0, value.place(precision))
            : value;
    return padded(run, cut, align.isEmpty() || align.equals("=") ? "<" : align);
  }

  Text number(Run run, Object value) {
    boolean real = value instanceof Double || (!type.isEmpty() && "eEfFgG%".contains(type));
    String digits = real ? real(Numbers.real(value)) : whole(Numbers.whole(value));
    boolean negative = digits.startsWith("-");
    String shown = negative ? "-" : sign;
    String bare = grouped(negative ? digits.substring(1) : digits);
    if (align.equals("=")) {
      int missing = Math.max(0, width - shown.length() - bare.length());
      String prefix = bare.matches("0[xXob].*") && alternate ? bare.substring(0, 2) : "";
      return Text.of(
          shown + prefix + fill.toString().repeat(missing) + bare.substring(prefix.length()));
    }
    return padded(run, Text.of(shown + bare), align.isEmpty() ? ">" : align);
  }

  private Text padded(Run run, Text text, String side) {
    return run.strings()
        .pad(text, width, fill, !side.equals("<"), !side.equals(">"))
        .withSafe(text.isSafe());
  }

  private String grouped(String digits) {
    if (grouping.isEmpty()) {
      return digits;
    }
    int end = 0;
    while (end < digits.length() && Character.isDigit(digits.charAt(end))) {
      end++;
    }
    StringBuilder grouped = new StringBuilder(digits);
    for (int i = end - 3; i > 0; i -= 3) {
      grouped.insert(i, grouping);
    }
    return grouped.toString();
  }

  private String whole(BigInteger value) {
    return switch (type) {
      case "", "d", "n", "i", "u" -> atLeast(value.toString());
      case "b" -> prefixed(value, 2, "0b");
      case "o" -> prefixed(value, 8, "0o");
      case "x" -> prefixed(value, 16, "0x");
      case "X" -> prefixed(value, 16, "0x").toUpperCase(Locale.ROOT);
      case "c" -> Character.toString(codePoint(value));
      default ->
          throw new TemplateException("Unknown format code '%s' for object of type 'int'", type);
    };
  }

  private static int codePoint(BigInteger value) {
    if (value.signum() < 0 || value.bitLength() > 21 || value.intValue() > 0x10FFFF) {
      throw new TemplateException("%%c arg not in range(0x110000)");
    }
    return value.intValue();
  }

  private String prefixed(BigInteger value, int radix, String prefix) {
    String digits = atLeast(value.toString(radix));
    if (!alternate) {
      return digits;
    }
    return digits.startsWith("-") ? "-" + prefix + digits.substring(1) : prefix + digits;
  }

  /** With as many digits as a precision asks of whole numbers. */
  private String atLeast(String digits) {
    String sign = digits.startsWith("-") ? "-" : "";
    String bare = digits.substring(sign.length());
    return sign + "0".repeat(Math.max(0, precision - bare.length())) + bare;
  }

  private String real(double value) {
    if (!Double.isFinite(value)) {
      String name = Printing.real(value);
      return type.equals("E") || type.equals("F") || type.equals("G")
          ? name.toUpperCase(Locale.ROOT)
          : name + (type.equals("%") ? "%" : "");
    }
    int digits = precision < 0 ? 6 : precision;
    String sign = value < 0 || 1 / value < 0 ? "-" : "";
    BigDecimal size = new BigDecimal(value).abs();
    return sign
        + switch (type) {
          case "" -> precision < 0 ? Printing.real(Math.abs(value)) : shortForm(size, digits);
          case "f", "F" -> fixed(size, digits);
          case "%" -> fixed(size.multiply(BigDecimal.valueOf(100)), digits) + "%";
          case "e" -> scientific(size, digits);
          case "E" -> scientific(size, digits).toUpperCase(Locale.ROOT);
          case "g", "n" -> general(size, digits);
          case "G" -> general(size, digits).toUpperCase(Locale.ROOT);
          default ->
              throw new TemplateException(
                  "Unknown format code '%s' for object of type 'float'", type);
        };
  }

  private String fixed(BigDecimal size, int digits) {
    String fixed = size.setScale(digits, RoundingMode.HALF_EVEN).toPlainString();
    return digits == 0 && alternate ? fixed + "." : fixed;
  }

  private String scientific(BigDecimal size, int digits) {
    BigDecimal rounded = size.round(new MathContext(digits + 1, RoundingMode.HALF_EVEN));
    String shown = rounded.unscaledValue().toString();
    int exponent = size.signum() == 0 ? 0 : shown.length() - 1 - rounded.scale();
    StringBuilder all = new StringBuilder(shown);
    while (all.length() < digits + 1) {
      all.append('0');
    }
    String fraction = all.substring(1, digits + 1);
    String point = digits > 0 || alternate ? "." : "";
    return all.charAt(0) + point + fraction + Printing.exponent(exponent);
  }

  private String general(BigDecimal size, int asked) {
    int digits = Math.max(1, asked);
    BigDecimal rounded = size.round(new MathContext(digits, RoundingMode.HALF_EVEN));
    int exponent = size.signum() == 0 ? 0 : rounded.precision() - 1 - rounded.scale();
    boolean plain = exponent >= -4 && exponent < digits;
    if (plain) {
      return bare(fixed(size, digits - 1 - exponent));
    }
    String shown = scientific(size, digits - 1);
    int e = shown.indexOf('e');
    return bare(shown.substring(0, e)) + shown.substring(e);
  }

  /** General form that still looks like a float. */
  private String shortForm(BigDecimal size, int digits) {
    String general = general(size, digits);
    return general.matches("\\d+") ? general + ".0" : general;
  }

  private String bare(String number) {
    if (alternate || number.indexOf('.') < 0) {
      return number;
    }
    return number.replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}
