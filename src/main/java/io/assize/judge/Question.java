package io.assize.judge;

import io.assize.config.DecodingConfig;
import io.assize.prompt.DecisionRule;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A question to be answered with one of some labels, whatever they are: the text that the judge is
 * made to begin with, and the labels as they would follow it.
 *
 * @param prefix the text before an answer
 * @param answers the labels, each a text of its own
 */
public record Question(String prefix, List<String> answers) {
  public Question {
    answers = List.copyOf(answers);
  }

  /**
   * The question of a rule. An answer goes on to where its reading is sure: a rating's closing
   * brackets tell 1 from the beginning of 10.
   */
  public static Question of(DecisionRule rule) {
    return switch (rule.kind()) {
      case FINAL_DECISION ->
          new Question("The final decision is", List.of(" Response 1", " Response 2", " Tie"));
      case RATING ->
          new Question(
              "Rating: [[",
              IntStream.rangeClosed(1, 10).mapToObj(rating -> rating + "]]").toList());
      case SCORE -> throw new IllegalArgumentException("who scores is asked no question");
    };
  }

  /**
   * The ruling of a rule's question.
   *
   * @param scores log-probabilities of its answers, each the sum of its tokens', {@code [answers]}
   * @param lengths tokens of each answer, {@code [answers]}
   * @throws JudgeException where the scores make no probabilities
   */
  public static Ruling ruling(
      DecisionRule rule, double[] scores, int[] lengths, DecodingConfig decoding) {
    double[] used = scores.clone();
    for (int i = 0; i < used.length && decoding.lengthNormalised(); i++) {
      used[i] /= lengths[i];
    }
    return Ruling.of(rule, probabilities(used), decoding.expectedRating());
  }

  /**
   * Scores as probabilities that sum to one.
   *
   * @param scores log-probabilities, up to a constant that they share, {@code [answers]}
   */
  public static double[] probabilities(double[] scores) {
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
