package io.assize.prompt.jinja;

import java.util.List;

/**
 * Python's tuple.
 *
 * @param group whether it is one of {@code groupby}'s, whose two items have names
 */
record Tuple(List<Object> items, boolean group) {
  Tuple(List<Object> items) {
    this(items, false);
  }

  static Tuple of(Object... items) {
    return new Tuple(List.of(items));
  }
}
