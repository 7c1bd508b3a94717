package io.assize.stats;

import java.util.Arrays;

/**
 * The covariance of Bradley–Terry strengths. Scores that are no coin flips (ties, soft verdicts,
 * several games with one prompt) leave the estimate consistent but not the inverse information; the
 * covariance is therefore the sandwich H⁻¹·M·H⁻¹ (Huber 1967; White 1982), M being the sum of the
 * squared gradients of games or of clusters of games.
 */
public final class Sandwich {
  /** Below so many degrees of freedom the normal distribution of τ² says nothing any more. */
  private static final int LEAST_FREEDOM = 10;

  private Sandwich() {}

  /**
   * Of differences to the mean.
   *
   * @param prior of the fit, or null
   * @param theta where the likelihood is largest, {@code [models]}
   * @param bread the inverse of the information there, {@code [models][models]}
   * @param dependence what games of one cluster add to M beyond their own squares, {@code
   *     [models][models]}, as {@link #cross}; null: games are independent
   */
  static double[][] covariance(
      Battles battles,
      BradleyTerry.Prior prior,
      double[] theta,
      double[][] bread,
      double[][] dependence) {
    double[][] meat = meat(battles, theta);
    if (dependence != null) {
      Matrices.add(meat, dependence, 1);
    }
    Matrices.add(meat, meat.clone(), inflation(battles, prior, bread) - 1);
    if (prior != null) {
      addPrior(meat, prior);
    }
    double[][] covariance = Matrices.sandwich(bread, meat);
    centre(covariance);
    if (prior != null && prior.varianceError() > 0) {
      widen(covariance, prior);
    }
    return covariance;
  }

  /** M of independent games: Σ (y − p)² at each pair. */
  static double[][] meat(Battles battles, double[] theta) {
    double[][] sum = new double[theta.length][theta.length];
    for (int i = 0; i < battles.pairs(); i++) {
      double p = BradleyTerry.logistic(theta[battles.a()[i]] - theta[battles.b()[i]]);
      double squares = battles.squares()[i] - 2 * p * battles.score()[i] + p * p * battles.n()[i];
      Matrices.addPair(sum, battles.a()[i], battles.b()[i], Math.max(0, squares));
    }
    return sum;
  }

  /**
   * What two games of one cluster add to M: r·r′·(x·x′ᵀ + x′·xᵀ), x being +1 at a game's first
   * model and −1 at its second, r its score less the expected one.
   */
  public static void cross(double[][] m, int a, int b, double r, int a2, int b2, double r2) {
    double w = r * r2;
    addTo(m, a, a2, w);
    addTo(m, a, b2, -w);
    addTo(m, b, a2, -w);
    addTo(m, b, b2, w);
  }

  private static void addTo(double[][] m, int i, int j, double w) {
    m[i][j] += w;
    m[j][i] += w;
  }

  /**
   * n / (n − d): residuals of what was fitted are too small by the d parameters that follow the
   * games (MacKinnon &amp; White 1985, HC1). With a prior d = tr(bread·(bread⁻¹ − prior's)).
   */
  private static double inflation(Battles battles, BradleyTerry.Prior prior, double[][] bread) {
    double n = Arrays.stream(battles.n()).sum();
    double followed = bread.length;
    for (int i = 0; i < bread.length; i++) {
      followed -= prior == null ? 0 : bread[i][i] / prior.variance();
    }
    return n > 2 * followed ? n / (n - followed) : 2;
  }

  /** The prior's own part of the squared error: P + P·Cov(mean)·P with P = I / variance. */
  private static void addPrior(double[][] meat, BradleyTerry.Prior prior) {
    double precision = 1 / prior.variance();
    for (int i = 0; i < meat.length; i++) {
      meat[i][i] += precision;
    }
    if (prior.covariance() != null) {
      Matrices.add(meat, prior.covariance(), precision * precision);
    }
  }

  /** The covariance of differences to the mean of all. */
  private static void centre(double[][] m) {
    int size = m.length;
    double[] rows = new double[size];
    double all = 0;
    for (int i = 0; i < size; i++) {
      rows[i] = Arrays.stream(m[i]).sum() / size;
      all += rows[i] / size;
    }
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        m[i][j] += all - rows[i] - rows[j];
      }
    }
  }

  /**
   * Errors that are t/z larger, for what is not known of τ²: the posterior variance V of a strength
   * moves with τ² by (V/τ²)², so it has 2V² / ((V/τ²)⁴·var(τ²)) degrees of freedom (Satterthwaite
   * 1946).
   */
  private static void widen(double[][] covariance, BradleyTerry.Prior prior) {
    double[] factor = new double[covariance.length];
    for (int i = 0; i < factor.length; i++) {
      double v = Math.min(covariance[i][i], prior.variance());
      double slope = Math.pow(v / prior.variance(), 2);
      double moved = slope * prior.varianceError();
      long df = (long) Math.min(1e6, Math.max(LEAST_FREEDOM, 2 * v * v / (moved * moved)));
      factor[i] = Intervals.t(df) / Intervals.Z;
    }
    for (int i = 0; i < factor.length; i++) {
      for (int j = 0; j < factor.length; j++) {
        covariance[i][j] *= factor[i] * factor[j];
      }
    }
  }
}
