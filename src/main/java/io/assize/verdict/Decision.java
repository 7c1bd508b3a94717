package io.assize.verdict;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

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

  /** Whether there is a decision: it was asked for, and could be had. */
  public static boolean decides(Decision decision) {
    return decision != null && decision != INVALID;
  }

  /** Whether there is a decision for one of the two. */
  public static boolean chooses(Decision decision) {
    return decision == A || decision == B;
  }

  /** What it counts for a: 1, ½ or 0; a tie's where there is none. */
  public double score() {
    return switch (this) {
      case A -> 1;
      case B -> 0;
      default -> 0.5;
    };
  }

  /** The decision that a score of a stands for: above ½ for a, below for b, a tie at ½. */
  public static Decision ofScore(double score) {
    return score > 0.5 ? A : score < 0.5 ? B : TIE;
  }

  /** The decision of a table's text; none where it is no decision. */
  public static Optional<Decision> of(String text) {
    return Arrays.stream(values()).filter(decision -> decision.text().equals(text)).findFirst();
  }

  /** The text in tables. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }
}
