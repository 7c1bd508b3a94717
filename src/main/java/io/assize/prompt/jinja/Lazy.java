package io.assize.prompt.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;

/** Iterators over no nulls that do their work when they are asked, as Python's generators do. */
final class Lazy {
  private Lazy() {}

  /** An iterator that is made when it is first asked. */
  static Iterator<Object> from(Supplier<Iterator<Object>> source) {
    return new Iterator<>() {
      private Iterator<Object> items;

      @Override
      public boolean hasNext() {
        items = items == null ? source.get() : items;
        return items.hasNext();
      }

      @Override
      public Object next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        return items.next();
      }
    };
  }

  /** What becomes of each item. */
  static Iterator<Object> mapped(Iterator<Object> items, UnaryOperator<Object> change) {
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        return items.hasNext();
      }

      @Override
      public Object next() {
        return change.apply(items.next());
      }
    };
  }

  /** The items that are wanted, each asked about once. */
  static Iterator<Object> kept(Iterator<Object> items, Predicate<Object> wanted) {
    return new Iterator<>() {
      private Object next;

      @Override
      public boolean hasNext() {
        while (next == null && items.hasNext()) {
          Object item = items.next();
          next = wanted.test(item) ? item : null;
        }
        return next != null;
      }

      @Override
      public Object next() {
        if (!hasNext()) {
          throw new NoSuchElementException();
        }
        Object item = next;
        next = null;
        return item;
      }
    };
  }
}
