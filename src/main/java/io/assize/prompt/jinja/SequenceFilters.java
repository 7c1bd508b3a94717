package io.assize.prompt.jinja;

import static io.assize.prompt.jinja.Arguments.absent;
import static io.assize.prompt.jinja.Arguments.or;
import static io.assize.prompt.jinja.Arguments.truth;
import static io.assize.prompt.jinja.Arguments.whole;
import static io.assize.prompt.jinja.AttributePath.getter;

import io.assize.prompt.jinja.Filters.Filter;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Jinja's filters on sequences. What is lazy in Jinja is lazy here. */
final class SequenceFilters {
  private SequenceFilters() {}

  static void addTo(Map<String, Filter> all) {
    all.put("list", (run, value, arguments) -> Filters.list(run, value));
    all.put("first", SequenceFilters::first);
    all.put("last", SequenceFilters::last);
    all.put("reverse", SequenceFilters::reverse);
    all.put("join", SequenceFilters::join);
    all.put("items", SequenceFilters::items);
    all.put("dictsort", SequenceFilters::dictSort);
    all.put("sort", SequenceFilters::sort);
    all.put("unique", SequenceFilters::unique);
    all.put("min", (run, value, arguments) -> extreme(run, value, arguments, true));
    all.put("max", (run, value, arguments) -> extreme(run, value, arguments, false));
    all.put("sum", SequenceFilters::sum);
    all.put("map", SequenceFilters::map);
    all.put("select", (run, value, given) -> select(run, value, given, true, false));
    all.put("reject", (run, value, given) -> select(run, value, given, false, false));
    all.put("selectattr", (run, value, given) -> select(run, value, given, true, true));
    all.put("rejectattr", (run, value, given) -> select(run, value, given, false, true));
    all.put("groupby", SequenceFilters::groupBy);
    all.put("batch", SequenceFilters::batch);
    all.put("slice", SequenceFilters::slice);
  }

  private static Object first(Run run, Object value, Arguments arguments) {
    Iterator<Object> items = Types.iterate(run, value);
    return items.hasNext() ? items.next() : new Undefined("No first item, sequence was empty.");
  }

  private static Object last(Run run, Object value, Arguments arguments) {
    Iterator<Object> items = reversed(run, value).items();
    return items.hasNext() ? items.next() : new Undefined("No last item, sequence was empty.");
  }

  private static Object reverse(Run run, Object value, Arguments arguments) {
    if (value instanceof Text) {
      return run.attributes().slice(value, null, null, BigInteger.ONE.negate());
    }
    if (value instanceof Stream) {
      List<Object> items = Filters.list(run, value);
      Collections.reverse(items);
      return items;
    }
    return reversed(run, value);
  }

  private static Stream reversed(Run run, Object value) {
    if (value instanceof Stream) {
      throw new TemplateException("'%s' object is not reversible", Types.name(value));
    }
    List<Object> items = Filters.list(run, value);
    Collections.reverse(items);
    return new Stream(Types.name(value) + "_reverseiterator", items.iterator(), 0);
  }

  private static Object join(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("join", 0, "d", "attribute");
    UnaryOperator<Object> getter = getter(run, given[1], null);
    List<Object> texts = new ArrayList<>();
    Types.iterate(run, value)
        .forEachRemaining(item -> texts.add(run.printing().text(getter.apply(item))));
    return run.strings().join(run.printing().text(or(given[0], Text.EMPTY)), texts);
  }

  private static Object items(Run run, Object value, Arguments arguments) {
    if (value instanceof Undefined) {
      return Stream.over(value, Collections.emptyIterator());
    }
    return Stream.lazily(
        value,
        () -> {
          if (!(value instanceof Dict dict)) {
            throw new TemplateException("Can only get item pairs from a mapping.");
          }
          return dict.items().iterator();
        });
  }

  private static Object dictSort(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("dictsort", 0, "case_sensitive", "by", "reverse");
    String by = or(given[1], Text.of("key")).toString();
    if (!by.equals("key") && !by.equals("value")) {
      throw new TemplateException("You can only sort by either \"key\" or \"value\"");
    }
    int position = by.equals("key") ? 0 : 1;
    boolean exact = truth(given[0], false);
    return sorted(
        run,
        Filters.dict(value).items(),
        item -> folded(run, ((Tuple) item).items().get(position), exact),
        truth(given[2], false));
  }

