package io.assize.cli.bench;

import io.assize.stats.Draws;
import org.hipparchus.distribution.continuous.NormalDistribution;

/**
 * Scores of games whose chances are known. Games of one prompt are made dependent by a Gaussian
 * copula, which leaves each game's own chances as they are, so the truth stays exact.
 */
final class DependentScores {
  private static final NormalDistribution NORMAL = new NormalDistribution();

  private DependentScores() {}

  /**
   * One game's score: 1, ½ or 0.
   *
   * @param prompt a standard normal number that the prompt's games have in common
   * @param correlation ρ of the games of one prompt, in the copula √ρ·(the prompt's number) + √(1 −
   *     ρ)·(the game's own)
   * @param win the chance of 1
   * @param tie the chance of ½
   */
  static double draw(Draws draws, double prompt, double correlation, double win, double tie) {
    double own = draws.normal();
    double u =
        NORMAL.cumulativeProbability(
            Math.sqrt(correlation) * prompt + Math.sqrt(1 - correlation) * own);
    return u < win ? 1 : u < win + tie ? 0.5 : 0;
  }
}
