package io.assize.stats;

import org.hipparchus.stat.correlation.KendallsCorrelation;
import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.correlation.SpearmansCorrelation;

/**
 * How two ratings of the same systems go together.
 *
 * @param n systems
 * @param pearson of the ratings; NaN where one of them is constant
 * @param spearman of their ranks, ties sharing the mean rank
 * @param kendall τ-b
 */
public record Correlation(int n, double pearson, double spearman, double kendall) {
  /** From the ratings of at least two systems, in the same order. */
  public static Correlation of(double[] x, double[] y) {
    if (x.length != y.length || x.length < 2) {
      throw new IllegalArgumentException("two ratings of the same two or more systems are needed");
    }
    return new Correlation(
        x.length,
        new PearsonsCorrelation().correlation(x, y),
        new SpearmansCorrelation().correlation(x, y),
        new KendallsCorrelation().correlation(x, y));
  }
}
