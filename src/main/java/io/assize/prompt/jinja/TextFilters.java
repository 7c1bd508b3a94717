package io.assize.prompt.jinja;

import static io.assize.prompt.jinja.Arguments.absent;
import static io.assize.prompt.jinja.Arguments.number;
import static io.assize.prompt.jinja.Arguments.or;
import static io.assize.prompt.jinja.Arguments.truth;
import static io.assize.prompt.jinja.Arguments.whole;

import io.assize.prompt.jinja.Filters.Filter;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

/** Jinja's filters on text: what they write in it, and how they lay it out. */
final class TextFilters {
  private TextFilters() {}

  static void addTo(Map<String, Filter> all) {
    addLayout(all);
    change(all, "upper", Casing::upper);
    change(all, "lower", Casing::lower);
    change(all, "capitalize", Casing::capitalize);
    change(all, "title", Casing::titleWords);
    all.put(
        "trim",
        (run, value, arguments) -> {
          Object chars = arguments.bind("trim", 0, "chars")[0];
          Text stripped = absent(chars) ? null : Arguments.text(chars, "chars");
          return run.strings().strip(Filters.soft(run, value), stripped, true, true);
        });
    all.put(
        "replace",
        (run, value, arguments) -> {
          Object[] given = arguments.bind("replace", 2, "old", "new", "count");
          return run.strings()
              .replace(
                  run.printing().text(value),
                  run.printing().text(given[0]),
                  run.printing().text(given[1]),
                  absent(given[2]) ? -1 : whole(given[2], -1));
        });
    all.put("string", (run, value, arguments) -> Filters.soft(run, value));
    all.put(
        "wordcount",
        (run, value, arguments) -> {
          Text text = Filters.soft(run, value);
          run.meter().reading(text.size());
          return number(words(text.toString()));
        });
    all.put(
        "format",
        (run, value, arguments) -> {
          Dict named = new Dict();
          arguments.named().forEach((name, argument) -> named.put(Text.of(name), argument));
          if (named.size() > 0 && !arguments.positional().isEmpty()) {
            throw new TemplateException(
                "can't handle positional and keyword arguments at the same time");
          }
          Object values = named.size() > 0 ? named : new Tuple(arguments.positional());
          return run.operators().operate("%", Filters.soft(run, value), values);
        });
  }

  private static void change(
      Map<String, Filter> all, String name, BiFunction<Casing, Text, Text> change) {
    all.put(
        name,
        (run, value, arguments) -> {
          arguments.bind(name, 0);
          Text text = Filters.soft(run, value);
          return change.apply(run.casing(), text).withSafe(text.isSafe());
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

  private static void addLayout(Map<String, Filter> all) {
    all.put(
        "center",
        (run, value, arguments) -> {
          int width = whole(arguments.bind("center", 0, "width")[0], 80);
          return run.strings().pad(Filters.soft(run, value), width, Text.of(" "), true, true);
        });
    all.put("indent", TextFilters::indent);
    all.put("truncate", TextFilters::truncate);
    all.put("wordwrap", (run, value, arguments) -> new Wrapping(run).wrap(value, arguments));
  }

  private static Object indent(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("indent", 0, "width", "first", "blank");
    Text text = Arguments.text(value, "indent's value");
    Text indention =
        given[0] instanceof Text ? (Text) given[0] : Filters.blanks(run, whole(given[0], 4));
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

  private static Object truncate(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("truncate", 0, "length", "killwords", "end", "leeway");
    int length = whole(given[0], 255);
    Text end = Arguments.text(or(given[2], Text.of("...")), "end");
    int leeway = absent(given[3]) ? 5 : whole(given[3], 5);
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
}
