package io.assize.stats;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collection;
import org.hipparchus.distribution.continuous.NormalDistribution;

/**
 * Partial pooling of scenarios: how far their strengths lie from those over all, estimated by
 * moments, which makes those over all a scenario's {@link BradleyTerry.Prior}.
 */
public final class Pooling {
  /** (16·√3 / 15π)². */
  private static final double FLATTER = Math.pow(16 * Math.sqrt(3) / (15 * Math.PI), 2);

  private Pooling() {}

  /**
   * What a scenario tells of how far its ratings lie from those over all scenarios.
   *
   * @param squares ‖g‖² of the gradient g at the ratings over all
   * @param noise tr M, what ‖g‖² would be without any difference
   * @param curvature tr H², by which a variance τ² of the difference raises ‖g‖²
   * @param eigenvalue tr H by its rank
   * @param rank one less than the scenario's models
   */
  public record Deviation(
      double squares, double noise, double curvature, double eigenvalue, int rank)
      implements Serializable {

    /** Of a scenario's games at given strengths. */
    public static Deviation of(Battles battles, double[] theta) {
      double[] gradient = BradleyTerry.gradient(battles, null, theta);
      double[][] h = BradleyTerry.Weights.of(battles, theta).sum();
      double[][] m = Sandwich.meat(battles, theta);
      double noise = 0;
      double trace = 0;
      double curvature = 0;
      int met = 0;
      for (int i = 0; i < theta.length; i++) {
        noise += m[i][i];
        trace += h[i][i];
        met += h[i][i] > 0 ? 1 : 0;
        for (double v : h[i]) {
          curvature += v * v;
        }
      }
      int rank = Math.max(1, met - 1);
      double squares = Arrays.stream(gradient).map(g -> g * g).sum();
      return new Deviation(squares, noise, curvature, trace / rank, rank);
    }
  }

  /**
   * How scenarios lie about the whole.
   *
   * @param variance τ² of a scenario's strengths about those over all
   * @param error the standard error of τ²
   * @param concentration Σ w² of the scenarios' shares of the information: the error of the whole
   *     as a mean of scenarios is τ² times that
   */
  public record Spread(double variance, double error, double concentration)
      implements Serializable {}

  /**
   * The spread of scenarios by moments: at the true strengths E‖g‖² = tr M + τ²·tr H². The
   * strengths over all were fitted to the same games, a share w of them this scenario's, which
   * leaves tr M·(1 − w) and tr H²·(1 − 2w) + w²·Σ tr H². Chances that vary by 2τ² on the logit's
   * scale have a flatter mean curve, by 1/√(1 + 0.346·2τ²) (Zeger, Liang &amp; Albert 1988). Each
   * scenario is weighted by the inverse of its approximate variance. As a negative τ² is
   * impossible, and a τ² of 0 would hide what is not known of it, the result is the mean of the
   * normal distribution about the estimate, cut at 0; never below {@code least}.
   */
  public static Spread spread(Collection<Deviation> deviations, double least) {
    double information = 0;
    for (Deviation d : deviations) {
      information += d.eigenvalue() * d.rank();
    }
    double concentration = 0;
    double curvatures = 0;
    for (Deviation d : deviations) {
      double w = d.eigenvalue() * d.rank() / information;
      concentration += w * w;
      curvatures += d.curvature();
    }
    double estimate = 0;
    double error = 0;
    for (int round = 0; round < 10; round++) {
      double sum = 0;
      double weights = 0;
      for (Deviation d : deviations) {
        double w = d.eigenvalue() * d.rank() / information;
        double noise = d.noise() * (1 - w);
        double before = Math.max(0, estimate);
        double curvature =
            (d.curvature() * (1 - 2 * w) + w * w * curvatures) / (1 + FLATTER * 2 * before);
        if (curvature > 0) {
          double spread = noise / d.rank() / (d.eigenvalue() * d.eigenvalue()) + before;
          double weight = d.rank() / (spread * spread);
          sum += weight * (d.squares() - noise) / curvature;
          weights += weight;
        }
      }
      estimate = weights > 0 ? sum / weights : 0;
      error = weights > 0 ? Math.sqrt(2 / weights) : 0;
    }
    double variance = error > 0 ? cutMean(estimate, error) : Math.max(0, estimate);
    return new Spread(Math.max(least, variance), error, concentration);
  }

  /** The covariance of strengths over all as the mean of scenarios: their own error and τ²·Σ w². */
  public static double[][] ofMean(double[][] covariance, Spread spread) {
    double[][] sum = new double[covariance.length][];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = covariance[i].clone();
      sum[i][i] += spread.variance() * spread.concentration();
    }
    return sum;
  }

  /** The mean of N(m, s²) given that it is above 0. */
  private static double cutMean(double m, double s) {
    NormalDistribution normal = new NormalDistribution();
    double z = m / s;
    double above = normal.cumulativeProbability(z);
    // Far below 0 the mean is s/|z|, to first order.
    return above < 1e-12 ? s / Math.abs(z) : m + s * normal.density(z) / above;
  }
}
