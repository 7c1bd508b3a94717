package io.assize.prompt.jinja;

import static io.assize.prompt.jinja.Arguments.number;
import static io.assize.prompt.jinja.Arguments.or;
import static io.assize.prompt.jinja.Arguments.truth;
import static io.assize.prompt.jinja.Arguments.whole;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Jinja's filters on single values; those on sequences are in {@link SequenceFilters}. */
final class Filters {
  /** What stands behind {@code value | name(arguments)}. */
  interface Filter {
    Object apply(Run run, Object value, Arguments arguments);
  }

  private static final Map<String, Filter> ALL = new HashMap<>();

  private Filters() {}

  static {
    texts();
    layout();
    numbers();
    values();
    html();
    SequenceFilters.addTo(ALL);
  }

  /** A filter; null where there is none of this name. */
  static Filter get(String name) {
    return ALL.get(name);
  }

  /** A value's text, as most filters on text begin. */
  static Text soft(Run run, Object value) {
    return value instanceof Text text ? text : run.printing().text(value);
  }

  /** All items of a value. */
  static List<Object> list(Run run, Object value) {
    List<Object> items = new ArrayList<>();
    Types.iterate(run, value).forEachRemaining(items::add);
    return items;
  }

  private static void texts() {
    change("upper", Strings::upper);
    change("lower", Strings::lower);
    change("capitalize", Strings::capitalize);
    change("title", Strings::titleWords);
    ALL.put(
        "trim",
        (run, value, arguments) -> {
          Object chars = arguments.bind("trim", 0, "chars")[0];
          Text stripped =
              chars == null || chars == None.NONE ? null : Arguments.text(chars, "chars");
          return run.strings().strip(soft(run, value), stripped, true, true);
        });
    ALL.put(
        "replace",
        (run, value, arguments) -> {
          Object[] given = arguments.bind("replace", 2, "old", "new", "count");
          return run.strings()
              .replace(
                  run.printing().text(value),
                  run.printing().text(given[0]),
                  run.printing().text(given[1]),
                  given[2] == None.NONE ? -1 : whole(given[2], -1));
        });
    ALL.put("string", (run, value, arguments) -> soft(run, value));
    ALL.put(
        "wordcount",
        (run, value, arguments) -> {
          Text text = soft(run, value);
          run.meter().reading(text.size());
          return number(words(text.toString()));
        });
    ALL.put(
        "format",
        (run, value, arguments) -> {
          Dict named = new Dict();
          arguments.named().forEach((name, argument) -> named.put(Text.of(name), argument));
          if (named.size() > 0 && !arguments.positional().isEmpty()) {
            throw new TemplateException(
                "can't handle positional and keyword arguments at the same time");
          }
          Object values = named.size() > 0 ? named : new Tuple(arguments.positional());
          return run.operators().operate("%", soft(run, value), values);
        });
  }

  private interface TextChange {
    Text apply(Strings strings, Text text);
  }

  private static void change(String name, TextChange change) {
    ALL.put(
        name,
        (run, value, arguments) -> {
          arguments.bind(name, 0);
          Text text = soft(run, value);
          return change.apply(run.strings(), text).withSafe(text.isSafe());
        });
  }

  private static int words(String text) {
    int words = 0;
    boolean inside = false;
    for (int c : text.codePoints().toArray()) {
      boolean part = Strings.isLetterOrNumber(c) || c == '_';
      words += part && !inside ? 1 : 0;
      inside = part;
    }
    return words;
  }

  private static void layout() {
    ALL.put(
        "center",
        (run, value, arguments) -> {
          int width = whole(arguments.bind("center", 0, "width")[0], 80);
          return run.strings().pad(soft(run, value), width, Text.of(" "), true, true);
        });
    ALL.put("indent", Filters::indent);
    ALL.put("truncate", Filters::truncate);
    ALL.put("wordwrap", (run, value, arguments) -> new Wrapping(run).wrap(value, arguments));
  }

