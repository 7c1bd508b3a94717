package io.assize.prompt.jinja;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Python's dict: keys in the order of their first entry, compared as Python compares them. */
final class Dict {
  /** An entry with its key as it was written first. */
  record Entry(Object key, Object value) {}

  private final Map<Object, Entry> entries = new LinkedHashMap<>();

  /** Puts an entry while the dict is made; templates cannot change it later. */
  void put(Object key, Object value) {
    entries.merge(hashable(key), new Entry(key, value), (old, now) -> new Entry(old.key, value));
  }

  /** The value of a key; null where there is none. */
  Object get(Object key) {
    Entry entry = entries.get(hashable(key));
    return entry == null ? null : entry.value;
  }

  boolean has(Object key) {
    return entries.containsKey(hashable(key));
  }

  Collection<Entry> entries() {
    return entries.values();
  }

  int size() {
    return entries.size();
  }

  List<Object> keys() {
    List<Object> keys = new ArrayList<>(entries.size());
    entries.values().forEach(entry -> keys.add(entry.key));
    return keys;
  }

  List<Object> values() {
    List<Object> values = new ArrayList<>(entries.size());
    entries.values().forEach(entry -> values.add(entry.value));
    return values;
  }

  List<Object> items() {
    List<Object> items = new ArrayList<>(entries.size());
    entries.values().forEach(entry -> items.add(Tuple.of(entry.key, entry.value)));
    return items;
  }

  /** A key of Java's maps that is equal where Python's values are. */
  static Object hashable(Object key) {
    return hashable(key, 0);
  }

  private static Object hashable(Object key, int depth) {
    if (key instanceof Boolean b) {
      return b ? BigInteger.ONE : BigInteger.ZERO;
    }
    if (key instanceof Double d) {
      double number = d;
      boolean whole = !Double.isInfinite(number) && number == Math.rint(number);
      return whole ? new BigDecimal(number).toBigInteger() : key;
    }
    if (key instanceof Tuple tuple) {
      if (depth > 3 || tuple.items().size() > 30) {
        throw new TemplateException("a dict's key is too large");
      }
      List<Object> items = new ArrayList<>();
      tuple.items().forEach(item -> items.add(hashable(item, depth + 1)));
      return items;
    }
    if (key instanceof Range range) {
      return range.hashable();
    }
    if (key instanceof Undefined) {
      return Undefined.class;
    }
    boolean view = key instanceof DictView seen && seen.isSet();
    if (key instanceof List || key instanceof Dict || view) {
      throw new TemplateException("unhashable type: '%s'", Types.name(key));
    }
    return key;
  }
}
