package io.assize.judge.generate;

import io.assize.judge.AnswerTree;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/**
 * Log-probabilities of allowed answers, each the sum of its tokens', or their logits as they are.
 * The logits of answers' tokens are computed anew, in double precision: they lie close together,
 * and bfloat16 has steps of 1/16 there.
 */
final class AnswerScores {
  private final Engine engine;

  /** The head's rows of tokens of answers that are asked for again and again. */
  private Map<Long, float[]> kept = Map.of();

  AnswerScores(Engine engine) {
    this.engine = engine;
  }

  /** Keeps the head's rows of answers that will be asked for again and again. */
  void keep(List<long[]> answers) {
    kept = headRows(answers);
  }

  /**
   * The scores of a sequence's answers, {@code [answers]}; not finite where the model's numbers are
   * not.
   *
   * @param after for each beginning of an answer, the empty one among them, the asked row after it
   */
  double[] of(Sequence sequence, Map<List<Long>, Integer> after, Engine.Logits logits) {
    List<long[]> answers = sequence.answers();
    Map<Long, float[]> heads = headRows(answers);
    Map<List<Long>, Map<Long, Double>> known = new HashMap<>();
    AnswerTree tree =
        new AnswerTree(
            answers.stream().map(answer -> LongStream.of(answer).boxed().toList()).toList());
    tree.wanted()
        .forEach(
            (beginning, tokens) -> {
              int row = after.get(beginning);
              Map<Long, Double> found = logits(logits.state(row), tokens, heads);
              if (!sequence.raw()) {
                normalise(found, logits.row(row));
              }
              known.put(beginning, found);
            });
    return tree.scores(known);
  }

  /** log Σ exp. */
  static double logSumExp(float[] values) {
    float most = Float.NEGATIVE_INFINITY;
    for (float value : values) {
      most = Math.max(most, value);
    }
    double sum = 0;
    for (float value : values) {
      sum += Math.exp(value - most);
    }
    return most + Math.log(sum);
  }

  private Map<Long, float[]> headRows(List<long[]> answers) {
    Set<Long> tokens =
        answers.stream().flatMapToLong(LongStream::of).boxed().collect(Collectors.toSet());
    return kept.keySet().containsAll(tokens) ? kept : engine.headRows(tokens);
  }

  /**
   * What the head makes of some tokens.
   *
   * @param state what the head makes them of, {@code [hidden]}
   * @param heads the head's rows of the tokens, {@code [hidden]} each
   */
  private static Map<Long, Double> logits(
      float[] state, Set<Long> tokens, Map<Long, float[]> heads) {
    Map<Long, Double> logits = new HashMap<>();
    for (long token : tokens) {
      float[] head = heads.get(token);
      double sum = 0;
      for (int i = 0; i < state.length; i++) {
        sum += (double) state[i] * head[i];
      }
      logits.put(token, sum);
    }
    return logits;
  }

  /**
   * Makes log-probabilities of what the head makes of some tokens.
   *
   * @param values all logits, {@code [vocabulary]}; overwritten
   */
  private void normalise(Map<Long, Double> logits, float[] values) {
    logits.replaceAll((token, sum) -> engine.logit(sum));
    logits.forEach((token, logit) -> values[token.intValue()] = logit.floatValue());
    double normaliser = logSumExp(values);
    logits.replaceAll((token, logit) -> logit - normaliser);
  }
}
