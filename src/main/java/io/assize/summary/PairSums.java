package io.assize.summary;

import io.assize.stats.Battles;
import io.assize.stats.ScoreSums;

/**
 * Scores by pair of models and by model, and exact scores by pair: what win rates and ratings are
 * made of. The key of a pair has the smaller number first.
 */
final class PairSums implements Sums<PairSums> {
  private static final long serialVersionUID = 1;

  /** The columns of the outcomes: wins of x and of y, then exact scores. */
  private static final int WON = 0;

  private static final int LOST = 1;
  private static final int ATOMS = 2;

  private final ClusteredScores pairs = new ClusteredScores();
  private final ClusteredScores sides = new ClusteredScores();
  private final LongTable outcomes = new LongTable(ATOMS + Battles.ATOMS);

  /** Two models' games, x being the one whose name sorts first. */
  interface PairConsumer {
    void accept(int x, int y, ScoreSums scores, long won, long lost);
  }

  @Override
  public PairSums empty() {
    return new PairSums();
  }

  @Override
  public void add(Game game) {
    if (!game.scored()) {
      return;
    }
    long pair = LongTable.key(game.x(), game.y());
    double score = game.score();
    boolean decided = !game.soft();
    pairs.add(pair, score, decided, game.alone());
    sides.add(game.x(), score, decided, game.alone());
    sides.add(game.y(), 1 - score, decided, game.alone());
    int at = outcomes.row(pair);
    long[] values = outcomes.values();
    values[at + WON] += score > 0.5 ? 1 : 0;
    values[at + LOST] += score < 0.5 ? 1 : 0;
    int atom = Battles.atom(score);
    if (atom >= 0) {
      values[at + ATOMS + atom]++;
    }
  }

  @Override
  public void endPrompt() {
    pairs.endPrompt();
    sides.endPrompt();
  }

  @Override
  public void plus(PairSums other) {
    pairs.plus(other.pairs);
    sides.plus(other.sides);
    outcomes.add(other.outcomes);
  }

  /** All pairs in rising order. */
  void forEachPair(PairConsumer action) {
    pairs
        .table()
        .forEachKey(
            pair -> {
              int at = outcomes.find(pair);
              action.accept(
                  LongTable.first(pair),
                  LongTable.second(pair),
                  pairs.of(pair),
                  outcomes.values()[at + WON],
                  outcomes.values()[at + LOST]);
            });
  }

  /** A model's scores against all. */
  ScoreSums of(int model) {
    return sides.of(model);
  }

  /** A model's scores against one whose name sorts later; none where either is not there. */
  ScoreSums of(int x, int y) {
    return x < 0 || y < 0 ? ScoreSums.NONE : pairs.of(LongTable.key(x, y));
  }

  /** Whether some prompt has more than one game of a model. */
  boolean recurs() {
    boolean[] found = {false};
    sides.table().forEachKey(model -> found[0] |= sides.recurs(model));
    return found[0];
  }

  /** All games as Bradley–Terry ratings need them. */
  Battles battles(int models) {
    int size = pairs.table().size();
    int[] a = new int[size];
    int[] b = new int[size];
    double[] n = new double[size];
    double[] score = new double[size];
    double[] squares = new double[size];
    double[] atoms = new double[size * Battles.ATOMS];
    int[] next = {0};
    pairs
        .table()
        .forEachKey(
            pair -> {
              int i = next[0]++;
              ScoreSums sums = pairs.of(pair);
              a[i] = LongTable.first(pair);
              b[i] = LongTable.second(pair);
              n[i] = sums.n();
              score[i] = sums.sum();
              squares[i] = sums.squares();
              int at = outcomes.find(pair) + ATOMS;
              for (int k = 0; k < Battles.ATOMS; k++) {
                atoms[i * Battles.ATOMS + k] = outcomes.values()[at + k];
              }
            });
    return new Battles(models, a, b, n, score, squares, atoms);
  }
}
