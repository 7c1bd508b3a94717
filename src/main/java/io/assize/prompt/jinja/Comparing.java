package io.assize.prompt.jinja;

import java.util.Comparator;
import java.util.List;

/** Python's {@code ==}, {@code <} and {@code in}. */
final class Comparing {
  private final Meter meter;

  Comparing(Meter meter) {
    this.meter = meter;
  }

  boolean equal(Object a, Object b) {
    if (a instanceof Text text && b instanceof Text) {
      meter.reading(text.size());
      return a.equals(b);
    }
    if (Types.isNumber(a) && Types.isNumber(b)) {
      return Numbers.equal(a, b);
    }
    if (a instanceof Undefined || b instanceof Undefined) {
      return a instanceof Undefined && b instanceof Undefined;
    }
    if (a == b) {
      return true;
    }
    boolean lists =
        a instanceof List && b instanceof List && a instanceof Range == b instanceof Range;
    if (lists || (a instanceof Tuple && b instanceof Tuple)) {
      return equalItems(Types.sequence(a), Types.sequence(b));
    }
    if (areSets(a, b)) {
      return size(a) == size(b) && within(a, b);
    }
    return a instanceof Dict left && b instanceof Dict right && equalEntries(left, right);
  }

  /** Whether both are keys or entries of dicts, which Python compares as sets. */
  private static boolean areSets(Object a, Object b) {
    return a instanceof DictView left
        && left.isSet()
        && b instanceof DictView right
        && right.isSet();
  }

  private static int size(Object view) {
    return ((DictView) view).items().size();
  }

  private boolean within(Object a, Object b) {
    for (Object item : ((DictView) a).items()) {
      boolean found = false;
      for (Object other : ((DictView) b).items()) {
        meter.step();
        found |= equal(item, other);
      }
      if (!found) {
        return false;
      }
    }
    return true;
  }

  private boolean equalItems(List<Object> a, List<Object> b) {
    if (a.size() != b.size()) {
      return false;
    }
    meter.enter();
    for (int i = 0; i < a.size(); i++) {
      meter.step();
      if (!equal(a.get(i), b.get(i))) {
        meter.leave();
        return false;
      }
    }
    meter.leave();
    return true;
  }

  private boolean equalEntries(Dict a, Dict b) {
    if (a.size() != b.size()) {
      return false;
    }
    meter.enter();
    for (Dict.Entry entry : a.entries()) {
      meter.step();
      Object other = b.get(entry.key());
      if (other == null || !equal(entry.value(), other)) {
        meter.leave();
        return false;
      }
    }
    meter.leave();
    return true;
  }

  /** The order of two values; refuses those that Python does not order. */
  int compare(Object a, Object b, String operator) {
    meter.step();
    if (a instanceof Text left && b instanceof Text right) {
      meter.reading(Math.min(left.size(), right.size()));
      return left.compare(right);
    }
    if (Types.isNumber(a) && Types.isNumber(b)) {
      return Numbers.compare(a, b);
    }
    refuseUndefined(a);
    refuseUndefined(b);
    boolean lists =
        a instanceof List && b instanceof List && !(a instanceof Range) && !(b instanceof Range);
    if (!lists && !(a instanceof Tuple && b instanceof Tuple)) {
      throw new TemplateException(
          "'%s' not supported between instances of '%s' and '%s'",
          operator, Types.name(a), Types.name(b));
    }
    return compareItems(Types.sequence(a), Types.sequence(b), operator);
  }

  private int compareItems(List<Object> a, List<Object> b, String operator) {
    meter.enter();
    int order = Integer.compare(a.size(), b.size());
    for (int i = 0; i < Math.min(a.size(), b.size()); i++) {
      meter.step();
      if (!equal(a.get(i), b.get(i))) {
        order = compare(a.get(i), b.get(i), operator);
        break;
      }
    }
    meter.leave();
    return order;
  }

  /** {@code a < b} and its kin; false where a NaN is on either side. */
  boolean holds(Object a, String operator, Object b) {
    if (Numbers.isNan(a) || Numbers.isNan(b)) {
      if (Types.isNumber(a) && Types.isNumber(b)) {
        return false;
      }
    }
    if (areSets(a, b)) {
      boolean strict = operator.length() == 1;
      Object small = operator.startsWith("<") ? a : b;
      Object large = small == a ? b : a;
      return size(small) + (strict ? 1 : 0) <= size(large) && within(small, large);
    }
    int order = compare(a, b, operator);
    return switch (operator) {
      case "<" -> order < 0;
      case "<=" -> order <= 0;
      case ">" -> order > 0;
      default -> order >= 0;
    };
  }

  /** Python's {@code item in container}. */
  boolean contains(Run run, Object container, Object item) {
    if (container instanceof Text text) {
      if (!(item instanceof Text wanted)) {
        throw new TemplateException(
            "'in <string>' requires string as left operand, not %s", Types.name(item));
      }
      return new Search(meter, wanted).find(text, 0) >= 0;
    }
    if (container instanceof Dict dict) {
      return dict.has(item);
    }
    if (!Types.isIterable(container)) {
      throw new TemplateException("argument of type '%s' is not iterable", Types.name(container));
    }
    var items = Types.iterate(run, container);
    while (items.hasNext()) {
      if (equal(items.next(), item)) {
        return true;
      }
    }
    return false;
  }

  Comparator<Object> order() {
    return (a, b) -> compare(a, b, "<");
  }

  static void refuseUndefined(Object value) {
    if (value instanceof Undefined undefined) {
      throw undefined.refused();
    }
  }
}
