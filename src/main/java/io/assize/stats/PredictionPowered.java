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
   * @param labelled of the rows that both scored
   * @param others of the rows that only the judge scored
   */
  public record Sums(Labelled labelled, Others others) implements Serializable {
    public static final Sums NONE = new Sums(new Labelled(0, 0, 0, 0, 0, 0), new Others(0, 0, 0));

    /** One row that both scored. */
    public static Sums labelled(double person, double judge) {
      return new Sums(
          new Labelled(1, person, judge, person * person, judge * judge, person * judge),
          NONE.others);
    }

    /** One row that only the judge scored. */
    public static Sums judged(double judge) {
      return new Sums(NONE.labelled, new Others(1, judge, judge * judge));
    }

    /** Both. */
    public Sums plus(Sums other) {
      return new Sums(labelled.plus(other.labelled), others.plus(other.others));
    }
  }

  /**
   * Sums over rows that both scored.
   *
   * @param n rows
   * @param person the sum of people's scores
   * @param judge the sum of the judge's
   * @param personSquares sum of squares
   * @param judgeSquares sum of squares
   * @param products sum of person · judge
   */
  public record Labelled(
      long n,
      double person,
      double judge,
      double personSquares,
      double judgeSquares,
      double products)
      implements Serializable {
    private Labelled plus(Labelled o) {
      return new Labelled(
          n + o.n,
          person + o.person,
          judge + o.judge,
          personSquares + o.personSquares,
          judgeSquares + o.judgeSquares,
          products + o.products);
    }
  }

  /**
   * Sums over rows that only the judge scored.
   *
   * @param n rows
   * @param judge the sum of the judge's scores
   * @param squares sum of squares
   */
  public record Others(long n, double judge, double squares) implements Serializable {
    private Others plus(Others o) {
      return new Others(n + o.n, judge + o.judge, squares + o.squares);
    }
  }

  /** How many labels alone would give the same error, by the labels there are; NaN below two. */
  public double effectiveLabels() {
    return n * (classicalError * classicalError) / (standardError * standardError);
  }

  /** From sufficient statistics, with at least one labelled row. */
  public static PredictionPowered of(Sums sums) {
    Labelled s = sums.labelled();
    Others others = sums.others();
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
    double lambda = lambda(sums, covariance);
    double other = others.n() == 0 ? 0 : others.judge() / others.n();
    double otherVariance = others.n() == 0 ? 0 : others.squares() / others.n() - other * other;
    double estimate = lambda * other + personMean - lambda * judgeMean;
    double rectifier = personVariance - 2 * lambda * covariance + lambda * lambda * judgeVariance;
    double imputed =
        others.n() == 0 ? 0 : lambda * lambda * Math.max(0, otherVariance) / others.n();
    double error = n < 2 ? Double.NaN : Math.sqrt(imputed + Math.max(0, rectifier) / n);
    return new PredictionPowered(
        s.n(),
        others.n(),
        estimate,
        error,
        estimate - Intervals.Z * error,
        estimate + Intervals.Z * error,
        lambda,
        classical);
  }

  /** cov(person, judge) / ((1 + n/N)·var(judge)), within 0…1 (PPI++, section 6). */
  private static double lambda(Sums sums, double covariance) {
    Labelled s = sums.labelled();
    Others others = sums.others();
    double all = s.n() + others.n();
    if (others.n() == 0 || all < 2) {
      return 0;
    }
    double mean = (s.judge() + others.judge()) / all;
    double variance = (s.judgeSquares() + others.squares() - all * mean * mean) / (all - 1);
    double lambda = covariance / ((1 + (double) s.n() / others.n()) * variance);
    return Double.isNaN(lambda) ? 0 : Math.min(1, Math.max(0, lambda));
  }
}
