package io.assize.prompt.jinja;

import static io.assize.prompt.jinja.Arguments.number;
import static io.assize.prompt.jinja.Arguments.or;
import static io.assize.prompt.jinja.Arguments.truth;
import static io.assize.prompt.jinja.Arguments.whole;

import io.assize.prompt.jinja.Filters.Filter;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Map;

/** Jinja's filters on numbers, and those that make numbers of text. */
final class NumberFilters {
  private NumberFilters() {}

  static void addTo(Map<String, Filter> all) {
    all.put(
        "abs",
        (run, value, arguments) -> {
          arguments.bind("abs", 0);
          if (!Types.isNumber(value)) {
            throw new TemplateException("bad operand type for abs(): '%s'", Types.name(value));
          }
          return value instanceof Double d ? (Object) Math.abs(d) : Numbers.whole(value).abs();
        });
    all.put("int", (run, value, arguments) -> toWhole(value, arguments));
    all.put(
        "float",
        (run, value, arguments) -> {
          Object otherwise = or(arguments.bind("float", 0, "default")[0], 0.0);
          Comparing.refuseUndefined(value);
          Double real = Parsing.real(value);
          return real == null ? otherwise : real;
        });
    all.put("round", NumberFilters::round);
    all.put("filesizeformat", NumberFilters::fileSize);
  }

  private static Object toWhole(Object value, Arguments arguments) {
    Object[] given = arguments.bind("int", 0, "default", "base");
    Object otherwise = or(given[0], BigInteger.ZERO);
    Comparing.refuseUndefined(value);
    if (Numbers.whole(value) != null) {
      return Numbers.whole(value);
    }
    if (value instanceof Text) {
      BigInteger parsed = Parsing.whole(value.toString(), whole(given[1], 10));
      if (parsed != null) {
        return parsed;
      }
    }
    Double real = Parsing.real(value);
    return real == null || !Double.isFinite(real) ? otherwise : Numbers.truncated(real);
  }

  private static Object round(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("round", 0, "precision", "method");
    int precision = whole(given[0], 0);
    String method = or(given[1], Text.of("common")).toString();
    if (!List.of("common", "ceil", "floor").contains(method)) {
      throw new TemplateException("method must be common, ceil or floor");
    }
    if (!Types.isNumber(value)) {
      throw new TemplateException("type %s doesn't define __round__ method", Types.name(value));
    }
    if (Math.abs((long) precision) > 300) {
      throw new TemplateException("round() takes a precision of up to 300");
    }
    if (!method.equals("common")) {
      return scaled(value, precision, method.equals("ceil"));
    }
    RoundingMode mode = RoundingMode.HALF_EVEN;
    if (Numbers.whole(value) != null) {
      BigDecimal exact = new BigDecimal(Numbers.whole(value));
      return exact.setScale(Math.min(0, precision), mode).toBigInteger();
    }
    double real = (Double) value;
    if (!Double.isFinite(real)) {
      return real;
    }
    double rounded = new BigDecimal(real).setScale(precision, mode).doubleValue();
    return rounded == 0 ? Math.copySign(0.0, real) : rounded;
  }

  private static Object scaled(Object value, int precision, boolean up) {
    Object scale = Numbers.operate("**", number(10), number(precision));
    Object large = Numbers.operate("*", value, scale);
    Object cut = large;
    if (large instanceof Double d) {
      double real = d;
      cut = Numbers.truncated(up ? Math.ceil(real) : Math.floor(real));
    }
    return Numbers.operate("/", cut, scale);
  }

  private static Object fileSize(Run run, Object value, Arguments arguments) {
    boolean binary = truth(arguments.bind("filesizeformat", 0, "binary")[0], false);
    Comparing.refuseUndefined(value);
    Double bytes = Parsing.real(value);
    if (bytes == null) {
      throw new TemplateException("could not convert to float: %s", Types.brief(value));
    }
    double base = binary ? 1024 : 1000;
    if (bytes == 1) {
      return Text.of("1 Byte");
    }
    if (bytes < base) {
      return Text.of(Numbers.truncated(bytes) + " Bytes");
    }
    String prefixes = binary ? "KMGTPEZY" : "kMGTPEZY";
    int power = 0;
    double unit = base * base;
    while (bytes >= unit && power < prefixes.length() - 1) {
      unit *= base;
      power++;
    }
    FormatSpec oneDecimal = new FormatSpec(Text.of(" "), "", "", false, 0, "", 1, "f");
    return Text.of(
        oneDecimal.number(run, base * bytes / unit)
            + " "
            + prefixes.charAt(power)
            + (binary ? "iB" : "B"));
  }
}
