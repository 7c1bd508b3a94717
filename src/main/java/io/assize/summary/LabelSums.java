package io.assize.summary;

import io.assize.stats.FixedPoint;
import io.assize.stats.PredictionPowered;
import io.assize.verdict.Decision;

/**
 * By model, its scores by people beside those by the judge, and the judge's where none is known.
 */
final class LabelSums implements Sums<LabelSums> {
  private static final long serialVersionUID = 1;
  private static final FixedPoint SCALE = FixedPoint.SCORES;

  // The columns.
  private static final int N = 0;
  private static final int PERSON = 1;
  private static final int JUDGE = 2;
  private static final int PERSON_SQUARED = 3;
  private static final int JUDGE_SQUARED = 4;
  private static final int PRODUCT = 5;
  private static final int UNLABELLED = 6;
  private static final int UNLABELLED_JUDGE = 7;
  private static final int UNLABELLED_JUDGE_SQUARED = 8;
  private static final int WIDTH = 9;

  private final LongTable models = new LongTable(WIDTH);

  @Override
  public LabelSums empty() {
    return new LabelSums();
  }

  @Override
  public void add(Game game) {
    if (game.scored()) {
      Decision label = game.label();
      add(game.x(), game.score(), label == null ? Double.NaN : label.score());
      add(game.y(), 1 - game.score(), label == null ? Double.NaN : 1 - label.score());
    }
  }

  private void add(int model, double judge, double person) {
    int at = models.row(model);
    long[] v = models.values();
    if (Double.isNaN(person)) {
      v[at + UNLABELLED]++;
      v[at + UNLABELLED_JUDGE] += SCALE.of(judge);
      v[at + UNLABELLED_JUDGE_SQUARED] += SCALE.of(judge * judge);
      return;
    }
    v[at + N]++;
    v[at + PERSON] += SCALE.of(person);
    v[at + JUDGE] += SCALE.of(judge);
    v[at + PERSON_SQUARED] += SCALE.of(person * person);
    v[at + JUDGE_SQUARED] += SCALE.of(judge * judge);
    v[at + PRODUCT] += SCALE.of(person * judge);
  }

  @Override
  public void plus(LabelSums other) {
    models.add(other.models);
  }

  /** What prediction-powered inference needs of a model; none where it has no game. */
  PredictionPowered.Sums of(int model) {
    int at = models.find(model);
    if (at < 0) {
      return PredictionPowered.Sums.NONE;
    }
    long[] v = models.values();
    return new PredictionPowered.Sums(
        new PredictionPowered.Labelled(
            v[at + N],
            SCALE.value(v[at + PERSON]),
            SCALE.value(v[at + JUDGE]),
            SCALE.value(v[at + PERSON_SQUARED]),
            SCALE.value(v[at + JUDGE_SQUARED]),
            SCALE.value(v[at + PRODUCT])),
        new PredictionPowered.Others(
            v[at + UNLABELLED],
            SCALE.value(v[at + UNLABELLED_JUDGE]),
            SCALE.value(v[at + UNLABELLED_JUDGE_SQUARED])));
  }
}
