package io.assize.verdict;

import java.util.Locale;

/** A verdict in terms of the corpus's a and b, whatever was shown first. */
public enum Decision {
  A(1),
  B(2),
  TIE(3),
  /** No decision could be had. */
  INVALID(4);

  private static final Decision[] NUMBERED = {null, A, B, TIE, INVALID};

  private final byte number;

  Decision(int number) {
    this.number = (byte) number;
  }

  /** A number from 1, for compact storage. */
  public byte number() {
    return number;
  }

  /** The decision of a number; null of 0. */
  public static Decision of(int number) {
    return NUMBERED[number];
  }

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
