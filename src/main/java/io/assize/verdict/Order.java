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

  /** The order of a table's text. */
  public static Order of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /** The orders of a configuration's {@code both}, {@code ab} or {@code ba}. */
  public static List<Order> shown(String orders) {
    return orders.equals("both") ? List.of(AB, BA) : List.of(of(orders));
  }
}