  private static Object indent(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("indent", 0, "width", "first", "blank");
    Text text = Arguments.text(value, "indent's value");
    Text indention = given[0] instanceof Text ? (Text) given[0] : blanks(run, whole(given[0], 4));
    boolean blank = truth(given[2], false);
    List<Object> lines =
        run.strings().lines(new TextBuilder(run.meter()).append(text).append("\n").build(), false);
    TextBuilder out = new TextBuilder(run.meter());
    for (int i = 0; i < lines.size(); i++) {
      Text line = (Text) lines.get(i);
      out.append(i > 0 ? "\n" : "");
      if (i == 0 ? truth(given[1], false) : blank || !line.isEmpty()) {
        out.append(indention);
      }
      out.append(line);
    }
    return out.build().withSafe(text.isSafe());
  }

  static Text blanks(Run run, int count) {
    run.meter().refuseBeyond(Math.max(0, count));
    return Text.of(" ".repeat(Math.max(0, count)));
  }

  private static Object truncate(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
    int length = whole(given[0], 255);
    Text end = Arguments.text(or(given[2], Text.of("...")), "end");
    int leeway = given[3] == null || given[3] == None.NONE ? 5 : whole(given[3], 5);
    if (length < end.length() || leeway < 0) {
      throw new TemplateException("expected length >= %d, got %d", end.length(), length);
    }
    if (Types.length(value) <= (long) length + leeway) {
      return value;
    }
    Text text = Arguments.text(value, "truncate's value");
    Text cut = text.substring(0, text.place(length - end.length()));
    if (!truth(given[1], false)) {
      int blank = cut.toString().lastIndexOf(' ');
      cut = blank < 0 ? cut : cut.substring(0, blank);
    }
    return new TextBuilder(run.meter()).append(cut).append(end).build();
  }

  private static void numbers() {
    ALL.put(
        "abs",
        (run, value, arguments) -> {
          arguments.bind("abs", 0);
          if (!Types.isNumber(value)) {
            throw new TemplateException("bad operand type for abs(): '%s'", Types.name(value));
          }
          return value instanceof Double d ? (Object) Math.abs(d) : Numbers.whole(value).abs();
        });
    ALL.put("int", (run, value, arguments) -> toWhole(value, arguments));
    ALL.put(
        "float",
        (run, value, arguments) -> {
          Object otherwise = or(arguments.bind("float", 0, "default")[0], 0.0);
          Comparing.refuseUndefined(value);
          Double real = Parsing.real(value);
          return real == null ? otherwise : real;
        });
    ALL.put("round", Filters::round);
    ALL.put("filesizeformat", Filters::fileSize);
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
    return real == null || !Double.isFinite(real) ? otherwise : truncated(real);
  }

