package io.assize.prompt.jinja;

import java.math.BigInteger;

/** Python's {@code str.format}, with attributes and items found as templates find them. */
final class BraceFormat {
  private final Run run;
  private final Arguments arguments;
  private int automatic;
  private boolean numbered;

  BraceFormat(Run run, Arguments arguments) {
    this.run = run;
    this.arguments = arguments;
  }

  Text format(Text format) {
    return format(format, 2).withSafe(format.isSafe());
  }

  private Text format(Text format, int depth) {
    if (depth < 0) {
      throw new TemplateException("Max string recursion exceeded");
    }
    String text = format.toString();
    TextBuilder out = new TextBuilder(run.meter());
    int at = 0;
    while (at < text.length()) {
      char c = text.charAt(at);
      boolean doubled = at + 1 < text.length() && text.charAt(at + 1) == c;
      if ((c == '{' || c == '}') && doubled) {
        out.append(format, at, at + 1);
        at += 2;
      } else if (c == '{') {
        int end = closing(text, at + 1);
        out.append(field(format, at + 1, end, depth));
        at = end + 1;
      } else if (c == '}') {
        throw new TemplateException("Single '}' encountered in format string");
      } else {
        int end = at;
        while (end < text.length() && text.charAt(end) != '{' && text.charAt(end) != '}') {
          end++;
        }
        out.append(format, at, end);
        at = end;
      }
      run.meter().step();
    }
    return out.build();
  }

  private static int closing(String text, int from) {
    int depth = 1;
    for (int i = from; i < text.length(); i++) {
      depth += text.charAt(i) == '{' ? 1 : text.charAt(i) == '}' ? -1 : 0;
      if (depth == 0) {
        return i;
      }
    }
    throw new TemplateException("Single '{' encountered in format string");
  }

  private Text field(Text format, int from, int to, int depth) {
    String text = format.toString();
    int name = from;
    int brackets = 0;
    while (name < to && (brackets > 0 || "!:".indexOf(text.charAt(name)) < 0)) {
      brackets += text.charAt(name) == '[' ? 1 : text.charAt(name) == ']' ? -1 : 0;
      name++;
    }
    Object value = value(text.substring(from, name));
    if (name < to && text.charAt(name) == '!') {
      value = converted(value, name + 1 < to ? text.charAt(name + 1) : ' ');
      name += 2;
      if (name < to && text.charAt(name) != ':') {
        throw new TemplateException("expected ':' after conversion specifier");
      }
    }
    Text spec = name < to ? format(format.substring(name + 1, to), depth - 1) : Text.EMPTY;
    Text shown = shown(value, spec);
    return format.isSafe() ? run.html().escape(shown) : shown;
  }

  private Object converted(Object value, char conversion) {
    return switch (conversion) {
      case 's' -> run.printing().text(value);
      case 'r', 'a' -> run.printing().repr(value);
      default -> throw new TemplateException("Unknown conversion specifier '%s'", conversion);
    };
  }

  private Text shown(Object value, Text spec) {
    if (spec.isEmpty()) {
      return run.printing().text(value);
    }
    if (value instanceof Text text) {
      FormatSpec form = FormatSpec.parse(spec);
      if (!form.type().isEmpty() && !form.type().equals("s")) {
        throw new TemplateException(
            "Unknown format code '%s' for object of type 'str'", form.type());
      }
      return form.text(run, text);
    }
    if (Types.isNumber(value)) {
      return FormatSpec.parse(spec).number(run, value);
    }
    throw new TemplateException(
        "unsupported format string passed to %s.__format__", Types.name(value));
  }

  private Object value(String path) {
    int end = 0;
    while (end < path.length() && ".[".indexOf(path.charAt(end)) < 0) {
      end++;
    }
    Object value = first(path.substring(0, end));
    while (end < path.length()) {
      boolean attribute = path.charAt(end) == '.';
      int next = end + 1;
      while (next < path.length() && (attribute ? ".[" : "]").indexOf(path.charAt(next)) < 0) {
        next++;
      }
      if (next == end + 1 || (!attribute && next == path.length())) {
        throw new TemplateException("Empty attribute or missing ']' in format string");
      }
      String name = path.substring(end + 1, next);
      value =
          attribute
              ? run.attributes().attribute(value, name)
              : run.attributes().item(value, index(name));
      end = attribute ? next : next + 1;
    }
    return value;
  }

  private static Object index(String name) {
    return name.matches("\\d{1,9}") ? new BigInteger(name) : Text.of(name);
  }

  private Object first(String name) {
    if (name.isEmpty() || name.matches("\\d{1,9}")) {
      if (name.isEmpty() ? numbered : automatic > 0) {
        throw new TemplateException(
            "cannot mix automatic field numbering and manual field specification");
      }
      numbered |= !name.isEmpty();
      int index = name.isEmpty() ? automatic++ : Integer.parseInt(name);
      if (index >= arguments.positional().size()) {
        throw new TemplateException(
            "Replacement index %d out of range for positional args tuple", index);
      }
      return arguments.positional().get(index);
    }
    Object value = arguments.named().get(name);
    if (value == null) {
      throw new TemplateException("%s", Printing.quoted(name));
    }
    return value;
  }
}
