package io.assize.prompt.jinja;

import static io.assize.prompt.jinja.Arguments.absent;
import static io.assize.prompt.jinja.Arguments.number;
import static io.assize.prompt.jinja.Arguments.or;
import static io.assize.prompt.jinja.Arguments.text;
import static io.assize.prompt.jinja.Arguments.truth;
import static io.assize.prompt.jinja.Arguments.whole;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.function.IntPredicate;

/** The methods of strings, lists, tuples and dicts. Those that change a value are refused. */
final class Methods {
  /** A method before it knows its object. */
  private interface Method {
    Object call(Run run, Object self, Arguments arguments);
  }

  private static final Map<String, Method> OF_TEXT = new HashMap<>();
  private static final Map<String, Method> OF_SEQUENCE = new HashMap<>();
  private static final Map<String, Method> OF_DICT = new HashMap<>();

  private static final Set<String> CHANGE_LISTS =
      Set.of("append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove");
  private static final Set<String> CHANGE_DICTS =
      Set.of("clear", "pop", "popitem", "setdefault", "update");

  /** What Python has and templates do without. */
  private static final Set<String> MISSING = Set.of("encode", "translate", "maketrans", "fromkeys");

  private Methods() {}

  /** A value's method; null where it has none of this name. */
  static Object of(Object value, String name) {
    if (value instanceof Text) {
      return bound(OF_TEXT, value, name);
    }
    if (value instanceof Dict) {
      return CHANGE_DICTS.contains(name)
          ? Undefined.unsafe(value, name)
          : bound(OF_DICT, value, name);
    }
    boolean list = value instanceof List && !(value instanceof Range);
    if (list && CHANGE_LISTS.contains(name)) {
      return Undefined.unsafe(value, name);
    }
    if (name.equals("copy") && !list) {
      return null;
    }
    return Types.sequence(value) == null ? null : bound(OF_SEQUENCE, value, name);
  }

  private static Callable bound(Map<String, Method> methods, Object self, String name) {
    Method method = methods.get(name);
    if (method != null) {
      return new Function(name, (run, arguments) -> method.call(run, self, arguments));
    }
    if (!MISSING.contains(name) || (name.equals("fromkeys") && !(self instanceof Dict))) {
      return null;
    }
    return new Function(
        name,
        (run, arguments) -> {
          throw new TemplateException(
              "method '%s' of '%s' is not supported", name, Types.name(self));
        });
  }

  static {
    changes("upper", Casing::upper);
    changes("lower", Casing::lower);
    changes("casefold", Casing::lower);
    changes("title", Casing::title);
    changes("capitalize", Casing::capitalize);
    changes("swapcase", Casing::swapCase);
    asks("isalpha", Strings::isLetter);
    asks("isalnum", Strings::isLetterOrNumber);
    asks("isdigit", Strings::isDigit);
    asks("isdecimal", Strings::isDecimal);
    asks("isnumeric", Strings::isNumeric);
    asks("isspace", Spaces::isSpace);
    asks("isprintable", true, Strings::isPrintable);
    tells("isidentifier", (run, text) -> Strings.isIdentifier(text.toString()));
    tells("islower", (run, text) -> run.casing().isLower(text));
    tells("isupper", (run, text) -> run.casing().isUpper(text));
    tells("istitle", (run, text) -> run.casing().isTitle(text));
    asks("isascii", true, c -> c < 0x80);
    strips("strip", true, true);
    strips("lstrip", true, false);
    strips("rstrip", false, true);
    pads("ljust", false, true);
    pads("rjust", true, false);
    pads("center", true, true);
    parts();
    finds();
    formats();
    sequences();
    dicts();
  }

  private static void changes(String name, BiFunction<Casing, Text, Text> change) {
    put(
        name,
        (run, self, arguments) -> {
          arguments.bind(name, 0);
          return change.apply(run.casing(), self).withSafe(self.isSafe());
        });
  }

  private static void asks(String name, IntPredicate wanted) {
    asks(name, false, wanted);
  }

  private static void asks(String name, boolean ofEmpty, IntPredicate wanted) {
    tells(name, (run, text) -> text.isEmpty() ? ofEmpty : run.strings().all(text, wanted));
  }

  private static void tells(String name, BiFunction<Run, Text, Boolean> question) {
    put(
        name,
        (run, self, arguments) -> {
          arguments.bind(name, 0);
          return question.apply(run, self);
        });
  }

  private static void strips(String name, boolean left, boolean right) {
    put(
        name,
        (run, self, arguments) -> {
          Object[] given = arguments.bind(name, 0, "chars");
          return run.strings().strip(self, optional(given[0], name), left, right);
        });
  }

