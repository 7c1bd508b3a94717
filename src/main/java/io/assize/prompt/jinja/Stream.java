package io.assize.prompt.jinja;

import java.util.Iterator;
import java.util.function.Supplier;

/**
 * Python's generator or iterator, as {@code map} and {@code select} give it: it can be gone through
 * once, and does its work when it is.
 *
 * @param kind what Python calls it
 * @param depth how many of them stand behind each other
 */
record Stream(String kind, Iterator<Object> items, int depth) {
  private static final int DEEPEST = 100;

  /** A generator over another value. */
  static Stream over(Object source, Iterator<Object> items) {
    int depth = source instanceof Stream stream ? stream.depth + 1 : 0;
    if (depth > DEEPEST) {
      throw new TemplateException("more than %d generators read from each other", DEEPEST);
    }
    return new Stream("generator", items, depth);
  }

  /** A generator over another value, whose items are looked for when the first is asked for. */
  static Stream lazily(Object source, Supplier<Iterator<Object>> items) {
    return over(source, Lazy.from(items));
  }
}
