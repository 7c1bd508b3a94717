package io.assize.prompt.jinja;

import java.util.Iterator;
import java.util.NoSuchElementException;

/** The items that a loop's filter lets through, each asked about when its turn comes. */
final class Chosen implements Iterator<Object> {
  private final Statement.ForLoop loop;
  private final Frame frame;
  private final Iterator<Object> all;
  private Object next;

  private Chosen(Statement.ForLoop loop, Frame frame, Iterator<Object> all) {
    this.loop = loop;
    this.frame = frame;
    this.all = all;
  }

  static Iterator<Object> of(Statement.ForLoop loop, Frame around, Iterator<Object> all) {
    return new Chosen(loop, loop.testScope().enter(around.run(), around), all);
  }

  @Override
  public boolean hasNext() {
    while (next == null && all.hasNext()) {
      Object item = all.next();
      loop.target().assign(frame, item);
      next = Types.truth(frame.value(loop.test())) ? item : null;
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
}
