package io.assize.stats;

import java.io.Serializable;

/**
 * What the mean of scores and its error need to know of them. Scores that belong together (several
 * answers to one prompt, say) form a cluster; within one they may depend on each other, between
 * clusters they are independent.
 *
 * @param n scores
 * @param sum their sum
 * @param squares the sum of their squares
 * @param decisions how many of them are multiples of ¼: the means of one or two decisions
 * @param clusters how many clusters
 * @param clusterSquares the sum over clusters of (sum of its scores)²
 * @param clusterProducts the sum over clusters of (sum of its scores) · (its size)
 * @param clusterSizes the sum over clusters of (its size)²
 */
public record ScoreSums(
    long n,
    double sum,
    double squares,
    long decisions,
    long clusters,
    double clusterSquares,
    double clusterProducts,
    double clusterSizes)
    implements Serializable {

  public static final ScoreSums NONE = new ScoreSums(0, 0, 0, 0, 0, 0, 0, 0);

  /** Scores that are clusters of their own. */
  public static ScoreSums independent(long n, double sum, double squares, long decisions) {
    return new ScoreSums(n, sum, squares, decisions, n, squares, sum, n);
  }

  /** One cluster. */
  public static ScoreSums cluster(long n, double sum, double squares, long decisions) {
    return new ScoreSums(n, sum, squares, decisions, 1, sum * sum, sum * n, (double) n * n);
  }

  /** Both, of different clusters. */
  public ScoreSums plus(ScoreSums other) {
    return new ScoreSums(
        n + other.n,
        sum + other.sum,
        squares + other.squares,
        decisions + other.decisions,
        clusters + other.clusters,
        clusterSquares + other.clusterSquares,
        clusterProducts + other.clusterProducts,
        clusterSizes + other.clusterSizes);
  }

  /** The same games seen from the other side, where each score s is 1 − s. */
  public ScoreSums mirrored() {
    return new ScoreSums(
        n,
        n - sum,
        n - 2 * sum + squares,
        decisions,
        clusters,
        clusterSizes - 2 * clusterProducts + clusterSquares,
        clusterSizes - clusterProducts,
        clusterSizes);
  }

  /** The mean; NaN without scores. */
  public double mean() {
    return sum / n;
  }

  /**
   * The mean's squared standard error: G/(G−1) · Σ_g (S_g − n_g·x̄)² / n², the linearised variance
   * of a ratio of cluster totals (Cochran 1977, eq. 6.10). Where each cluster has one score this is
   * the sample variance over n. NaN below two clusters.
   */
  public double variance() {
    if (clusters < 2) {
      return Double.NaN;
    }
    double mean = mean();
    double spread = clusterSquares - 2 * mean * clusterProducts + mean * mean * clusterSizes;
    return Math.max(0, spread) * clusters / (clusters - 1.0) / n / n;
  }

  /** Whether no cluster has more than one score. */
  public boolean singletons() {
    return clusters == n;
  }
}
