package io.assize.judge.generate;

import java.util.Arrays;
import java.util.Comparator;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Picks the next token from logits: temperature, then the nucleus of Holtzman et al. (2020): the
 * most probable tokens whose probabilities together reach top-p. One sampler serves one sequence,
 * and its stream depends on the seed and the prompt alone, so the same seed gives the same text
 * whatever the batch around it. It goes on to the next number of its stream when a token is taken,
 * not when one is picked: a step that is repeated picks the same.
 */
final class Sampler {
  /** Logits so far below the best have a probability below 1e-13 of it and are never drawn. */
  private static final double FLOOR = 30;

  private final double temperature;
  private final double topP;
  private final SplittableRandom random;

  /** The number in 0 … 1 that decides over the next token. */
  private double drawn;

  Sampler(double temperature, double topP, long seed, long[] prompt) {
    this.temperature = temperature;
    this.topP = topP;
    this.random = new SplittableRandom(31 * seed + Arrays.hashCode(prompt));
    this.drawn = random.nextDouble();
  }

  /** Picks a token from logits {@code [vocabulary]}. */
  int pick(float[] logits) {
    float most = Float.NEGATIVE_INFINITY;
    for (float logit : logits) {
      most = Math.max(most, logit);
    }
    float best = most;
    float least = (float) (most - FLOOR * temperature);
    int[] candidates =
        IntStream.range(0, logits.length)
            .filter(i -> logits[i] >= least)
            .boxed()
            .sorted(Comparator.<Integer>comparingDouble(i -> -logits[i]).thenComparing(i -> i))
            .mapToInt(i -> i)
            .toArray();
    double[] weights =
        Arrays.stream(candidates)
            .mapToDouble(i -> StrictMath.exp((logits[i] - best) / temperature))
            .toArray();
    double wanted = topP * Arrays.stream(weights).sum();
    int kept = 0;
    double mass = 0;
    while (kept < weights.length && (kept == 0 || mass < wanted)) {
      mass += weights[kept++];
    }
    double left = drawn * mass;
    int i = 0;
    while (i < kept - 1 && left >= weights[i]) {
      left -= weights[i++];
    }
    return candidates[i];
  }

  /** The token that was picked is the sequence's: the next number decides over the next one. */
  void taken() {
    drawn = random.nextDouble();
  }
}
