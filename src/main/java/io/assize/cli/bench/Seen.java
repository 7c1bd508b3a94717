package io.assize.cli.bench;

/**
 * What a board showed: how its intervals stand to the truth.
 *
 * @param intervals how many were made
 * @param covered how many held the truth
 * @param width the sum of their widths
 */
record Seen(int intervals, int covered, double width) {
  /** No interval yet. */
  static final Seen NOTHING = new Seen(0, 0, 0);

  /** An interval, and whether it holds the truth. */
  static Seen of(double low, double high, double truth) {
    return new Seen(1, low <= truth && truth <= high ? 1 : 0, high - low);
  }

  /** A set or a statement, which has no width. */
  static Seen of(boolean covered) {
    return new Seen(1, covered ? 1 : 0, Double.NaN);
  }

  /** Both. */
  Seen plus(Seen o) {
    return new Seen(intervals + o.intervals, covered + o.covered, width + o.width);
  }
}
