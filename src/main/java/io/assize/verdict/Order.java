package io.assize.verdict;

import java.util.List;
import java.util.Locale;

/** The order in which a row's responses were shown. */
public enum Order {
  /** Response a first. */
  AB,
  /** Response b first. */
  BA,
  /** One response by itself. */
  SINGLE;

  /** The text in tables: {@code ab}, {@code ba}, {@code single}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** What is shown, of a row's two responses or of what is known of them. */
  public <T> List<T> shown(T a, T b) {
    return this == BA ? List.of(b, a) : List.of(a, b);
  }

  /** What a choice among the two that were shown says of a and b; null of null. */
  public Decision decision(Choice choice) {
    if (choice == null) {
      return null;
    }
    Decision inOrder =
        switch (choice) {
          case FIRST -> Decision.A;
          case SECOND -> Decision.B;
          case TIE -> Decision.TIE;
        };
    return this == BA ? inOrder.swapped() : inOrder;
  }

  /**
   * The choice among the two shown that a decision is; null of null.
   *
   * @throws IllegalArgumentException where it is none of a, b and tie
   */
  public Choice choice(Decision decision) {
    if (decision == null) {
      return null;
    }
    return switch (this == BA ? decision.swapped() : decision) {
      case A -> Choice.FIRST;
      case B -> Choice.SECOND;
      case TIE -> Choice.TIE;
      case INVALID -> throw new IllegalArgumentException("invalid is no choice");
    };
  }

  /** The probability that a is better, of that of the first shown; and the other way round. */
  public Double probability(Double shown) {
    return this == BA && shown != null ? (Double) (1 - shown) : shown;
  }

  /** The order of a table's text. */
  public static Order of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /** The orders of a configuration's {@code both}, {@code ab} or {@code ba}. */
  public static List<Order> shown(String orders) {
    return orders.equals("both") ? List.of(AB, BA) : List.of(of(orders));
  }
}
