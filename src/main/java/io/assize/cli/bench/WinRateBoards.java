package io.assize.cli.bench;

import io.assize.stats.Draws;
import io.assize.stats.MeanDifference;
import io.assize.stats.PredictionPowered;
import io.assize.stats.ScoreSums;
import io.assize.stats.WinRate;

/**
 * Boards of known win rates, each made of its draws alone, and what their intervals say of them.
 */
final class WinRateBoards {
  private WinRateBoards() {}

  /**
   * A win rate of 40 to 399 prompts, of decisions and ties.
   *
   * @param ties their share where models are alike
   * @param mostGames of a prompt; of several, the scores depend on each other
   */
  static Seen decisions(Draws draws, double ties, int mostGames) {
    double p = 0.15 + 0.7 * draws.uniform();
    double half = ties * Math.min(p, 1 - p);
    int prompts = 40 + draws.below(360);
    ScoreSums sums = ScoreSums.NONE;
    for (int i = 0; i < prompts; i++) {
      int games = 1 + draws.below(mostGames);
      double prompt = draws.normal();
      double sum = 0;
      double squares = 0;
      for (int g = 0; g < games; g++) {
        double s = DependentScores.draw(draws, prompt, mostGames > 1 ? 0.5 : 0, p - half, 2 * half);
        sum += s;
        squares += s * s;
      }
      sums = sums.plus(ScoreSums.cluster(games, sum, squares, games));
    }
    WinRate rate = WinRate.of(sums);
    return Seen.of(rate.low(), rate.high(), p);
  }

  /** A win rate of soft verdicts, by a beta distribution. */
  static Seen soft(Draws draws) {
    double mean = 0.15 + 0.7 * draws.uniform();
    double size = 1 + 4 * draws.uniform();
    int n = 40 + draws.below(360);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double s = draws.beta(mean * size, (1 - mean) * size);
      sum += s;
      squares += s * s;
    }
    WinRate rate = WinRate.of(n, sum, squares, 0);
    return Seen.of(rate.low(), rate.high(), mean);
  }

  /** The difference of two models' win rates on the same prompts. */
  static Seen pairedDifference(Draws draws) {
    double p = 0.2 + 0.6 * draws.uniform();
    double q = 0.2 + 0.6 * draws.uniform();
    int prompts = 40 + draws.below(260);
    ScoreSums sums = ScoreSums.NONE;
    for (int i = 0; i < prompts; i++) {
      double prompt = draws.normal();
      double d =
          DependentScores.draw(draws, prompt, 0.6, p, 0)
              - DependentScores.draw(draws, prompt, 0.6, q, 0);
      sums = sums.plus(ScoreSums.cluster(1, d, d * d, 0));
    }
    MeanDifference found = MeanDifference.of(sums);
    return Seen.of(found.low(), found.high(), p - q);
  }

  /** People's win rate where a judge favours one side by up to 0.2, from 150 to 500 labels. */
  static Seen corrected(Draws draws) {
    double bias = 0.4 * draws.uniform() - 0.2;
    double shape = 1 + 3 * draws.uniform();
    double truth = 0.3 + 0.4 * draws.uniform();
    int labelled = 150 + draws.below(350);
    PredictionPowered.Sums sums = PredictionPowered.Sums.NONE;
    for (int i = 0; i < labelled + 3000; i++) {
      double chance = draws.beta(shape * truth, shape * (1 - truth));
      double judge = Math.min(1, Math.max(0, chance + bias + 0.1 * draws.normal()));
      double person = draws.uniform() < chance ? 1 : 0;
      sums =
          sums.plus(
              i < labelled
                  ? PredictionPowered.Sums.labelled(person, judge)
                  : PredictionPowered.Sums.judged(judge));
    }
    PredictionPowered found = PredictionPowered.of(sums);
    return Seen.of(found.low(), found.high(), truth);
  }
}
