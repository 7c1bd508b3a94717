package io.assize.stats;

/**
 * The mean of paired differences with its error, as between two models on the same prompts.
 *
 * @param n pairs
 * @param standardError robust to clusters; NaN below two
 * @param low lower end of Student's 95 % interval, cut at −1; NaN where there is none
 * @param high upper end, cut at 1
 */
public record MeanDifference(
    long n, double difference, double standardError, double low, double high) {

  /** From the sums of differences in −1…1. */
  public static MeanDifference of(ScoreSums sums) {
    if (sums.n() < 1) {
      throw new IllegalArgumentException("a difference needs a pair, n = " + sums.n());
    }
    double mean = sums.mean();
    double error = Math.sqrt(sums.variance());
    if (sums.clusters() < 2) {
      return new MeanDifference(sums.n(), mean, error, Double.NaN, Double.NaN);
    }
    double half = Intervals.t(sums.clusters() - 1) * error;
    return new MeanDifference(
        sums.n(), mean, error, Math.max(-1, mean - half), Math.min(1, mean + half));
  }
}
