package io.assize.stats;

/**
 * A win rate with its error: the mean of scores in 0…1, a win counting 1, a tie ½, a soft verdict
 * its probability.
 *
 * @param n scores
 * @param rate their mean
 * @param standardError robust to clusters ({@link ScoreSums#variance}); sd / √n with n − 1 in the
 *     variance, as AlpacaEval reports it, where no prompt occurs twice; NaN below two clusters
 * @param low lower end of the 95 % interval, NaN where there is none
 * @param high upper end
 */
public record WinRate(long n, double rate, double standardError, double low, double high) {

  /** Of so many of a whole, at least one: with Wilson's interval. */
  public static WinRate share(long part, long whole) {
    return of(whole, (double) part, (double) part, whole);
  }

  /** Of scores that are independent of each other: see {@link #of(ScoreSums)}. */
  public static WinRate of(long n, double sum, double squares, long decisions) {
    return of(ScoreSums.independent(n, sum, squares, decisions));
  }

  /**
   * From sufficient statistics. Where every score stands for decisions, the interval is Wilson's
   * (1927). Ties and clusters change the variance of the mean, not its bounds: Wilson's formula is
   * then taken at the effective number of games p(1 − p)/v·G/(G − 1), times (z/t)² for the degrees
   * of freedom of v (Korn &amp; Graubard 1998; Dean &amp; Pagano 2015). Where the games show no
   * variance at all, that number is the number of clusters, so that an interval does not collapse
   * where all are won or tied. Soft verdicts have Student's t interval with one degree of freedom
   * less than there are clusters, cut at 0 and 1.
   */
  public static WinRate of(ScoreSums sums) {
    if (sums.n() < 1) {
      throw new IllegalArgumentException("a win rate needs a score, n = " + sums.n());
    }
    double rate = sums.mean();
    double variance = sums.variance();
    double error = Math.sqrt(variance);
    if (sums.decisions() == sums.n()) {
      return wilson(sums, rate, variance, error);
    }
    if (sums.clusters() < 2) {
      return new WinRate(sums.n(), rate, error, Double.NaN, Double.NaN);
    }
    double half = Intervals.t(sums.clusters() - 1) * error;
    return new WinRate(sums.n(), rate, error, Math.max(0, rate - half), Math.min(1, rate + half));
  }

  private static WinRate wilson(ScoreSums sums, double rate, double variance, double error) {
    double n = effective(sums, rate, variance);
    double z2 = Intervals.Z * Intervals.Z;
    double centre = (rate + z2 / (2 * n)) / (1 + z2 / n);
    double half =
        Intervals.Z
            / (1 + z2 / n)
            * Math.sqrt(Math.max(0, rate * (1 - rate)) / n + z2 / (4 * n * n));
    return new WinRate(
        sums.n(), rate, error, Math.max(0, centre - half), Math.min(1, centre + half));
  }

  private static double effective(ScoreSums sums, double rate, double variance) {
    if (sums.singletons() && sums.squares() == sums.sum()) {
      return sums.n();
    }
    double clusters = sums.clusters();
    double plain = variance * (clusters - 1) / clusters;
    double binomial = rate * (1 - rate);
    if (!(plain > 1e-12 * binomial) || binomial <= 0) {
      return clusters;
    }
    double ratio = Intervals.Z / Intervals.t(sums.clusters() - 1);
    return binomial / plain * ratio * ratio;
  }
}
