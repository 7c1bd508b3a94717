package io.assize.stats;

import java.util.Arrays;

/**
 * How many games a wanted precision needs, and which.
 *
 * <p>The number follows from the interval of the mean. Which pairs to judge next is a sequential
 * A-optimal design for the differences between neighbours on the board (Chaloner &amp; Verdinelli
 * 1995 for the criterion; Sherman &amp; Morrison 1950 for the update): each batch of games goes to
 * the pair that takes most from the sum of these differences' variances.
 */
public final class SamplePlan {
  private SamplePlan() {}

  /**
   * The scores whose mean has a 95 % interval of a width.
   *
   * @param width the whole interval, above 0
   * @param variance of one score; ¼ is the most that scores in 0…1 can have
   * @param designEffect how much clusters raise the variance of the mean; 1 without
   */
  public static long scores(double width, double variance, double designEffect) {
    if (!(width > 0)) {
      throw new IllegalArgumentException("a width above 0 is needed, not " + width);
    }
    double half = width / 2;
    double n = Intervals.Z * Intervals.Z * variance * designEffect / (half * half);
    return Math.max(2, (long) Math.ceil(n));
  }

  /**
   * Where the next games go.
   *
   * @param strength θ, {@code [models]}
   * @param covariance of θ, {@code [models][models]}
   * @param games to be given away
   * @param batches in how many steps
   * @return games of each pair, {@code [models][models]}, at i &lt; j
   */
  public static long[][] pairs(double[] strength, double[][] covariance, long games, int batches) {
    int models = strength.length;
    double[][] c = new double[models][];
    Arrays.setAll(c, i -> covariance[i].clone());
    Integer[] board = new Integer[models];
    Arrays.setAll(board, i -> i);
    Arrays.sort(board, (i, j) -> Double.compare(strength[j], strength[i]));
    long[][] plan = new long[models][models];
    long left = games;
    for (int batch = 0; batch < batches && left > 0; batch++) {
      long share = Math.max(1, left / (batches - batch));
      int[] best = best(strength, c, board, share);
      plan[Math.min(best[0], best[1])][Math.max(best[0], best[1])] += share;
      observe(c, best[0], best[1], share * weight(strength, best[0], best[1]));
      left -= share;
    }
    return plan;
  }

  /** The variances' sum of neighbours' differences, which a plan makes small. */
  public static double uncertainty(double[] strength, double[][] covariance) {
    Integer[] board = new Integer[strength.length];
    Arrays.setAll(board, i -> i);
    Arrays.sort(board, (i, j) -> Double.compare(strength[j], strength[i]));
    double sum = 0;
    for (int k = 0; k + 1 < board.length; k++) {
      int u = board[k];
      int v = board[k + 1];
      sum += covariance[u][u] + covariance[v][v] - 2 * covariance[u][v];
    }
    return sum;
  }

  /** The covariance after a plan's games. */
  public static double[][] after(double[] strength, double[][] covariance, long[][] plan) {
    double[][] c = new double[strength.length][];
    Arrays.setAll(c, i -> covariance[i].clone());
    for (int i = 0; i < plan.length; i++) {
      for (int j = i + 1; j < plan.length; j++) {
        if (plan[i][j] > 0) {
          observe(c, i, j, plan[i][j] * weight(strength, i, j));
        }
      }
    }
    return c;
  }

  private static int[] best(double[] strength, double[][] c, Integer[] board, long games) {
    int models = strength.length;
    int[] best = {0, 1};
    double most = -1;
    for (int i = 0; i < models; i++) {
      for (int j = i + 1; j < models; j++) {
        double w = games * weight(strength, i, j);
        double variance = c[i][i] + c[j][j] - 2 * c[i][j];
        double gain = 0;
        for (int k = 0; k + 1 < models; k++) {
          int u = board[k];
          int v = board[k + 1];
          double shared = c[u][i] - c[u][j] - c[v][i] + c[v][j];
          gain += shared * shared;
        }
        gain *= w / (1 + w * variance);
        if (gain > most) {
          most = gain;
          best[0] = i;
          best[1] = j;
        }
      }
    }
    return best;
  }

  private static double weight(double[] strength, int i, int j) {
    double p = BradleyTerry.logistic(strength[i] - strength[j]);
    return p * (1 - p);
  }

  /** C ← C − w·C·x·xᵀ·C / (1 + w·xᵀ·C·x) with x = e_i − e_j. */
  private static void observe(double[][] c, int i, int j, double w) {
    int models = c.length;
    double[] column = new double[models];
    for (int k = 0; k < models; k++) {
      column[k] = c[k][i] - c[k][j];
    }
    double part = w / (1 + w * (column[i] - column[j]));
    for (int k = 0; k < models; k++) {
      for (int l = 0; l < models; l++) {
        c[k][l] -= part * column[k] * column[l];
      }
    }
  }
}
