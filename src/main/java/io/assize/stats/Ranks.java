package io.assize.stats;

import java.io.Serializable;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Places on a leaderboard with what the data leave open of them: "2 (1–3)".
 *
 * <p>The interval of a place holds it with 95 % where the models are taken as drawn from one normal
 * population, whose spread is estimated (empirical Bayes; Laird &amp; Louis 1989): strengths are
 * drawn from their posterior, and it is the run of places with nearest to that share of the draws.
 * Without the population the extremes of a board would count as more extreme than they are.
 *
 * <p>"A is above B" holds for all pairs at once in 95 % of leaderboards, whatever the models: the
 * critical value of the differences' t statistics is the 95 % quantile of their largest one under
 * the estimated covariance (the Gaussian multiplier bootstrap, Chernozhukov, Chetverikov &amp; Kato
 * 2013).
 *
 * @param rank place by the point estimates, from 1; equal estimates share the better place
 * @param low the best place of the interval
 * @param high the worst
 * @param critical differences of more standard errors are sure, for all pairs at once
 */
@SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
public record Ranks(int[] rank, int[] low, int[] high, double critical) implements Serializable {
  private static final int LEAST_REPLICATES = 1000;

  /**
   * From estimates and their covariance.
   *
   * @param estimate with mean 0
   * @param replicates draws
   */
  public static Ranks of(double[] estimate, double[][] covariance, int replicates, long seed) {
    int size = estimate.length;
    int draws = Math.max(LEAST_REPLICATES, replicates);
    int[] rank = places(estimate);
    int[] low = new int[size];
    int[] high = new int[size];
    int[][] counts = posterior(estimate, covariance, draws, seed);
    for (int i = 0; i < size; i++) {
      nearest(counts[i], rank[i], draws, i, low, high);
    }
    return new Ranks(rank, low, high, critical(covariance, draws, seed));
  }

  /** Places by the values, from 1 for the greatest; equal values share the better place. */
  public static int[] places(double[] values) {
    int[] places = new int[values.length];
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    for (int i = 0; i < values.length; i++) {
      places[i] = 1 + values.length - notAbove(sorted, values[i]);
    }
    return places;
  }

  /** How many of sorted values are not above one. */
  private static int notAbove(double[] sorted, double value) {
    int low = 0;
    int high = sorted.length;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (sorted[middle] <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * Of the runs of places around the point's, the likeliest of each length, that whose share of the
   * draws is nearest to 95 %: places are whole, so that "at least" would mean more on average.
   */
  private static void nearest(int[] counts, int rank, int draws, int model, int[] low, int[] high) {
    int size = counts.length;
    int[] before = new int[size + 1];
    for (int place = 1; place <= size; place++) {
      before[place] = before[place - 1] + counts[place - 1];
    }
    double wanted = Intervals.LEVEL * draws;
    double off = Double.POSITIVE_INFINITY;
    for (int length = 1; length <= size; length++) {
      int most = -1;
      int best = 1;
      int last = Math.min(rank, size - length + 1);
      for (int from = Math.max(1, rank - length + 1); from <= last; from++) {
        int inside = before[from + length - 1] - before[from - 1];
        if (inside > most) {
          most = inside;
          best = from;
        }
      }
      if (Math.abs(most - wanted) < off) {
        off = Math.abs(most - wanted);
        low[model] = best;
        high[model] = best + length - 1;
      }
      if (most >= wanted) {
        return;
      }
    }
  }

  /** How often each model has each place, {@code [models][models]}, in draws of the posterior. */
  private static int[][] posterior(double[] estimate, double[][] covariance, int draws, long seed) {
    int size = estimate.length;
    double spread = 0;
    for (int i = 0; i < size; i++) {
      spread += (estimate[i] * estimate[i] - covariance[i][i]) / Math.max(1, size - 1);
    }
    double variance = Math.max(1e-9, spread);
    double scale = variance;
    for (int i = 0; i < size; i++) {
      scale += covariance[i][i] / size;
    }
    double[][] prior = new double[size][size];
    double[][] sum = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        prior[i][j] = variance * ((i == j ? 1 : 0) - 1.0 / size);
        // The constant has no variance in either; any will do to invert.
        sum[i][j] = covariance[i][j] + prior[i][j] + scale / size;
      }
      sum[i][i] += 1e-9 * scale;
    }
    double[][] factor = Matrices.cholesky(sum);
    if (factor == null) {
      // Nothing is known: every place is as likely.
      return open(size, draws);
    }
    double[][] gain = Matrices.product(prior, Matrices.inverse(factor));
    double[] mean = new double[size];
    Matrices.multiply(gain, estimate, mean);
    double[][] left = Matrices.product(gain, prior);
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        left[i][j] = prior[i][j] - left[i][j];
      }
    }
    double[][] root = Matrices.root(left);
    int[][] counts = new int[size][size];
    Draws random = new Draws(new SplittableRandom(seed));
    double[] drawn = new double[size];
    for (int r = 0; r < draws; r++) {
      random.normal(root, drawn);
      for (int i = 0; i < size; i++) {
        drawn[i] += mean[i];
      }
      int[] places = places(drawn);
      for (int i = 0; i < size; i++) {
        counts[i][places[i] - 1]++;
      }
    }
    return counts;
  }

  private static int[][] open(int size, int draws) {
    int[][] counts = new int[size][size];
    for (int[] places : counts) {
      Arrays.fill(places, draws / size);
    }
    return counts;
  }

  private static double critical(double[][] covariance, int draws, long seed) {
    int size = covariance.length;
    double[][] inverse = new double[size][size];
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        double variance = covariance[i][i] + covariance[j][j] - 2 * covariance[i][j];
        inverse[i][j] = variance > 1e-14 ? 1 / Math.sqrt(variance) : 0;
      }
    }
    double[][] root = Matrices.root(covariance);
    double[] largest = new double[draws];
    double[] drawn = new double[size];
    Draws random = new Draws(new SplittableRandom(seed));
    for (int r = 0; r < draws; r++) {
      random.normal(root, drawn);
      for (int i = 0; i < size; i++) {
        for (int j = 0; j < i; j++) {
          largest[r] = Math.max(largest[r], Math.abs(drawn[i] - drawn[j]) * inverse[i][j]);
        }
      }
    }
    Arrays.sort(largest);
    return Quantiles.of(largest, Intervals.LEVEL);
  }
}
