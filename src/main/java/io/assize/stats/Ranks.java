package io.assize.stats;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Places on a leaderboard with what the data leave open of them: "2 (1–3)".
 *
 * <p>Differences of estimates are judged by their t statistics against the 95 % quantile of the
 * largest one among those that a statement is about, under the estimated covariance (the Gaussian
 * multiplier bootstrap, Chernozhukov, Chetverikov &amp; Kato 2013). A model's place is at least one
 * more than the models surely above it, and at most the number of models less those surely below
 * (Mogstad, Romano, Shaikh &amp; Wilhelm 2024).
 *
 * @param rank place by the point estimates, from 1; equal estimates share the better place
 * @param low the best place that the data allow this model, at 95 % for each model by itself
 * @param high the worst
 * @param critical the critical value for all differences at once: "A is above B" for every pair
 *     whose difference is more standard errors holds together in 95 % of leaderboards
 */
@SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
public record Ranks(int[] rank, int[] low, int[] high, double critical) {
  private static final int LEAST_REPLICATES = 1000;

  /**
   * From estimates and their covariance.
   *
   * @param replicates draws for the critical values
   */
  public static Ranks of(double[] estimate, double[][] covariance, int replicates, long seed) {
    int size = estimate.length;
    double[][] inverse = inverseErrors(covariance);
    double[][] largest = largest(covariance, inverse, Math.max(LEAST_REPLICATES, replicates), seed);
    int[] rank = new int[size];
    int[] low = new int[size];
    int[] high = new int[size];
    for (int i = 0; i < size; i++) {
      double critical = Quantiles.of(largest[i], Intervals.LEVEL);
      rank[i] = 1;
      low[i] = 1;
      high[i] = size;
      for (int j = 0; j < size; j++) {
        double t = (estimate[j] - estimate[i]) * inverse[i][j];
        rank[i] += estimate[j] > estimate[i] ? 1 : 0;
        low[i] += t > critical ? 1 : 0;
        high[i] -= t < -critical ? 1 : 0;
      }
    }
    return new Ranks(rank, low, high, Quantiles.of(largest[size], Intervals.LEVEL));
  }

  private static double[][] inverseErrors(double[][] covariance) {
    int size = covariance.length;
    double[][] inverse = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        double variance = covariance[i][i] + covariance[j][j] - 2 * covariance[i][j];
        inverse[i][j] = variance > 1e-14 ? 1 / Math.sqrt(variance) : 0;
      }
    }
    return inverse;
  }

  /**
   * The largest |t| among each model's differences, and last among all, sorted: {@code [models +
   * 1][replicates]}.
   */
  private static double[][] largest(
      double[][] covariance, double[][] inverse, int replicates, long seed) {
    int size = covariance.length;
    double[][] root = Matrices.root(covariance);
    double[][] largest = new double[size + 1][replicates];
    double[] z = new double[size];
    double[] draw = new double[size];
    Draws draws = new Draws(new SplittableRandom(seed));
    for (int r = 0; r < replicates; r++) {
      for (int i = 0; i < size; i++) {
        z[i] = draws.normal();
      }
      for (int i = 0; i < size; i++) {
        double sum = 0;
        double[] row = root[i];
        for (int k = 0; k <= i; k++) {
          sum += row[k] * z[k];
        }
        draw[i] = sum;
      }
      for (int i = 0; i < size; i++) {
        double[] errors = inverse[i];
        double most = 0;
        for (int j = 0; j < size; j++) {
          most = Math.max(most, Math.abs(draw[i] - draw[j]) * errors[j]);
        }
        largest[i][r] = most;
        largest[size][r] = Math.max(largest[size][r], most);
      }
    }
    for (double[] values : largest) {
      Arrays.sort(values);
    }
    return largest;
  }
}