  private static void pads(String name, boolean left, boolean right) {
    put(
        name,
        (run, self, arguments) -> {
          Object[] given = arguments.bind(name, 1, "width", "fillchar");
          Text fill = text(or(given[1], Text.of(" ")), "The fill character");
          return run.strings()
              .pad(self, whole(given[0], 0), fill, left, right)
              .withSafe(self.isSafe());
        });
  }

  private static void parts() {
    put("split", (run, self, arguments) -> split(run, self, arguments, false));
    put("rsplit", (run, self, arguments) -> split(run, self, arguments, true));
    put(
        "splitlines",
        (run, self, arguments) ->
            run.strings()
                .lines(self, truth(arguments.bind("splitlines", 0, "keepends")[0], false)));
    put("partition", (run, self, arguments) -> partition(run, self, arguments, false));
    put("rpartition", (run, self, arguments) -> partition(run, self, arguments, true));
    put(
        "replace",
        (run, self, arguments) -> {
          Object[] given = arguments.bind("replace", 2, "old", "new", "count");
          Text replacement = text(given[1], "replace() argument 2");
          return run.strings()
              .replace(
                  self,
                  text(given[0], "replace() argument 1"),
                  self.isSafe() ? run.html().escape(replacement) : replacement,
                  whole(given[2], -1))
              .withSafe(self.isSafe());
        });
    put(
        "expandtabs",
        (run, self, arguments) ->
            run.strings()
                .expandTabs(self, whole(arguments.bind("expandtabs", 0, "tabsize")[0], 8)));
    put("join", Methods::join);
    put(
        "removeprefix",
        (run, self, arguments) -> {
          Text prefix = text(arguments.bind("removeprefix", 1, "prefix")[0], "prefix");
          boolean starts = self.toString().startsWith(prefix.toString());
          return starts ? self.substring(prefix.size()) : self;
        });
    put(
        "removesuffix",
        (run, self, arguments) -> {
          Text suffix = text(arguments.bind("removesuffix", 1, "suffix")[0], "suffix");
          boolean ends = self.toString().endsWith(suffix.toString());
          return ends ? self.substring(0, self.size() - suffix.size()) : self;
        });
  }

  private static Object split(Run run, Text self, Arguments arguments, boolean fromRight) {
    Object[] given = arguments.bind("split", 0, "sep", "maxsplit");
    Text separator = optional(given[0], "sep");
    int most = whole(given[1], -1);
    return fromRight
        ? run.strings().splitFromRight(self, separator, most)
        : run.strings().split(self, separator, most);
  }

  private static Object partition(Run run, Text self, Arguments arguments, boolean last) {
    return run.strings()
        .partition(self, text(arguments.bind("partition", 1, "sep")[0], "sep"), last);
  }

  private static Object join(Run run, Text self, Arguments arguments) {
    List<Object> texts = new ArrayList<>();
    var items = Types.iterate(run, arguments.bind("join", 1, "iterable")[0]);
    while (items.hasNext()) {
      Object item = items.next();
      if (!(item instanceof Text)) {
        throw new TemplateException(
            "sequence item %d: expected str instance, %s found", texts.size(), Types.name(item));
      }
      texts.add(self.isSafe() ? run.html().escape(item) : item);
    }
    return run.strings().join(self, texts).withSafe(self.isSafe());
  }

  private static void finds() {
    put("startswith", (run, self, arguments) -> stands(run, "startswith", self, arguments, true));
    put("endswith", (run, self, arguments) -> stands(run, "endswith", self, arguments, false));
    put("find", (run, self, arguments) -> number(find(run, "find", self, arguments, false)));
    put("rfind", (run, self, arguments) -> number(find(run, "rfind", self, arguments, true)));
    put("index", (run, self, arguments) -> number(found(run, "index", self, arguments, false)));
    put("rindex", (run, self, arguments) -> number(found(run, "rindex", self, arguments, true)));
    put(
        "count",
        (run, self, arguments) -> {
          Object[] given = arguments.bind("count", 1, "sub", "start", "end");
          Text part = part(self, given[1], given[2]);
          return number(
              part == null ? 0 : run.strings().count(part, text(given[0], "must be str")));
        });
  }

  /** The part of a text between two indices; null where it begins beyond the end. */
  private static Text part(Text self, Object start, Object end) {
    if (!absent(start) && whole(start, 0) > self.length()) {
      return null;
    }
    Slicing slicing = Slicing.of(self.length(), start, end, null);
    return self.substring(
        self.place(slicing.start()), self.place(slicing.start() + slicing.count()));
  }

