package io.assize.summary;

import io.assize.stats.FixedPoint;
import io.assize.stats.ScoreSums;
import java.io.Serializable;

/**
 * Sums of scores by key, the scores of one key and one prompt being a cluster. Sums are of whole
 * numbers.
 */
final class ClusteredScores implements Serializable {
  private static final long serialVersionUID = 1;

  /** How scores are kept. */
  static final FixedPoint SCORES = FixedPoint.SCORES;

  private static final FixedPoint PRODUCTS = FixedPoint.PRODUCTS;

  // The columns.
  private static final int N = 0;
  private static final int SUM = 1;
  private static final int SQUARES = 2;
  private static final int DECISIONS = 3;
  private static final int CLUSTERS = 4;
  // What a cluster's squares have beyond those of its scores.
  private static final int MORE_SQUARES = 5;
  private static final int MORE_PRODUCTS = 6;
  private static final int MORE_SIZES = 7;
  private static final int WIDTH = 8;

  private final LongTable sums = new LongTable(WIDTH);
  private transient LongTable prompt;

  /**
   * Adds a score of the prompt at hand.
   *
   * @param decision whether a decision made it, not a probability
   * @param alone whether the prompt has no other game
   */
  void add(long key, double score, boolean decision, boolean alone) {
    if (alone) {
      int at = add(sums, key, score, decision);
      sums.values()[at + CLUSTERS]++;
      return;
    }
    if (prompt == null) {
      prompt = new LongTable(WIDTH);
    }
    add(prompt, key, score, decision);
  }

  private static int add(LongTable table, long key, double score, boolean decision) {
    int at = table.row(key);
    long[] values = table.values();
    values[at + N]++;
    values[at + SUM] += SCORES.of(score);
    values[at + SQUARES] += SCORES.of(score * score);
    values[at + DECISIONS] += decision ? 1 : 0;
    return at;
  }

  /** The prompt has no more scores. */
  void endPrompt() {
    if (prompt == null || prompt.size() == 0) {
      return;
    }
    LongTable done = prompt;
    done.forEachKey(key -> endCluster(key, done.values(), done.find(key)));
    prompt = null;
  }

  private void endCluster(long key, long[] cluster, int from) {
    int at = sums.row(key);
    long[] values = sums.values();
    for (int k = 0; k < CLUSTERS; k++) {
      values[at + k] += cluster[from + k];
    }
    values[at + CLUSTERS]++;
    long n = cluster[from + N];
    if (n > 1) {
      double sum = SCORES.value(cluster[from + SUM]);
      double squares = SCORES.value(cluster[from + SQUARES]);
      values[at + MORE_SQUARES] += PRODUCTS.of(sum * sum - squares);
      values[at + MORE_PRODUCTS] += PRODUCTS.of(sum * n - sum);
      values[at + MORE_SIZES] += n * n - n;
    }
  }

  void plus(ClusteredScores other) {
    sums.add(other.sums);
  }

  LongTable table() {
    return sums;
  }

  /** The sums of a key; none where it has no score. */
  ScoreSums of(long key) {
    int at = sums.find(key);
    if (at < 0) {
      return ScoreSums.NONE;
    }
    long[] v = sums.values();
    double sum = SCORES.value(v[at + SUM]);
    double squares = SCORES.value(v[at + SQUARES]);
    return new ScoreSums(
        v[at + N],
        sum,
        squares,
        v[at + DECISIONS],
        v[at + CLUSTERS],
        squares + PRODUCTS.value(v[at + MORE_SQUARES]),
        sum + PRODUCTS.value(v[at + MORE_PRODUCTS]),
        (double) v[at + N] + v[at + MORE_SIZES]);
  }

  /** Whether some prompt gave this key more than one score. */
  boolean recurs(long key) {
    int at = sums.find(key);
    return at >= 0 && sums.values()[at + N] > sums.values()[at + CLUSTERS];
  }
}
