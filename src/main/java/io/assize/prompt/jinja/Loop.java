package io.assize.prompt.jinja;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The {@code loop} of a {@code for}: where it stands, and what comes before and after. */
final class Loop implements Callable {
  /** Renders a recursive loop's body over other items. */
  interface Recursion {
    Object render(Object items, int depth);
  }

  private Iterator<Object> items;
  private final Recursion recursion;
  private final int depth;
  private int index0 = -1;

  /** The number of items; negative while it is not known. */
  private int length;

  private Object previous;
  private Object current;
  private Object next;
  private Object changedFrom;

  /**
   * A loop.
   *
   * @param length negative where it is not known before the end
   * @param recursion null where the loop is not recursive
   * @param depth how many loops of its own this one runs in
   */
  Loop(Iterator<Object> items, int length, Recursion recursion, int depth) {
    this.items = items;
    this.length = length;
    this.recursion = recursion;
    this.depth = depth;
  }

  boolean hasNext() {
    return next != null || items.hasNext();
  }

  Object next() {
    Object item = next == null ? items.next() : next;
    next = null;
    index0++;
    previous = current;
    current = item;
    return item;
  }

  int index() {
    return index0 + 1;
  }

  int length() {
    if (length < 0) {
      List<Object> rest = new ArrayList<>();
      items.forEachRemaining(rest::add);
      items = rest.iterator();
      length = rest.size() + index() + (next == null ? 0 : 1);
    }
    return length;
  }

  private Object peek() {
    if (next == null && items.hasNext()) {
      next = items.next();
    }
    return next;
  }

  /** An attribute; null where there is none of this name. */
  Object attribute(String name) {
    return switch (name) {
      case "index" -> number(index());
      case "index0" -> number(index0);
      case "revindex" -> number(length() - index0);
      case "revindex0" -> number(length() - index());
      case "first" -> index0 == 0;
      case "last" -> peek() == null;
      case "length" -> number(length());
      case "depth" -> number(depth + 1);
      case "depth0" -> number(depth);
      case "previtem" -> index0 == 0 ? new Undefined("there is no previous item") : previous;
      case "nextitem" -> peek() == null ? new Undefined("there is no next item") : next;
      case "cycle" -> new Function("cycle", this::cycle);
      case "changed" -> new Function("changed", this::changed);
      default -> null;
    };
  }

  private static BigInteger number(int value) {
    return BigInteger.valueOf(value);
  }

  private Object cycle(Run run, Arguments arguments) {
    List<Object> values = arguments.positional();
    if (values.isEmpty()) {
      throw new TemplateException("no items for cycling given");
    }
    return values.get(index0 % values.size());
  }

  private Object changed(Run run, Arguments arguments) {
    Tuple now = new Tuple(arguments.positional());
    boolean changed = changedFrom == null || !run.comparing().equal(changedFrom, now);
    changedFrom = now;
    return changed;
  }

  /** The body again over other items, in a loop that is marked recursive. */
  @Override
  public Object call(Run run, Arguments arguments) {
    if (recursion == null) {
      throw new TemplateException(
          "The loop must have the 'recursive' marker to be called recursively.");
    }
    return recursion.render(arguments.bind("loop", 1, "iterable")[0], depth + 1);
  }
}
