package io.assize.stats;

/** Numbers as whole multiples of 2⁻²⁶: their sums are exact, whatever the order. */
final class FixedPoint {
  static final double SCALE = 1L << 26;

  private FixedPoint() {}

  static long of(double value) {
    return Math.round(value * SCALE);
  }

  static void add(long[] to, long[] from) {
    for (int i = 0; i < to.length; i++) {
      to[i] += from[i];
    }
  }
}
