package io.assize.stats;

import java.io.Serializable;

/**
 * A mean of people's scores, estimated from many rows that a judge scored and few that people did:
 * prediction-powered inference with power tuning (PPI++, Angelopoulos, Duchi &amp; Zrnic 2023). The
 * estimate is λ·mean(judge, unlabelled) + mean(person − λ·judge, labelled), which is unbiased
 * whatever the judge's errors; λ makes its variance least.
 *
 * @param n labelled rows
 * @param unlabelled rows that only the judge scored
 * @param estimate the corrected mean
 * @param standardError √(λ²·var(judge, unlabelled)/N + var(person − λ·judge)/n); NaN below two
 * @param low lower end of the normal 95 % interval, not cut
 * @param high upper end
 * @param lambda the power-tuning parameter, 0…1: how much the judge is trusted
 * @param classicalError the error of the mean of the labels alone
 */
public record PredictionPowered(
    long n,
    long unlabelled,
    double estimate,
    double standardError,
    double low,
    double high,
    double lambda,
    double classicalError) {

  /**
   * What the estimate needs to know of the rows.
   *
   * @param n labelled rows
   * @param person the sum of people's scores
   * @param judge the sum of the judge's on these rows
   * @param personSquares sum of squares
   * @param judgeSquares sum of squares
   * @param products sum of person · judge
   * @param unlabelled rows without a label
   * @param unlabelledJudge the sum of the judge's scores on them
   * @param unlabelledSquares sum of squares
   */
  public record Sums(
      long n,
      double person,
      double judge,
      double personSquares,
      double judgeSquares,
      double products,
      long unlabelled,
      double unlabelledJudge,
      double unlabelledSquares)
      implements Serializable {
    public static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0, 0, 0, 0);

    /** One row that both scored. */
    public static Sums labelled(double person, double judge) {
      return new Sums(1, person, judge, person * person, judge * judge, person * judge, 0, 0, 0);
    }

    /** One row that only the judge scored. */
    public static Sums judged(double judge) {
      return new Sums(0, 0, 0, 0, 0, 0, 1, judge, judge * judge);
    }

    /** Both. */
    public Sums plus(Sums o) {
      return new Sums(
          n + o.n,
          person + o.person,
          judge + o.judge,
          personSquares + o.personSquares,
          judgeSquares + o.judgeSquares,
          products + o.products,
          unlabelled + o.unlabelled,
          unlabelledJudge + o.unlabelledJudge,
          unlabelledSquares + o.unlabelledSquares);
    }
  }

  /** How many labels alone would give the same error, by the labels there are; NaN below two. */
  public double effectiveLabels() {
    return n * (classicalError * classicalError) / (standardError * standardError);
  }

  /** From sufficient statistics, with at least one labelled row. */
  public static PredictionPowered of(Sums s) {
    if (s.n() < 1) {
      throw new IllegalArgumentException("people's labels are needed, n = " + s.n());
    }
    double n = s.n();
    double personMean = s.person() / n;
    double judgeMean = s.judge() / n;
    double personVariance = s.personSquares() / n - personMean * personMean;
    double judgeVariance = s.judgeSquares() / n - judgeMean * judgeMean;
    double covariance = s.products() / n - personMean * judgeMean;
    double classical = n < 2 ? Double.NaN : Math.sqrt(Math.max(0, personVariance) / n);
    double lambda = lambda(s, covariance);
    double other = s.unlabelled() == 0 ? 0 : s.unlabelledJudge() / s.unlabelled();
    double otherVariance =
        s.unlabelled() == 0 ? 0 : s.unlabelledSquares() / s.unlabelled() - other * other;
    double estimate = lambda * other + personMean - lambda * judgeMean;
    double rectifier = personVariance - 2 * lambda * covariance + lambda * lambda * judgeVariance;
    double imputed =
        s.unlabelled() == 0 ? 0 : lambda * lambda * Math.max(0, otherVariance) / s.unlabelled();
    double error = n < 2 ? Double.NaN : Math.sqrt(imputed + Math.max(0, rectifier) / n);
    return new PredictionPowered(
        s.n(),
        s.unlabelled(),
        estimate,
        error,
        estimate - Intervals.Z * error,
        estimate + Intervals.Z * error,
        lambda,
        classical);
  }

  /** cov(person, judge) / ((1 + n/N)·var(judge)), within 0…1 (PPI++, section 6). */
  private static double lambda(Sums s, double covariance) {
    double all = s.n() + s.unlabelled();
    if (s.unlabelled() == 0 || all < 2) {
      return 0;
    }
    double mean = (s.judge() + s.unlabelledJudge()) / all;
    double variance = (s.judgeSquares() + s.unlabelledSquares() - all * mean * mean) / (all - 1);
    double lambda = covariance / ((1 + (double) s.n() / s.unlabelled()) * variance);
    return Double.isNaN(lambda) ? 0 : Math.min(1, Math.max(0, lambda));
  }
}
