package io.assize.prompt.jinja;

import java.util.List;

/** Python's {@code format % values}. */
final class PercentFormat {
  private final Run run;
  private final Text format;
  private final Object values;
  private final TextBuilder out;
  private int at;
  private int used;

  PercentFormat(Run run, Text format, Object values) {
    this.run = run;
    this.format = format;
    this.values = values;
    this.out = new TextBuilder(run.meter());
  }

  Text format() {
    String text = format.toString();
    while (at < text.length()) {
      int percent = text.indexOf('%', at);
      if (percent < 0) {
        out.append(format, at, text.length());
        break;
      }
      out.append(format, at, percent);
      at = percent + 1;
      conversion(percent);
      run.meter().step();
    }
    boolean tuple = values instanceof Tuple;
    // What can be asked for an item may have more than is used; an undefined value can, too.
    boolean mapping =
        values instanceof Dict || values instanceof List || values instanceof Undefined;
    if (!mapping && used < (tuple ? ((Tuple) values).items().size() : 1)) {
      throw new TemplateException("not all arguments converted during string formatting");
    }
    return out.build().withSafe(format.isSafe());
  }

  private void conversion(int start) {
    Object named = named();
    String flags = run(" +-#0");
    int width = size();
    int precision = -1;
    if (peek() == '.') {
      at++;
      precision = size();
    }
    run("hlL");
    char type = peek();
    if (type == 0) {
      throw new TemplateException("incomplete format");
    }
    at++;
    if (type == '%') {
      out.append(format, start, start + 1);
      return;
    }
    Object value = named == null ? next() : named;
    boolean left = flags.indexOf('-') >= 0 || width < 0;
    boolean zero = flags.indexOf('0') >= 0 && !left && "srac".indexOf(type) < 0;
    FormatSpec spec =
        new FormatSpec(
            Text.of(zero ? "0" : " "),
            left ? "<" : zero ? "=" : ">",
            flags.indexOf('+') >= 0 ? "+" : flags.indexOf(' ') >= 0 ? " " : "",
            flags.indexOf('#') >= 0,
            Math.abs(width),
            "",
            precision,
            "diu".indexOf(type) >= 0 ? "d" : String.valueOf(type));
    out.append(shown(value, type, spec));
  }

  private Text shown(Object value, char type, FormatSpec spec) {
    FormatSpec unsigned =
        new FormatSpec(
            spec.fill(), spec.align(), "", false, spec.width(), "", spec.precision(), "s");
    switch (type) {
      case 's' -> {
        Text text = format.isSafe() ? run.html().escape(value) : run.printing().text(value);
        return unsigned.text(run, text.withSafe(false));
      }
      case 'r', 'a' -> {
        return unsigned.text(run, run.printing().repr(value));
      }
      case 'c' -> {
        return unsigned.text(run, character(value));
      }
      case 'd', 'i', 'u' -> {
        Comparing.refuseUndefined(value);
        refuseAllBut(Types.isNumber(value), type, "a real number", value);
        return spec.number(run, value instanceof Double ? Numbers.truncated(value) : value);
      }
      case 'x', 'X', 'o' -> {
        refuseAllBut(Numbers.whole(value) != null, type, "an integer", value);
        return spec.number(run, value);
      }
      case 'e', 'E', 'f', 'F', 'g', 'G' -> {
        if (!Types.isNumber(value)) {
          Comparing.refuseUndefined(value);
          throw new TemplateException("must be real number, not %s", Types.name(value));
        }
        return spec.number(run, value);
      }
      default -> throw new TemplateException("unsupported format character '%s'", type);
    }
  }

  private Text character(Object value) {
    if (value instanceof Text text && text.length() == 1) {
      return text;
    }
    refuseAllBut(Numbers.whole(value) != null, 'c', "an int or a unicode character", value);
    return new FormatSpec(Text.of(" "), "", "", false, 0, "", -1, "c").number(run, value);
  }

  private static void refuseAllBut(boolean fits, char type, String wanted, Object value) {
    if (!fits) {
      throw new TemplateException(
          "%%%s format: %s is required, not %s", type, wanted, Types.name(value));
    }
  }

  private Object named() {
    if (peek() != '(') {
      return null;
    }
    int depth = 1;
    int start = ++at;
    while (depth > 0 && peek() != 0) {
      depth += peek() == '(' ? 1 : peek() == ')' ? -1 : 0;
      at++;
    }
    if (depth > 0) {
      throw new TemplateException("incomplete format key");
    }
    Comparing.refuseUndefined(values);
    if (!(values instanceof Dict dict)) {
      throw new TemplateException("format requires a mapping");
    }
    Text key = format.substring(start, at - 1);
    Object value = dict.get(key);
    if (value == null) {
      throw new TemplateException("%s", Printing.quoted(key.toString()));
    }
    return value;
  }

  private int size() {
    if (peek() == '*') {
      at++;
      Object given = next();
      if (Numbers.whole(given) == null) {
        throw new TemplateException("* wants int");
      }
      int size = Numbers.clamped(given);
      return size < 0 ? -FormatSpec.size(Long.toString(-(long) size)) : FormatSpec.size("" + size);
    }
    return FormatSpec.size(run("0123456789"));
  }

  private String run(String characters) {
    int start = at;
    while (peek() != 0 && characters.indexOf(peek()) >= 0) {
      at++;
    }
    return format.toString().substring(start, at);
  }

  private char peek() {
    return at < format.size() ? format.toString().charAt(at) : 0;
  }

  private Object next() {
    if (values instanceof Tuple tuple) {
      List<Object> items = tuple.items();
      if (used < items.size()) {
        return items.get(used++);
      }
    } else if (used++ == 0) {
      return values;
    }
    throw new TemplateException("not enough arguments for format string");
  }
}
