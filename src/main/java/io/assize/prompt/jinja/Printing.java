package io.assize.prompt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Values as text, as Python's {@code str} and {@code repr} write them. */
final class Printing {
  private final Meter meter;

  Printing(Meter meter) {
    this.meter = meter;
  }

  /** Python's {@code str}: a text is itself. */
  Text text(Object value) {
    if (value instanceof Text text) {
      return text.withSafe(false);
    }
    if (value instanceof Undefined) {
      return Text.EMPTY;
    }
    return repr(value);
  }

  /** Python's {@code repr}. */
  Text repr(Object value) {
    TextBuilder out = new TextBuilder(meter);
    repr(value, out);
    return out.build();
  }

  private void repr(Object value, TextBuilder out) {
    meter.step();
    if (value instanceof Text text) {
      quote(text, out);
    } else if (Types.isNumber(value)) {
      out.append(number(value));
    } else if (value == None.NONE) {
      out.append("None");
    } else if (value instanceof Range range) {
      out.append(range(range));
    } else {
      meter.enter();
      compound(value, out);
      meter.leave();
    }
  }

  private void compound(Object value, TextBuilder out) {
    if (value instanceof Tuple tuple) {
      List<Object> items = tuple.items();
      items(out.append("("), items).append(items.size() == 1 ? ",)" : ")");
    } else if (value instanceof List) {
      items(out.append("["), Types.sequence(value)).append("]");
    } else if (value instanceof Dict dict) {
      entries(out.append("{"), dict).append("}");
    } else if (value instanceof DictView view) {

      items(out.append(view.kind()).append("(["), view.items()).append("])");
    } else if (value instanceof Namespace namespace) {
      namespace(namespace, out);
    } else if (value instanceof Loop loop) {

      out.append("<LoopContext " + loop.index() + "/" + loop.length() + ">");
    } else if (value instanceof Macro macro) {
      out.append("<Macro " + macro.shown() + ">");
    } else if (value instanceof Undefined) {
      out.append("Undefined");
    } else {
      out.append("<" + Types.name(value) + ">");
    }
  }

  private TextBuilder items(TextBuilder out, List<Object> items) {
    String separator = "";
    for (Object item : items) {
      repr(item, out.append(separator));
      separator = ", ";
    }
    return out;
  }

  private TextBuilder entries(TextBuilder out, Dict dict) {
    String separator = "";
    for (Dict.Entry entry : dict.entries()) {
      repr(entry.key(), out.append(separator));
      repr(entry.value(), out.append(": "));
      separator = ", ";
    }
    return out;
  }

  private void namespace(Namespace namespace, TextBuilder out) {
    out.append("<Namespace {");
    Iterator<Map.Entry<String, Object>> entries = namespace.attributes.entrySet().iterator();
    while (entries.hasNext()) {
      Map.Entry<String, Object> entry = entries.next();
      out.append(quoted(entry.getKey())).append(": ");
      repr(entry.getValue(), out);
      out.append(entries.hasNext() ? ", " : "");
    }
    out.append("}>");
  }

  private static String range(Range range) {
    String ends = range.start + ", " + range.stop;
    return "range(" + (range.step == 1 ? ends : ends + ", " + range.step) + ")";
  }

  /** A text in Python's quotes; characters keep their marks. */
  private static void quote(Text text, TextBuilder out) {
    String value = text.toString();
    boolean doubled = value.indexOf('\'') >= 0 && value.indexOf('"') < 0;
    char quote = doubled ? '"' : '\'';
    if (text.isSafe()) {
      out.append("Markup(");
    }
    out.append(String.valueOf(quote));
    for (int i = 0; i < value.length(); ) {
      int c = value.codePointAt(i);
      out.append(escaped(c, quote), text.isData(i));
      i += Character.charCount(c);
    }
    out.append(String.valueOf(quote));
    if (text.isSafe()) {
      out.append(")");
    }
  }

  /** A short string of ours in Python's quotes, for messages. */
  static String quoted(String value) {
    TextBuilder out = new TextBuilder(new Meter(Limits.DEFAULT));
    quote(Text.of(value), out);
    return out.build().toString();
  }

  private static String escaped(int c, char quote) {
    if (c == quote || c == '\\') {
      return "\\" + (char) c;
    }
    switch (c) {
      case '\n' -> {
        return "\\n";
      }
      case '\r' -> {
        return "\\r";
      }
      case '\t' -> {
        return "\\t";
      }
      default -> {
        if (c == ' ' || isPrintable(c)) {
          return Character.toString(c);
        }
        return String.format(
            Locale.ROOT, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x" : "\\U%08x", c);
      }
    }
  }

  static boolean isPrintable(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.PRIVATE_USE,
          Character.UNASSIGNED,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR,
          Character.SPACE_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** A number or a boolean as Python writes it. */
  static String number(Object value) {
    if (value instanceof Boolean b) {
      return b ? "True" : "False";
    }
    return value instanceof BigInteger ? value.toString() : real((Double) value);
  }

  /** A float in the fewest digits that read back as the same. */
  static String real(double value) {
    if (Double.isNaN(value)) {
      return "nan";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "inf" : "-inf";
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = shortest(value);
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = digits.length() - 1 - shortest.scale();
    String sign = value < 0 ? "-" : "";
    if (exponent < -4 || exponent >= 16) {
      String fraction = digits.length() > 1 ? "." + digits.substring(1) : "";
      return sign + digits.charAt(0) + fraction + exponent(exponent);
    }
    String plain = shortest.abs().toPlainString();
    return sign + (plain.indexOf('.') < 0 ? plain + ".0" : plain);
  }

  /** An exponent as Python writes it: a sign and at least two digits. */
  static String exponent(int exponent) {
    return String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
  }

  private static BigDecimal shortest(double value) {
    BigDecimal exact = new BigDecimal(value);
    for (int digits = 1; digits < 17; digits++) {
      BigDecimal rounded = exact.round(new MathContext(digits, RoundingMode.HALF_EVEN));
      if (rounded.doubleValue() == value) {
        return rounded.stripTrailingZeros();
      }
    }
    return exact.round(new MathContext(17, RoundingMode.HALF_EVEN)).stripTrailingZeros();
  }
}
