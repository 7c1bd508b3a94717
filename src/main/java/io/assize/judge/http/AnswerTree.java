package io.assize.judge.http;

import java.util.ArrayList;
import java.util.HashMap;
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
record AnswerTree(List<List<Long>> answers) {
  AnswerTree {
    answers = answers.stream().map(List::copyOf).toList();
  }

  /** The answers in sequences that begin alike, without that beginning. */
  static AnswerTree behindWhatTheyShare(List<List<Long>> sequences) {
    int shared = shared(sequences);
    return new AnswerTree(
        sequences.stream().map(tokens -> tokens.subList(shared, tokens.size())).toList());
  }

  /** How many tokens all sequences begin with, less than any of them has. */
  static int shared(List<List<Long>> sequences) {
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
  Map<List<Long>, Set<Long>> wanted() {
    Map<List<Long>, Set<Long>> wanted = new LinkedHashMap<>();
    for (List<Long> answer : answers) {
      for (int i = 0; i < answer.size(); i++) {
        wanted.computeIfAbsent(answer.subList(0, i), b -> new LinkedHashSet<>()).add(answer.get(i));
      }
    }
    return wanted;
  }

  /**
   * The answers' scores.
   *
   * @param known the log-probability of each token wanted, by what is before it
   * @param perToken whether a score is divided by its tokens
   */
  double[] scores(Map<List<Long>, Map<Long, Double>> known, boolean perToken) {
    List<Double> scores = new ArrayList<>();
    for (List<Long> answer : answers) {
      double sum = 0;
      for (int i = 0; i < answer.size(); i++) {
        sum += known.getOrDefault(answer.subList(0, i), new HashMap<>()).get(answer.get(i));
      }
      scores.add(perToken ? sum / answer.size() : sum);
    }
    return scores.stream().mapToDouble(Double::doubleValue).toArray();
  }
}
