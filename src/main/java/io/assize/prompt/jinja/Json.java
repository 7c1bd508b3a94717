package io.assize.prompt.jinja;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Values as JSON, as Python's {@code json.dumps} writes them under Hugging Face's settings. */
final class Json {
  private final Run run;
  private final boolean ascii;
  private final boolean sorted;
  private final Text indent;
  private final Text itemSeparator;
  private final Text keySeparator;
  private final TextBuilder out;

  /**
   * A writer.
   *
   * @param indent what each level is indented by; null for one line
   */
  Json(Run run, boolean ascii, Text indent, Text itemSeparator, Text keySeparator, boolean sorted) {
    this.run = run;
    this.ascii = ascii;
    this.sorted = sorted;
    this.indent = indent;
    this.itemSeparator = itemSeparator;
    this.keySeparator = keySeparator;
    this.out = new TextBuilder(run.meter());
  }

  Text write(Object value) {
    value(value, 0);
    return out.build();
  }

  private void value(Object value, int level) {
    run.meter().step();
    List<Object> sequence = value instanceof Range ? null : Types.sequence(value);
    if (value instanceof Text text) {
      quote(text);
    } else if (value == None.NONE || Types.isNumber(value)) {
      out.append(scalar(value));
    } else if (sequence != null) {
      list(sequence, level);
    } else if (value instanceof Dict dict) {
      dict(dict, level);
    } else {
      throw new TemplateException("Object of type %s is not JSON serializable", Types.name(value));
    }
  }

  private static String scalar(Object value) {
    if (value == None.NONE) {
      return "null";
    }
    if (value instanceof Boolean) {
      return value.toString();
    }
    if (value instanceof Double d && !Double.isFinite(d)) {
      return value.toString();
    }
    return Printing.number(value);
  }

  private void list(List<Object> items, int level) {
    if (items.isEmpty()) {
      out.append("[]");
      return;
    }
    run.meter().enter();
    out.append("[");
    for (int i = 0; i < items.size(); i++) {
      separate(i, level + 1);
      value(items.get(i), level + 1);
    }
    lineEnd(level);
    out.append("]");
    run.meter().leave();
  }

  private void dict(Dict dict, int level) {
    if (dict.size() == 0) {
      out.append("{}");
      return;
    }
    run.meter().enter();
    out.append("{");
    int i = 0;
    for (Dict.Entry entry : ordered(dict)) {
      separate(i++, level + 1);
      quote(key(entry.key()));
      out.append(keySeparator);
      value(entry.value(), level + 1);
    }
    lineEnd(level);
    out.append("}");
    run.meter().leave();
  }

  private List<Dict.Entry> ordered(Dict dict) {
    List<Dict.Entry> entries = new ArrayList<>(dict.entries());
    if (sorted) {
      entries.sort(Comparator.comparing(Dict.Entry::key, run.comparing().order()));
    }
    return entries;
  }

  private static Text key(Object key) {
    if (key instanceof Text text) {
      return text;
    }
    if (key == None.NONE || Types.isNumber(key)) {
      return Text.of(scalar(key));
    }
    throw new TemplateException(
        "keys must be str, int, float, bool or None, not %s", Types.name(key));
  }

  private void separate(int item, int level) {
    if (item > 0) {
      out.append(itemSeparator);
    }
    lineEnd(level);
  }

  private void lineEnd(int level) {
    if (indent != null) {
      out.append("\n");
      for (int i = 0; i < level; i++) {
        out.append(indent);
      }
    }
  }

  private void quote(Text text) {
    String value = text.toString();
    out.append("\"");
    for (int i = 0; i < value.length(); i++) {
      out.append(escaped(value.charAt(i)), text.isData(i));
    }
    out.append("\"");
  }

  private String escaped(char c) {
    return switch (c) {
      case '"' -> "\\\"";
      case '\\' -> "\\\\";
      case '\n' -> "\\n";
      case '\r' -> "\\r";
      case '\t' -> "\\t";
      case '\f' -> "\\f";
      case '\b' -> "\\b";
      default ->
          c < 0x20 || (ascii && c > 0x7f)
              ? String.format(Locale.ROOT, "\\u%04x", (int) c)
              : String.valueOf(c);
    };
  }
}
