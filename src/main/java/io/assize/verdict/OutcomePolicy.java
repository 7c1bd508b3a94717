package io.assize.verdict;

import java.util.Locale;

/**
 * How the two orders of a pair become one score for a: 1 for a, ½ for a tie, 0 for b. An order that
 * was not shown, or gave no decision, does not count; where only one gave one, it decides.
 */
public enum OutcomePolicy {
  /**
   * Orders that disagree are a tie; probabilities do not count, only decisions. A judge that
   * follows the position then ties everywhere: win rates shrink towards ½, but no side gains.
   */
  STRICT,
  /**
   * The mean of both orders: of their probabilities where the judge gives them. What the judge adds
   * to whatever it is shown first cancels, to first order, and nothing is thrown away.
   */
  AVERAGE,
  /**
   * Orders that disagree drop the pair. What is left is the pairs that the judge finds easy, so win
   * rates lie further from ½ than they are over all pairs.
   */
  DROP;

  /** The policy of a configuration's text: {@code strict}, {@code average} or {@code drop}. */
  public static OutcomePolicy of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /**
   * The score of a.
   *
   * @param ab the decision with a shown first; null: not shown
   * @param ba with b shown first
   * @param probabilityAb that a is better, NaN where the judge gave none
   * @param probabilityBa likewise
   * @return 0…1; NaN: none
   */
  public double score(Decision ab, Decision ba, double probabilityAb, double probabilityBa) {
    boolean first = Decision.decides(ab);
    boolean second = Decision.decides(ba);
    if (first && second && ab != ba && this != AVERAGE) {
      return this == STRICT ? 0.5 : Double.NaN;
    }
    double one = first ? score(ab, probabilityAb) : Double.NaN;
    double other = second ? score(ba, probabilityBa) : Double.NaN;
    return !first ? other : !second ? one : (one + other) / 2;
  }

  private double score(Decision decision, double probability) {
    if (this != STRICT && !Double.isNaN(probability)) {
      return probability;
    }
    return decision.score();
  }
}
