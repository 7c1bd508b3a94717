package io.assize.prompt.jinja;

import static io.assize.prompt.jinja.Arguments.truth;

import io.assize.prompt.jinja.Filters.Filter;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Jinja's filters that write values into HTML and its addresses. */
final class HtmlFilters {
  private HtmlFilters() {}

  static void addTo(Map<String, Filter> all) {
    Filter escape = (run, value, arguments) -> run.html().escape(value);
    all.put("e", escape);
    all.put("escape", escape);
    all.put("forceescape", (run, value, arguments) -> run.html().forceEscape(value));
    all.put("safe", (run, value, arguments) -> run.printing().text(value).withSafe(true));
    all.put(
        "striptags", (run, value, arguments) -> run.html().stripTags(run.printing().text(value)));
    all.put("xmlattr", HtmlFilters::xmlAttributes);
    all.put("urlencode", HtmlFilters::urlEncode);
  }

  private static Object xmlAttributes(Run run, Object value, Arguments arguments) {
    boolean space = truth(arguments.bind("xmlattr", 0, "autospace")[0], true);
    TextBuilder out = new TextBuilder(run.meter());
    for (Dict.Entry entry : Filters.dict(value).entries()) {
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

  private static Object urlEncode(Run run, Object value, Arguments arguments) {
    arguments.bind("urlencode", 0);
    TextBuilder out = new TextBuilder(run.meter());
    if (value instanceof Text || !Types.isIterable(value)) {
      quote(Filters.soft(run, value), true, out);
      return out.build();
    }
    Iterator<Object> pairs =
        value instanceof Dict dict ? dict.items().iterator() : Types.iterate(run, value);
    while (pairs.hasNext()) {
      List<Object> pair = Filters.list(run, pairs.next());
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
