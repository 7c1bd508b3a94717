package io.assize.judge;

import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Allowed answers as tokens: which tokens have to be scored behind which beginning.
 *
 * @param answers each answer's tokens, none empty
 */
public record AnswerTree(List<List<Long>> answers) {
  public AnswerTree {
    answers = answers.stream().map(List::copyOf).toList();
  }

  /** The answers in sequences that begin alike, without that beginning. */
  public static AnswerTree behindWhatTheyShare(List<List<Long>> sequences) {
    int shared = shared(sequences);
    return new AnswerTree(
        sequences.stream().map(tokens -> tokens.subList(shared, tokens.size())).toList());
  }

  /** How many tokens all sequences begin with, less than any of them has. */
  public static int shared(List<List<Long>> sequences) {
    int shared = 0;
    while (true) {
      Set<Long> next = new LinkedHashSet<>();
      for (List<Long> sequence : sequences) {
        if (shared + 1 >= sequence.size()) {
          return shared;
        }
        next.add(sequence.get(shared));
      }
      if (next.size() > 1) {
        return shared;
      }
      shared++;
    }
  }

  /** Each beginning, the empty one first, with the tokens that follow it in some answer. */
  public Map<List<Long>, Set<Long>> wanted() {
    Map<List<Long>, Set<Long>> wanted = new LinkedHashMap<>();
    for (List<Long> answer : answers) {
      for (int i = 0; i < answer.size(); i++) {
        wanted.computeIfAbsent(answer.subList(0, i), b -> new LinkedHashSet<>()).add(answer.get(i));
      }
    }
    return wanted;
  }

  /**
   * The answers' scores, {@code [answers]}: each the sum of its tokens'.
   *
   * @param known the score of each token wanted, by what is before it
   */
  public double[] scores(Map<List<Long>, Map<Long, Double>> known) {
    double[] scores = new double[answers.size()];
    for (int answer = 0; answer < scores.length; answer++) {
      List<Long> tokens = answers.get(answer);
      for (int i = 0; i < tokens.size(); i++) {
        scores[answer] += known.get(tokens.subList(0, i)).get(tokens.get(i));
      }
    }
    return scores;
  }

  /** How many tokens each answer has. */
  public int[] lengths() {
    return answers.stream().mapToInt(List::size).toArray();
  }
}
