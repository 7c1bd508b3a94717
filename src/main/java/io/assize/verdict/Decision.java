package io.assize.verdict;

import java.util.Locale;

/** A verdict in terms of the corpus's a and b, whatever was shown first. */
public enum Decision {
  A,
  B,
  TIE,
  /** No decision could be had. */
  INVALID;

  /** The same with a and b exchanged. */
  public Decision swapped() {
    return switch (this) {
      case A -> B;
      case B -> A;
      default -> this;
    };
  }

  /** The text in tables. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
