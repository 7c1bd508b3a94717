package io.assize.summary;

import io.assize.stats.FixedPoint;
import io.assize.stats.Quantiles;
import io.assize.verdict.Decision;
import java.util.Arrays;

/** Votes on one pair in one order. Sums are of billionths, so the votes' order decides nothing. */
final class Ballot {
  private static final FixedPoint SCORES = FixedPoint.SCORES;

  /** The weight for each decision, by its number. */
  private final long[] weights = new long[Decision.values().length + 1];

  private long score;
  private int votes;

  /**
   * Adds a vote; one without a decision is none.
   *
   * @param probability that a is better; null: the decision counts 1, ½ or 0
   */
  void add(Decision decision, Double probability, double weight) {
    if (Decision.decides(decision)) {
      weights[decision.number()] += SCORES.of(weight);
      score += SCORES.of(probability == null ? decision.score() : probability);
      votes++;
    }
  }

  /** The decision of the greatest weight; where several share it, a tie. Invalid without votes. */
  Decision majority() {
    long most = Arrays.stream(weights).max().orElse(0);
    Decision found = Decision.INVALID;
    for (Decision decision : Decision.values()) {
      if (votes > 0 && Decision.decides(decision) && weights[decision.number()] == most) {
        found = found == Decision.INVALID ? decision : Decision.TIE;
      }
    }
    return found;
  }

  /** Whether several decisions share the greatest weight. */
  boolean split() {
    long most = Arrays.stream(weights).max().orElse(0);
    return votes > 0 && Arrays.stream(weights).filter(weight -> weight == most).count() > 1;
  }

  /** The mean probability that a is better, 0…1; of votes. */
  double mean() {
    return SCORES.value(Math.round((double) score / votes));
  }

  /** For the side that the mean probability is for. Invalid without votes. */
  Decision byMean() {
    return votes == 0 ? Decision.INVALID : Decision.ofScore(mean());
  }

  /** The median or the mean of ratings, sorted. */
  static double rating(double[] sorted, boolean median) {
    return median ? Quantiles.of(sorted, 0.5) : Arrays.stream(sorted).sum() / sorted.length;
  }
}
