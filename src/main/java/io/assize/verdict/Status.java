package io.assize.verdict;

import java.util.Locale;

/** How a request ended. */
public enum Status {
  OK,
  /** The judge answered, but states no valid decision or rating. */
  UNPARSABLE,
  /** The prompt does not fit the model's context. */
  TOO_LONG,
  /** The judge failed on this row. */
  ENGINE_ERROR;

  /** The text in tables. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
