package io.assize.prompt.jinja;

import java.util.List;

/** What stands behind {@code value.name} and {@code value[key]}, in the order that Jinja looks. */
final class Attributes {
  private final Run run;

  Attributes(Run run) {
    this.run = run;
  }

  /** {@code value.name}: the attribute, else the item of that name. */
  Object attribute(Object value, String name) {
    if (isInternal(name) && value instanceof Undefined) {
      return Undefined.unsafe(value, name);
    }
    Comparing.refuseUndefined(value);
    Object own = own(value, name);
    if (own != null) {
      return own;
    }
    Object item = value instanceof Dict dict ? dict.get(Text.of(name)) : null;
    return item == null ? Undefined.attribute(value, name) : item;
  }

  /** {@code value[key]}: the item, else the attribute of that name. */
  Object item(Object value, Object key) {
    Comparing.refuseUndefined(value);
    Object item = itemOnly(value, key);
    if (item == null && key instanceof Text) {
      item = own(value, key.toString());
    }
    return item == null ? Undefined.element(value, key) : item;
  }

  /** The attribute without a look at the items; undefined where there is none. */
  Object attributeOnly(Object value, String name) {
    Comparing.refuseUndefined(value);
    Object own = own(value, name);
    return own == null ? Undefined.attribute(value, name) : own;
  }

  private static Object itemOnly(Object value, Object key) {
    if (value instanceof Dict dict) {
      return key instanceof List || key instanceof Dict ? null : dict.get(key);
    }
    if (Numbers.whole(key) == null) {
      return null;
    }
    if (value instanceof Text text) {

      int index = index(key, text.length());
      return index < 0 ? null : text.substring(text.place(index), text.place(index + 1));
    }
    List<Object> items = Types.sequence(value);
    int index = items == null ? -1 : index(key, items.size());
    return index < 0 ? null : items.get(index);
  }

  /** An index from the front; -1 where it is beyond the ends. */
  private static int index(Object key, int size) {
    int index = Numbers.clamped(key);
    int fromFront = index < 0 ? index + size : index;
    return fromFront < 0 || fromFront >= size ? -1 : fromFront;
  }

  /** {@code value[start:stop:step]}; null for a part that is not given. */
  Object slice(Object value, Object start, Object stop, Object step) {
    Comparing.refuseUndefined(value);
    if (value instanceof Text text) {

      return Slicing.of(text.length(), start, stop, step).of(run, text);
    }
    if (value instanceof Range range) {
      return Slicing.of(range.size(), start, stop, step).of(range);
    }
    List<Object> items = Types.sequence(value);
    if (items == null) {
      throw new TemplateException("'%s' object is not subscriptable", Types.name(value));
    }
    List<Object> part = Slicing.of(items.size(), start, stop, step).of(run, items);
    return value instanceof Tuple ? new Tuple(part) : part;
  }

  /** Whether every Python object has attributes of this form, none of them for templates. */
  private static boolean isInternal(String name) {
    return name.startsWith("__") && name.endsWith("__");
  }

  /** A value's own attribute; null where it has none. */
  private Object own(Object value, String name) {
    if (value instanceof Namespace namespace) {
      return namespace.attributes.get(name);
    }
    if (isInternal(name)) {
      return Undefined.unsafe(value, name);
    }
    if (value instanceof Loop loop) {
      return loop.attribute(name);
    }
    if (value instanceof Macro macro) {
      return macro.attribute(name);
    }
    if (value instanceof Globals.Cycler cycler) {
      return cycler.attribute(name);
    }
    if (value instanceof Tuple tuple && tuple.group()) {
      int index = List.of("grouper", "list").indexOf(name);
      return index < 0 ? Methods.of(value, name) : tuple.items().get(index);
    }
    return Methods.of(value, name);
  }
}