  private static Object sort(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("sort", 0, "reverse", "case_sensitive", "attribute");
    boolean exact = truth(given[1], false);
    List<UnaryOperator<Object>> getters = new ArrayList<>();
    if (given[2] instanceof Text) {
      for (String one : given[2].toString().split(",", -1)) {
        getters.add(getter(run, Text.of(one), null));
      }
    } else {
      getters.add(getter(run, given[2], null));
    }
    UnaryOperator<Object> key =
        item -> {
          List<Object> keys = new ArrayList<>();
          getters.forEach(getter -> keys.add(folded(run, getter.apply(item), exact)));
          return keys;
        };
    return sorted(run, Filters.list(run, value), key, truth(given[0], false));
  }

  private record Keyed(Object key, Object item) {}

  /** Sorted by a key, equal ones in their order. */
  private static List<Object> sorted(
      Run run, List<Object> items, UnaryOperator<Object> key, boolean reverse) {
    List<Keyed> keyed = new ArrayList<>();
    items.forEach(item -> keyed.add(new Keyed(key.apply(item), item)));
    Comparator<Object> order = run.comparing().order();
    try {
      keyed.sort(Comparator.comparing(Keyed::key, reverse ? order.reversed() : order));
    } catch (IllegalArgumentException e) {
      throw new TemplateException("values that cannot be put in order");
    }
    List<Object> sorted = new ArrayList<>();
    keyed.forEach(one -> sorted.add(one.item()));
    return sorted;
  }

  private static Object folded(Run run, Object value, boolean exact) {
    return !exact && value instanceof Text text ? run.casing().lower(text) : value;
  }

  private static Object unique(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("unique", 0, "case_sensitive", "attribute");
    UnaryOperator<Object> getter = getter(run, given[1], null);
    boolean exact = truth(given[0], false);
    Set<Object> seen = new HashSet<>();
    return Stream.over(
        value,
        Lazy.kept(
            Lazy.from(() -> Types.iterate(run, value)),
            item -> seen.add(Dict.hashable(folded(run, getter.apply(item), exact)))));
  }

  private static Object extreme(Run run, Object value, Arguments arguments, boolean least) {
    Object[] given = arguments.bind(least ? "min" : "max", 0, "case_sensitive", "attribute");
    UnaryOperator<Object> getter = getter(run, given[1], null);
    boolean exact = truth(given[0], false);
    Iterator<Object> items = Types.iterate(run, value);
    if (!items.hasNext()) {
      return new Undefined("No aggregated item, sequence was empty.");
    }
    Object best = items.next();
    Object bestKey = folded(run, getter.apply(best), exact);
    while (items.hasNext()) {
      Object item = items.next();
      Object key = folded(run, getter.apply(item), exact);
      if (run.comparing().holds(key, least ? "<" : ">", bestKey)) {
        best = item;
        bestKey = key;
      }
    }
    return best;
  }

  private static Object sum(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("sum", 0, "attribute", "start");
    UnaryOperator<Object> getter = getter(run, given[0], null);
    Object sum = or(given[1], BigInteger.ZERO);
    if (sum instanceof Text) {
      throw new TemplateException("sum() can't sum strings [use ''.join(seq) instead]");
    }
    Iterator<Object> items = Types.iterate(run, value);
    while (items.hasNext()) {
      sum = run.operators().operate("+", sum, getter.apply(items.next()));
    }
    return sum;
  }

  private static Object map(Run run, Object value, Arguments arguments) {
    return Stream.lazily(
        value,
        () -> {
          if (!Types.truth(value)) {
            return Collections.emptyIterator();
          }
          UnaryOperator<Object> mapping = mapping(run, arguments);
          return Lazy.mapped(Types.iterate(run, value), mapping);
        });
  }

