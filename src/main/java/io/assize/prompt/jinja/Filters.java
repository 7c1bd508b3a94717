package io.assize.prompt.jinja;

import static io.assize.prompt.jinja.Arguments.absent;
import static io.assize.prompt.jinja.Arguments.number;
import static io.assize.prompt.jinja.Arguments.or;
import static io.assize.prompt.jinja.Arguments.truth;
import static io.assize.prompt.jinja.Arguments.whole;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Jinja's filters by their names, and those on values of any kind. */
final class Filters {
  /** What stands behind {@code value | name(arguments)}. */
  interface Filter {
    Object apply(Run run, Object value, Arguments arguments);
  }

  private static final Map<String, Filter> ALL = new HashMap<>();

  private Filters() {}

  static {
    values();
    TextFilters.addTo(ALL);
    NumberFilters.addTo(ALL);
    HtmlFilters.addTo(ALL);
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

  /** A value as a mapping, or refused. */
  static Dict dict(Object value) {
    Comparing.refuseUndefined(value);
    if (!(value instanceof Dict dict)) {
      throw new TemplateException("'%s' object has no attribute 'items'", Types.name(value));
    }
    return dict;
  }

  /** So many blanks; none for a negative count. */
  static Text blanks(Run run, int count) {
    run.meter().refuseBeyond(Math.max(0, count));
    return Text.of(" ".repeat(Math.max(0, count)));
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
    ALL.put("tojson", Filters::json);
    ALL.put(
        "random",
        (run, value, arguments) -> {
          throw new TemplateException("the filter random is not supported: prompts are repeatable");
        });
    for (String name : List.of("urlize", "pprint")) {
      ALL.put(
          name,
          (run, value, arguments) -> {
            throw new TemplateException("the filter %s is not supported", name);
          });
    }
  }

  private static Object json(Run run, Object value, Arguments arguments) {
    Object[] given =
        arguments.bind("tojson", 0, "ensure_ascii", "indent", "separators", "sort_keys");
    Text indent = null;
    if (!absent(given[1])) {
      indent = given[1] instanceof Text ? (Text) given[1] : blanks(run, whole(given[1], 0));
    }
    Text item = Text.of(indent == null ? ", " : ",");
    Text key = Text.of(": ");
    if (!absent(given[2])) {
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
}
