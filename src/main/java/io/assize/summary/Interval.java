package io.assize.summary;

import io.assize.stats.MeanDifference;
import io.assize.stats.ScoreSums;
import io.assize.stats.WinRate;
import io.assize.table.Table;
import java.util.function.Function;

/**
 * A figure with its 95 % interval; NaN: none.
 *
 * @param value the figure
 */
record Interval(double value, double low, double high) {
  private static final Interval NONE = new Interval(Double.NaN, Double.NaN, Double.NaN);

  /** A share, with Wilson's interval; none of nothing. */
  static Interval ofShare(long part, long whole) {
    return whole == 0 ? NONE : of(WinRate.share(part, whole));
  }

  /** A mean score; none of no score. */
  static Interval ofMean(ScoreSums scores) {
    return scores.n() == 0 ? NONE : of(WinRate.of(scores));
  }

  /** A mean difference; none of no score. */
  static Interval ofDifference(ScoreSums scores) {
    return scores.n() == 0 ? NONE : of(MeanDifference.of(scores));
  }

  /** A mean difference of figures of any size; none of no figure. */
  static Interval ofGain(ScoreSums figures) {
    return figures.n() == 0 ? NONE : of(MeanDifference.unbounded(figures));
  }

  private static Interval of(MeanDifference d) {
    return new Interval(d.difference(), d.low(), d.high());
  }

  private static Interval of(WinRate rate) {
    return new Interval(rate.rate(), rate.low(), rate.high());
  }

  /**
   * A table with the figure's column and those of its bounds.
   *
   * @param bounds begins the names of the bounds
   */
  static <T> Table<T> columns(
      Table<T> table, String name, String bounds, Function<T, Interval> figure, String meaning) {
    return table
        .number(name, row -> figure.apply(row).value(), meaning)
        .number(bounds + "_low", row -> figure.apply(row).low(), "of its 95 % interval")
        .number(bounds + "_high", row -> figure.apply(row).high(), "likewise");
  }
}
