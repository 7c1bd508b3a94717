package io.assize.summary;

import io.assize.stats.Calibration;
import io.assize.stats.FixedPoint;
import io.assize.verdict.Decision;

/** By bin of the probability, what the judge foretold and what people said. */
final class CalibrationSums implements Sums<CalibrationSums> {
  private static final long serialVersionUID = 1;
  private static final FixedPoint SCALE = FixedPoint.SCORES;

  // The columns.
  private static final int N = 0;
  private static final int PREDICTED = 1;
  private static final int SEEN = 2;
  private static final int WIDTH = 3;

  private final LongTable bins = new LongTable(WIDTH);

  @Override
  public CalibrationSums empty() {
    return new CalibrationSums();
  }

  /** A row counts from both sides. */
  @Override
  public void add(Game game) {
    Decision label = game.label();
    if (game.scored() && game.soft() && label != null) {
      add(game.score(), label.score());
      add(1 - game.score(), 1 - label.score());
    }
  }

  private void add(double probability, double outcome) {
    int at = bins.row(Calibration.bin(probability));
    long[] v = bins.values();
    v[at + N]++;
    v[at + PREDICTED] += SCALE.of(probability);
    v[at + SEEN] += SCALE.of(outcome);
  }

  @Override
  public void plus(CalibrationSums other) {
    bins.add(other.bins);
  }

  /** The bins. */
  Calibration calibration() {
    Calibration calibration = Calibration.empty();
    bins.forEachKey(
        key -> {
          int at = bins.find(key);
          int bin = (int) key;
          calibration.counts()[bin] = bins.values()[at + N];
          calibration.predicted()[bin] = SCALE.value(bins.values()[at + PREDICTED]);
          calibration.seen()[bin] = SCALE.value(bins.values()[at + SEEN]);
        });
    return calibration;
  }
}
