package io.assize.stats;

import java.io.Serializable;

/**
 * Numbers as whole multiples of 1 / scale: their sums in longs are exact, whatever the order. All
 * scales are here.
 *
 * @param scale parts of one
 */
public record FixedPoint(double scale) implements Serializable {
  /** Scores of 0…1 and their squares: nine billion of them fit. */
  public static final FixedPoint SCORES = new FixedPoint(1e9);

  /** Products of clusters' sums. */
  public static final FixedPoint PRODUCTS = new FixedPoint(1e6);

  /** Rates, squares of style, and slopes. */
  public static final FixedPoint RATES = new FixedPoint(1L << 30);

  /** Gradients and curvatures of one game. */
  public static final FixedPoint GRADIENTS = new FixedPoint(1L << 26);

  /** Products of the gradients of games that share a prompt. */
  public static final FixedPoint CROSS = new FixedPoint(1L << 20);

  /** A number as a whole one. */
  public long of(double value) {
    return Math.round(value * scale);
  }

  /** The number that a whole one, or a sum of such, stands for. */
  public double value(long whole) {
    return whole / scale;
  }

  /** Adds sums. */
  static void add(long[] to, long[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }
}