  private static UnaryOperator<Object> mapping(Run run, Arguments arguments) {
    if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
      Object[] given = arguments.bind("map", 0, "attribute", "default");
      return getter(run, given[0], absent(given[1]) ? null : given[1]);
    }
    if (arguments.positional().isEmpty()) {
      throw new TemplateException("map requires a filter argument");
    }
    String name = run.printing().text(arguments.positional().get(0)).toString();
    return item -> run.filter(name, item, arguments.after(1));
  }

  private static Object select(
      Run run, Object value, Arguments arguments, boolean wanted, boolean byAttribute) {
    return Stream.lazily(
        value,
        () -> {
          if (!Types.truth(value)) {
            return Collections.emptyIterator();
          }
          Predicate<Object> choice = choice(run, arguments, byAttribute);
          return Lazy.kept(Types.iterate(run, value), item -> choice.test(item) == wanted);
        });
  }

  private static Predicate<Object> choice(Run run, Arguments arguments, boolean byAttribute) {
    List<Object> given = arguments.positional();
    if (byAttribute && given.isEmpty()) {
      throw new TemplateException("Missing parameter for attribute name");
    }
    UnaryOperator<Object> getter =
        byAttribute ? getter(run, given.get(0), null) : UnaryOperator.identity();
    int at = byAttribute ? 1 : 0;
    if (given.size() <= at) {
      return item -> Types.truth(getter.apply(item));
    }
    String test = run.printing().text(given.get(at)).toString();
    return item -> run.test(test, getter.apply(item), arguments.after(at + 1));
  }

  private static Object groupBy(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("groupby", 1, "attribute", "default", "case_sensitive");
    boolean exact = truth(given[2], false);
    UnaryOperator<Object> getter = getter(run, given[0], absent(given[1]) ? null : given[1]);
    UnaryOperator<Object> key = item -> folded(run, getter.apply(item), exact);
    List<Object> groups = new ArrayList<>();
    List<Object> group = null;
    Object groupKey = null;
    for (Object item : sorted(run, Filters.list(run, value), key, false)) {
      Object itemKey = key.apply(item);
      if (group == null || !run.comparing().equal(groupKey, itemKey)) {
        group = new ArrayList<>();
        groups.add(new Tuple(List.of(getter.apply(item), group), true));
        groupKey = itemKey;
      }
      group.add(item);
    }
    return groups;
  }

  private static Object batch(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("batch", 1, "linecount", "fill_with");
    int size = whole(given[0], 0);
    Object fill = absent(given[1]) ? null : given[1];
    return Stream.lazily(
        value,
        () -> {
          List<Object> batches = new ArrayList<>();
          List<Object> batch = new ArrayList<>();
          for (Object item : Filters.list(run, value)) {
            if (batch.size() == size) {
              batches.add(batch);
              batch = new ArrayList<>();
            }
            batch.add(item);
          }
          if (!batch.isEmpty()) {
            if (fill != null) {
              run.meter().steps(Math.max(0, size - batch.size()));
              batch.addAll(Collections.nCopies(Math.max(0, size - batch.size()), fill));
            }
            batches.add(batch);
          }
          return batches.iterator();
        });
  }

  private static Object slice(Run run, Object value, Arguments arguments) {
    Object[] given = arguments.bind("slice", 1, "slices", "fill_with");
    int slices = whole(given[0], 0);
    Object fill = absent(given[1]) ? null : given[1];
    return Stream.lazily(
        value,
        () -> {
          List<Object> items = Filters.list(run, value);
          if (slices == 0) {
            throw new TemplateException("integer division or modulo by zero");
          }
          run.meter().steps(Math.max(0, slices));
          return sliced(items, slices, fill).iterator();
        });
  }

  private static List<Object> sliced(List<Object> items, int slices, Object fill) {
    List<Object> parts = new ArrayList<>();
    int at = 0;
    for (int i = 0; i < slices; i++) {
      boolean extra = i < items.size() % slices;
      int end = at + items.size() / slices + (extra ? 1 : 0);
      List<Object> part = new ArrayList<>(items.subList(at, end));
      if (fill != null && !extra) {
        part.add(fill);
      }
      parts.add(part);
      at = end;
    }
    return parts;
  }
}
