package io.assize.summary;

import io.assize.verdict.OutcomePolicy;

/** The score of a block's game. */
final class Scores {
  private Scores() {}

  /** x's score; NaN: none. */
  static double of(GameBlock block, int game, OutcomePolicy policy) {
    return policy.score(
        GameBlock.decision(block.first[game]),
        GameBlock.decision(block.second[game]),
        block.probability(game, 0),
        block.probability(game, 1));
  }
}
