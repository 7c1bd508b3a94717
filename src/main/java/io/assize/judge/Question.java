package io.assize.judge;

import io.assize.prompt.DecisionRule;
import io.assize.verdict.Choice;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The question that ends a judgment, to be answered with one of some allowed answers: the text that
 * the judge is made to begin with, and the answers as they would follow it.
 *
 * @param rule what is asked
 * @param prefix the text before an answer
 * @param answers the allowed answers
 */
public record Question(DecisionRule rule, String prefix, List<String> answers) {
  private static final List<Choice> CHOICES = List.of(Choice.FIRST, Choice.SECOND, Choice.TIE);

  /**
   * The question of a rule. An answer goes on to where its reading is sure: a rating's closing
   * brackets tell 1 from the beginning of 10.
   */
  public static Question of(DecisionRule rule) {
    return switch (rule) {
      case FINAL_DECISION ->
          new Question(
              rule, "The final decision is", List.of(" Response 1", " Response 2", " Tie"));
      case RATING ->
          new Question(
              rule,
              "Rating: [[",
              IntStream.rangeClosed(1, 10).mapToObj(rating -> rating + "]]").toList());
    };
  }

  /**
   * The ruling that follows from the answers' scores.
   *
   * @param scores log-probabilities, up to a constant that they share, {@code [answers]}
   * @param expected rating: the mean of 1…10 under the probabilities instead of the most probable
   */
  public Ruling ruling(double[] scores, boolean expected) {
    return ruling(rule, probabilities(scores), expected);
  }

  /**
   * The ruling that follows from the answers' probabilities.
   *
   * @param p of Response 1, Response 2 and a tie, or of the ratings 1…10; they sum to one
   * @param expected rating: the mean of 1…10 under the probabilities instead of the most probable
   * @throws JudgeException where one is no probability
   */
  public static Ruling ruling(DecisionRule rule, double[] p, boolean expected) {
    int best = 0;
    for (int i = 0; i < p.length; i++) {
      if (!(p[i] >= 0 && p[i] <= 1 + 1e-6)) {
        throw new JudgeException(
            JudgeException.Reason.ENGINE_ERROR,
            String.format(Locale.ROOT, "an answer's probability is %s: that is no verdict", p[i]));
      }
      best = p[i] > p[best] ? i : best;
    }
    return switch (rule) {
      case FINAL_DECISION -> new Ruling(CHOICES.get(best), p[0] + p[2] / 2, null);
      case RATING ->
          Ruling.ofRating(
              expected
                  ? IntStream.range(0, p.length).mapToDouble(i -> (i + 1) * p[i]).sum()
                  : best + 1);
    };
  }

  /** Scores as probabilities that sum to one. */
  static double[] probabilities(double[] scores) {
    double most = Double.NEGATIVE_INFINITY;
    for (double score : scores) {
      most = Math.max(most, score);
    }
    double[] p = new double[scores.length];
    double sum = 0;
    for (int i = 0; i < p.length; i++) {
      p[i] = StrictMath.exp(scores[i] - most);
      sum += p[i];
    }
    for (int i = 0; i < p.length; i++) {
      p[i] /= sum;
    }
    return p;
  }
}