  /** A float without its fraction. */
  static BigInteger truncated(Object real) {
    double value = (Double) real;
    if (!Double.isFinite(value)) {
      throw new TemplateException("cannot convert float %s to integer", Printing.real(value));
    }
    return new BigDecimal(value).toBigInteger();
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
      cut = truncated(up ? Math.ceil(real) : Math.floor(real));
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
      return Text.of(truncated(bytes) + " Bytes");
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

  private static void values() {
    Filter otherwise =
        (run, value, arguments) -> {
          Object[] given = arguments.bind("default", 0, "default_value", "boolean");
          boolean absent =
              value instanceof Undefined || (truth(given[1], false) && !Types.truth(value));
          return absent ? or(given[0], Text.EMPTY) : value;
        };
    ALL.put("default", otherwise);
    ALL.put("d", otherwise);
    Filter length =
        (run, value, arguments) -> {
          arguments.bind("length", 0);
          return number(Types.length(value));
        };
    ALL.put("length", length);
    ALL.put("count", length);
    ALL.put(
        "attr",
        (run, value, arguments) ->
            run.attributes()
                .attributeOnly(
                    value,
                    Arguments.text(arguments.bind("attr", 1, "name")[0], "name").toString()));
    ALL.put("pprint", (run, value, arguments) -> run.printing().repr(value));
    ALL.put("tojson", Filters::json);
    ALL.put(
        "random",
        (run, value, arguments) -> {
          throw new TemplateException("the filter random is not supported: prompts are repeatable");
        });
    ALL.put(
        "urlize",
        (run, value, arguments) -> {
          throw new TemplateException("the filter urlize is not supported");
        });
  }

  private static Object json(Run run, Object value, Arguments arguments) {
    Object[] given =
        arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    Text indent = null;
    if (given[1] != null && given[1] != None.NONE) {
      indent = given[1] instanceof Text ? (Text) given[1] : blanks(run, whole(given[1], 0));
    }
    Text item = Text.of(indent == null ? ", " : ",");
    Text key = Text.of(": ");
    if (given[2] != null && given[2] != None.NONE) {
      List<Object> separators = list(run, given[2]);
      if (separators.size() != 2) {
        throw new TemplateException("tojson's separators are two texts");
      }
      item = Arguments.text(separators.get(0), "a separator");
      key = Arguments.text(separators.get(1), "a separator");
    }
    return new Json(run, truth(given[0], false), indent, item, key, truth(given[3], false))
        .write(value);
  }

  private static void html() {
    Filter escape = (run, value, arguments) -> run.html().escape(value);
    ALL.put("e", escape);
    ALL.put("escape", escape);
    ALL.put("forceescape", (run, value, arguments) -> run.html().forceEscape(value));
    ALL.put("safe", (run, value, arguments) -> run.printing().text(value).withSafe(true));
    ALL.put(
        "striptags", (run, value, arguments) -> run.html().stripTags(run.printing().text(value)));
    ALL.put("xmlattr", Filters::xmlAttributes);
    ALL.put("urlencode", Filters::urlEncode);
  }

  private static Object xmlAttributes(Run run, Object value, Arguments arguments) {
    boolean space = truth(arguments.bind("xmlattr", 0, "autospace")[0], true);
    TextBuilder out = new TextBuilder(run.meter());
    for (Dict.Entry entry : dict(value).entries()) {
      if (entry.value() == None.NONE || entry.value() instanceof Undefined) {
        continue;
      }
      Text key = Arguments.text(entry.key(), "an attribute's name");
      if (key.toString().codePoints().anyMatch(c -> Spaces.isSpace(c) || "/>=".indexOf(c) >= 0)) {
        throw new TemplateException("Invalid character in attribute name: '%s'", key);
      }
      out.append(out.isEmpty() && !space ? "" : " ").append(run.html().escape(key));
      out.append("=\"").append(run.html().escape(entry.value())).append("\"");
    }
    return out.build();
  }

  static Dict dict(Object value) {
    Comparing.refuseUndefined(value);
    if (!(value instanceof Dict dict)) {
      throw new TemplateException("'%s' object has no attribute 'items'", Types.name(value));
    }
    return dict;
  }

  private static Object urlEncode(Run run, Object value, Arguments arguments) {
    arguments.bind("urlencode", 0);
    TextBuilder out = new TextBuilder(run.meter());
    if (value instanceof Text || !Types.isIterable(value)) {
      quote(soft(run, value), true, out);
      return out.build();
    }
    Iterator<Object> pairs =
        value instanceof Dict dict ? dict.items().iterator() : Types.iterate(run, value);
    while (pairs.hasNext()) {
      List<Object> pair = list(run, pairs.next());
      if (pair.size() != 2) {
        throw new TemplateException("urlencode takes pairs, not %d items", pair.size());
      }
      out.append(out.isEmpty() ? "" : "&");
      quote(run.printing().text(pair.get(0)), false, out);
      quote(run.printing().text(pair.get(1)), false, out.append("="));
    }
    return out.build();
  }

  private static void quote(Text text, boolean path, TextBuilder out) {
    String value = text.toString();
    for (int i = 0; i < value.length(); ) {
      int c = value.codePointAt(i);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || "_.-~".indexOf(c) >= 0);
      if (plain || (path && c == '/')) {
        out.append(c, text.isData(i));
      } else if (!path && c == ' ') {
        out.append("+", text.isData(i));
      } else {
        StringBuilder bytes = new StringBuilder();
        for (byte b : Character.toString(c).getBytes(java.nio.charset.StandardCharsets.UTF_8)) {
          bytes.append(String.format(Locale.ROOT, "%%%02X", b));
        }
        out.append(bytes.toString(), text.isData(i));
      }
      i += Character.charCount(c);
    }
  }
}
