package io.assize.stats;

/**
 * The mean of paired differences with its error, as between two models on the same prompts.
 *
 * @param n pairs
 * @param standardError robust to clusters; NaN below two
 * @param low lower end of Student's 95 % interval; NaN where there is none
 * @param high upper end
 */
public record MeanDifference(
    long n, double difference, double standardError, double low, double high) {

  /** From the sums of differences in −1…1, where the interval is cut, too. */
  public static MeanDifference of(ScoreSums sums) {
    MeanDifference uncut = unbounded(sums);
    double low = Math.max(-1, uncut.low);
    double high = Math.min(1, uncut.high);
    return new MeanDifference(uncut.n, uncut.difference, uncut.standardError, low, high);
  }

  /** From the sums of any differences. */
  public static MeanDifference unbounded(ScoreSums sums) {
    if (sums.n() < 1) {
      throw new IllegalArgumentException("a difference needs a pair, n = " + sums.n());
    }
    double mean = sums.mean();
    double error = Math.sqrt(sums.variance());
    double half = sums.clusters() < 2 ? Double.NaN : Intervals.t(sums.clusters() - 1) * error;
    return new MeanDifference(sums.n(), mean, error, mean - half, mean + half);
  }
}
