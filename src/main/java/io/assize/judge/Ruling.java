package io.assize.judge;

import io.assize.prompt.DecisionRule;
import io.assize.verdict.Choice;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * A verdict without a text to be parsed, in terms of the order shown.
 *
 * @param choice pairwise: the decision; null for single
 * @param probabilityFirst pairwise: the probability that the first shown is better, 0…1; null where
 *     the judge gives none
 * @param rating single: 1…10, or a reward model's score; null for pairwise
 */
public record Ruling(Choice choice, Double probabilityFirst, Double rating) {
  /** Sums of probabilities are not exact. */
  private static final double ROUNDING = 1e-6;

  /**
   * Checks the numbers; what is out of range by rounding alone is put right.
   *
   * @throws JudgeException where one is not finite or out of range: that is no verdict
   */
  public Ruling {
    probabilityFirst = within("probability", probabilityFirst, 0, 1);
    rating = within("rating", rating, -Double.MAX_VALUE, Double.MAX_VALUE);
  }

  public static Ruling of(Choice choice) {
    return new Ruling(choice, null, null);
  }

  /**
   * A rating on the scale 1…10.
   *
   * @throws JudgeException where it is not on it
   */
  public static Ruling ofRating(double rating) {
    return new Ruling(null, null, onScale(rating));
  }

  /** A rating as it may be recorded, 1…10; null of null. */
  static Double onScale(Double rating) {
    return within("rating", rating, 1, 10);
  }

  /**
   * The ruling that follows from reward models' scores of the responses, in the order shown: of one
   * its rating; of two the higher wins, by the probability of Bradley and Terry (1952), which is
   * what these models are trained for: σ(first − second).
   *
   * @param scores one or two
   * @throws JudgeException where one is not finite
   */
  public static Ruling ofScores(List<Double> scores) {
    scores.forEach(score -> within("score", score, -Double.MAX_VALUE, Double.MAX_VALUE));
    if (scores.size() == 1) {
      return new Ruling(null, null, scores.get(0));
    }
    double difference = scores.get(0) - scores.get(1);
    Choice choice = difference > 0 ? Choice.FIRST : difference < 0 ? Choice.SECOND : Choice.TIE;
    return new Ruling(choice, 1 / (1 + StrictMath.exp(-difference)), null);
  }

  /**
   * The ruling that follows from the probabilities of a rule's answers.
   *
   * @param p of Response 1, Response 2 and a tie, or of the ratings 1…10; they sum to one
   * @param expected rating: the mean of 1…10 under the probabilities instead of the most probable
   * @throws JudgeException where one is no probability
   */
  public static Ruling of(DecisionRule rule, double[] p, boolean expected) {
    int best = 0;
    for (int i = 0; i < p.length; i++) {
      if (!(p[i] >= 0 && p[i] <= 1 + ROUNDING)) {
        throw new JudgeException(
            JudgeException.Reason.ENGINE_ERROR,
            String.format(Locale.ROOT, "an answer's probability is %s: that is no verdict", p[i]));
      }
      best = p[i] > p[best] ? i : best;
    }
    return switch (rule.kind()) {
      case FINAL_DECISION -> new Ruling(Choice.of(best), p[0] + p[2] / 2, null);
      case RATING ->
          ofRating(
              expected
                  ? IntStream.range(0, p.length).mapToDouble(i -> (i + 1) * p[i]).sum()
                  : best + 1);
      case SCORE -> throw new IllegalArgumentException("scores are no answers");
    };
  }

  private static Double within(String what, Double number, double least, double most) {
    if (number == null) {
      return null;
    }
    if (!(number >= least - ROUNDING && number <= most + ROUNDING)) {
      throw new JudgeException(
          JudgeException.Reason.ENGINE_ERROR,
          String.format(
              Locale.ROOT,
              "the %s is %s, not %s: that is no verdict",
              what,
              number,
              most == Double.MAX_VALUE
                  ? "a finite number"
                  : String.format(Locale.ROOT, "from %.0f to %.0f", least, most)));
    }
    return Math.max(least, Math.min(most, number));
  }
}
