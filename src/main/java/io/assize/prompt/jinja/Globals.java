package io.assize.prompt.jinja;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The names that every template sees. */
final class Globals {
  private static final Map<String, Object> ALL = new HashMap<>();

  private Globals() {}

  static {
    define("range", (run, arguments) -> range(arguments));
    define("dict", Globals::dict);
    define(
        "namespace",
        (run, arguments) -> {
          Namespace namespace = new Namespace();
          for (Dict.Entry entry : dict(run, arguments).entries()) {
            namespace.attributes.put(entry.key().toString(), entry.value());
          }
          return namespace;
        });
    define("cycler", (run, arguments) -> new Cycler(arguments.positional()));
    define(
        "joiner",
        (run, arguments) ->
            joiner(Arguments.or(arguments.bind("joiner", 0, "sep")[0], Text.of(", "))));
    define(
        "raise_exception",
        (run, arguments) -> {
          Object message = arguments.bind("raise_exception", 1, "message")[0];
          throw new TemplateException("%s", run.printing().text(message));
        });
    define(
        "strftime_now",
        (run, arguments) -> {
          Object format = arguments.bind("strftime_now", 1, "format")[0];
          run.meter().steps(Types.truth(format) ? Types.length(format) : 0);
          return new Strftime(run.now()).format(Arguments.text(format, "format"));
        });
    define(
        "lipsum",
        (run, arguments) -> {
          throw new TemplateException("lipsum() is not supported: its text is random");
        });
  }

  private static void define(String name, Callable body) {
    ALL.put(name, new Function(name, body));
  }

  /** A global's value; null where there is none of this name. */
  static Object get(String name) {
    return ALL.get(name);
  }

  private static Object range(Arguments arguments) {
    List<Object> given = arguments.positional();
    if (given.isEmpty() || given.size() > 3 || !arguments.named().isEmpty()) {
      throw new TemplateException("range expected 1 to 3 arguments, got %d", given.size());
    }
    long first = Numbers.clamped(given.get(0));
    if (given.size() == 1) {
      return new Range(0, first, 1);
    }
    long step = given.size() == 3 ? Numbers.clamped(given.get(2)) : 1;
    return new Range(first, Numbers.clamped(given.get(1)), step);
  }

  private static Dict dict(Run run, Arguments arguments) {
    Dict dict = new Dict();
    if (arguments.positional().size() > 1) {
      throw new TemplateException(
          "dict expected at most 1 argument, got %d", arguments.positional().size());
    }
    for (Object source : arguments.positional()) {
      if (source instanceof Dict given) {
        given.entries().forEach(entry -> dict.put(entry.key(), entry.value()));
        run.meter().steps(dict.size());
      } else {
        putPairs(run, source, dict);
      }
    }
    arguments.named().forEach((name, value) -> dict.put(Text.of(name), value));
    return dict;
  }

  private static void putPairs(Run run, Object source, Dict dict) {
    var pairs = Types.iterate(run, source);
    while (pairs.hasNext()) {
      List<Object> pair = Filters.list(run, pairs.next());
      if (pair.size() != 2) {
        throw new TemplateException("a dict is made of pairs, not of %d items", pair.size());
      }
      dict.put(pair.get(0), pair.get(1));
    }
  }

  private static Callable joiner(Object separator) {
    boolean[] used = {false};
    return new Function(
        "joiner",
        (run, arguments) -> {
          boolean first = !used[0];
          used[0] = true;
          return first ? Text.EMPTY : separator;
        });
  }

  /** Jinja's {@code cycler}: gives values in turn, also across loops. */
  static final class Cycler {
    private final List<Object> items;
    private int at;

    Cycler(List<Object> items) {
      if (items.isEmpty()) {
        throw new TemplateException("at least one item has to be provided");
      }
      this.items = items;
    }

    /** An attribute; null where there is none of this name. */
    Object attribute(String name) {
      return switch (name) {
        case "current" -> items.get(at);
        case "pos" -> BigInteger.valueOf(at);
        case "items" -> new Tuple(items);
        case "next" -> new Function("next", (run, arguments) -> next());
        case "reset" -> new Function("reset", (run, arguments) -> reset());
        default -> null;
      };
    }

    private Object next() {
      Object item = items.get(at);
      at = (at + 1) % items.size();
      return item;
    }

    private Object reset() {
      at = 0;
      return None.NONE;
    }
  }
}