  private static Object stands(
      Run run, String name, Text self, Arguments arguments, boolean atStart) {
    Object[] given = arguments.bind(name, 1, "prefix", "start", "end");
    List<Object> wanted =
        given[0] instanceof Tuple ? ((Tuple) given[0]).items() : List.of(given[0]);
    Text part = part(self, given[1], given[2]);
    boolean stands = false;
    for (Object one : wanted) {
      String border = text(one, name + " first arg").toString();
      run.meter().reading(border.length());
      stands |=
          part != null
              && (atStart ? part.toString().startsWith(border) : part.toString().endsWith(border));
    }
    return stands;
  }

  private static int find(Run run, String name, Text self, Arguments arguments, boolean last) {
    Object[] given = arguments.bind(name, 1, "sub", "start", "end");
    Text part = part(self, given[1], given[2]);
    if (part == null) {
      return -1;
    }
    Search search = new Search(run.meter(), text(given[0], "must be str"));
    int place = last ? search.findLast(part, part.size()) : search.find(part, 0);
    int before = Slicing.of(self.length(), given[1], given[2], null).start();
    return place < 0 ? -1 : before + part.codePointAt(place);
  }

  private static int found(Run run, String name, Text self, Arguments arguments, boolean last) {
    int found = find(run, name, self, arguments, last);
    if (found < 0) {
      throw new TemplateException("substring not found");
    }
    return found;
  }

  private static void formats() {
    put("format", (run, self, arguments) -> new BraceFormat(run, arguments).format(self));
    put(
        "format_map",
        (run, self, arguments) -> {
          Object map = arguments.bind("format_map", 1, "mapping")[0];
          Map<String, Object> named = new HashMap<>();
          if (map instanceof Dict dict) {
            dict.entries().forEach(e -> named.put(e.key().toString(), e.value()));
          }
          return new BraceFormat(run, new Arguments(List.of(), named)).format(self);
        });
    put(
        "zfill",
        (run, self, arguments) -> {
          int width = whole(arguments.bind("zfill", 1, "width")[0], 0);
          boolean signed = !self.isEmpty() && "+-".indexOf(self.toString().charAt(0)) >= 0;
          Text sign = signed ? self.substring(0, 1) : Text.EMPTY;
          Text rest = signed ? self.substring(1) : self;
          Text filled = run.strings().pad(rest, width - sign.size(), Text.of("0"), true, false);
          return new TextBuilder(run.meter()).append(sign).append(filled).build();
        });
  }

  private static void sequences() {
    OF_SEQUENCE.put(
        "index",
        (run, self, arguments) -> {
          Object[] given = arguments.bind("index", 1, "value", "start", "end");
          List<Object> items = Types.sequence(self);
          Slicing part = Slicing.of(items.size(), given[1], given[2], null);
          for (int i = part.start(); i < part.start() + part.count(); i++) {
            run.meter().step();
            if (run.comparing().equal(items.get(i), given[0])) {
              return number(i);
            }
          }
          throw new TemplateException("the value is not in the %s", Types.name(self));
        });
    OF_SEQUENCE.put(
        "count",
        (run, self, arguments) -> {
          Object wanted = arguments.bind("count", 1, "value")[0];
          int count = 0;
          for (Object item : Types.sequence(self)) {
            run.meter().step();
            count += run.comparing().equal(item, wanted) ? 1 : 0;
          }
          return number(count);
        });
    OF_SEQUENCE.put("copy", (run, self, arguments) -> self);
  }

  private static void dicts() {
    OF_DICT.put(
        "get",
        (run, self, arguments) -> {
          Object[] given = arguments.bind("get", 1, "key", "default");
          Object value = ((Dict) self).get(given[0]);
          return value == null ? or(given[1], None.NONE) : value;
        });
    OF_DICT.put("copy", (run, self, arguments) -> self);
    view("keys", Dict::keys);
    view("values", Dict::values);
    view("items", Dict::items);
  }

  private static void view(String name, java.util.function.Function<Dict, List<Object>> items) {
    OF_DICT.put(
        name,
        (run, self, arguments) -> {
          arguments.bind(name, 0);
          run.meter().steps(((Dict) self).size());
          return new DictView("dict_" + name, items.apply((Dict) self));
        });
  }

  private interface TextMethod {
    Object call(Run run, Text self, Arguments arguments);
  }

  private static void put(String name, TextMethod method) {
    OF_TEXT.put(name, (run, self, arguments) -> method.call(run, (Text) self, arguments));
  }

  private static Text optional(Object given, String what) {
    return absent(given) ? null : text(given, what);
  }
}
