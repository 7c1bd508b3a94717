package io.assize.summary;

import io.assize.verdict.Decision;
import io.assize.verdict.OutcomePolicy;

/**
 * A judged pair as {@link Sums} see it. One object is filled anew for each game of a pass, so
 * nothing keeps it.
 */
final class Game {
  private final SummaryOptions options;

  /** How many models the judge has. */
  private int models;

  private int x;
  private int y;
  private Decision first;
  private Decision second;
  private double firstProbability;
  private double secondProbability;
  private Decision label;
  private Decision longer;
  private Decision own;
  private boolean swapped;
  private boolean alone;
  private double score;

  Game(SummaryOptions options) {
    this.options = options;
  }

  /**
   * Fills it with a block's game.
   *
   * @param number the numbers of the block's models
   * @param judgeModels how many models the judge has
   * @param only whether its prompt has no other
   */
  void read(GameBlock block, int game, int[] number, int judgeModels, boolean only) {
    models = judgeModels;
    x = number[block.x[game]];
    y = number[block.y[game]];
    first = GameBlock.decision(block.first[game]);
    second = GameBlock.decision(block.second[game]);
    firstProbability = block.probability(game, 0);
    secondProbability = block.probability(game, 1);
    label = GameBlock.decision(block.labels[game]);
    longer = GameBlock.decision(block.longer[game]);
    own = options.own(block.judge, block.models[block.x[game]], block.models[block.y[game]]);
    swapped = block.swapped[game] != 0;
    alone = only;
    score = Scores.of(block, game, options.outcomes());
  }

  int models() {
    return models;
  }

  /** The number of the model whose name sorts first: a in {@link #first}, {@link #label}. */
  int x() {
    return x;
  }

  /** The number of the other one. */
  int y() {
    return y;
  }

  /** The decision where x was shown first; null where it was not. */
  Decision first() {
    return first;
  }

  /** The decision where y was shown first; null likewise. */
  Decision second() {
    return second;
  }

  /** That x is better, where x was shown first; NaN: not given. */
  double firstProbability() {
    return firstProbability;
  }

  /** That x is better, where y was shown first; NaN: not given. */
  double secondProbability() {
    return secondProbability;
  }

  /** A person's choice; null without one. */
  Decision label() {
    return label;
  }

  /** Whose response is longer. */
  Decision longer() {
    return longer;
  }

  /** Which of the two models is of the judge's own family; a tie where both are, or none is. */
  Decision own() {
    return own;
  }

  /** Whether x is the corpus's b. */
  boolean swapped() {
    return swapped;
  }

  /** Whether its prompt has no other game. */
  boolean alone() {
    return alone;
  }

  /** Whether there is a score. */
  boolean scored() {
    return !Double.isNaN(score);
  }

  /** x's score, 0…1; NaN: none. */
  double score() {
    return score;
  }

  /** Whether probabilities made the score, not decisions. */
  boolean soft() {
    return options.outcomes() != OutcomePolicy.STRICT
        && !(Double.isNaN(firstProbability) && Double.isNaN(secondProbability));
  }

  /** How agreement with people counts. */
  OutcomePolicy agreementOutcomes() {
    return options.agreementOutcomes();
  }
}
