package io.assize.prompt.jinja;

import java.util.List;

/**
 * What a dict's {@code keys()}, {@code values()} and {@code items()} give: iterable, with a length,
 * but no list.
 *
 * @param kind as in {@code dict_keys}
 */
record DictView(String kind, List<Object> items) {
  /** Whether it is a set to Python. */
  boolean isSet() {
    return !kind.equals("dict_values");
  }
}
