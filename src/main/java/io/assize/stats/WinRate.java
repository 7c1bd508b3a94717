package io.assize.stats;

import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * A win rate with its error: the mean of scores in 0…1, a win counting 1, a tie ½, a soft verdict
 * its probability.
 *
 * @param n scores
 * @param rate their mean
 * @param standardError sd / √n with n − 1 in the variance, as AlpacaEval reports it; NaN below two
 * @param low lower end of the 95 % interval, NaN where there is none
 * @param high upper end
 */
public record WinRate(long n, double rate, double standardError, double low, double high) {
  private static final double LEVEL = 0.95;
  private static final double Z = new NormalDistribution().inverseCumulativeProbability(0.975);

  /**
   * From sufficient statistics. Where every score stands for decisions, the interval is Wilson's
   * (1927) on their mean; with ties it is on the safe side, since scores in 0…1 of mean p have a
   * variance of at most p(1 − p), and it does not collapse where all games are tied. Soft verdicts
   * have Student's t interval, cut at 0 and 1.
   *
   * @param n scores, at least 1
   * @param sum their sum
   * @param squares the sum of their squares
   * @param decisions how many of them are multiples of ¼: the means of one or two decisions
   */
  public static WinRate of(long n, double sum, double squares, long decisions) {
    if (n < 1) {
      throw new IllegalArgumentException("a win rate needs a score, n = " + n);
    }
    double rate = sum / n;
    double variance = n < 2 ? Double.NaN : Math.max(0, squares - n * rate * rate) / (n - 1);
    double error = Math.sqrt(variance / n);
    if (decisions == n) {
      double centre = (rate + Z * Z / (2 * n)) / (1 + Z * Z / n);
      double half = Z / (1 + Z * Z / n) * Math.sqrt(rate * (1 - rate) / n + Z * Z / (4.0 * n * n));
      return new WinRate(n, rate, error, Math.max(0, centre - half), Math.min(1, centre + half));
    }
    if (n < 2) {
      return new WinRate(n, rate, error, Double.NaN, Double.NaN);
    }
    double t = new TDistribution(n - 1.0).inverseCumulativeProbability((1 + LEVEL) / 2);
    return new WinRate(
        n, rate, error, Math.max(0, rate - t * error), Math.min(1, rate + t * error));
  }
}
