package io.assize.summary;

import io.assize.stats.ScoreSums;
import java.util.HashMap;
import java.util.Map;

/**
 * Differences of two models' scores against the same opponent on the same prompt. A prompt may have
 * as many as the square of its games, so a judge of very many models has none.
 */
final class DifferenceSums implements Sums<DifferenceSums> {
  private static final long serialVersionUID = 1;

  private final ClusteredScores differences = new ClusteredScores();

  /** Of the prompt at hand: opponent and model → the model's scores against it. */
  private transient Map<Long, Faced> faced;

  /** Two models, the smaller number first, and the first's score less the other's. */
  interface DifferenceConsumer {
    void accept(int model, int other, ScoreSums differences);
  }

  private static final class Faced {
    private double sum;
    private double games;

    double mean() {
      return sum / games;
    }
  }

  @Override
  public DifferenceSums empty() {
    return new DifferenceSums();
  }

  @Override
  public void add(Game game) {
    if (game.alone() || !game.scored() || game.models() > Connected.MOST_MODELS) {
      return;
    }
    if (faced == null) {
      faced = new HashMap<>();
    }
    face(game.x(), game.y(), game.score());
    face(game.y(), game.x(), 1 - game.score());
  }

  private void face(int model, int opponent, double score) {
    Faced of = faced.computeIfAbsent(LongTable.key(opponent, model), key -> new Faced());
    of.sum += score;
    of.games++;
  }

  @Override
  public void endPrompt() {
    if (faced == null) {
      return;
    }
    long[] keys = faced.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
    int from = 0;
    while (from < keys.length) {
      int to = from;
      while (to < keys.length && LongTable.first(keys[to]) == LongTable.first(keys[from])) {
        to++;
      }
      for (int i = from; i < to; i++) {
        double mean = faced.get(keys[i]).mean();
        for (int j = i + 1; j < to; j++) {
          long two = LongTable.key(LongTable.second(keys[i]), LongTable.second(keys[j]));
          differences.add(two, mean - faced.get(keys[j]).mean(), false, false);
        }
      }
      from = to;
    }
    differences.endPrompt();
    faced = null;
  }

  @Override
  public void plus(DifferenceSums other) {
    differences.plus(other.differences);
  }

  /** All two models with differences, in rising order. */
  void forEachTwo(DifferenceConsumer action) {
    differences
        .table()
        .forEachKey(
            two -> action.accept(LongTable.first(two), LongTable.second(two), differences.of(two)));
  }
}
