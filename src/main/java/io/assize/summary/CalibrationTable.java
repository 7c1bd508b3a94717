package io.assize.summary;

import io.assize.stats.Calibration;
import io.assize.table.Table;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** {@code calibration}: how far the judge's probabilities are what people say, by bins. */
final class CalibrationTable implements LevelTable<CalibrationTable.Bin> {
  private static final long serialVersionUID = 1;

  static final Table<Bin> TABLE =
      Levels.columns(
              Table.<Bin>of(SummaryTables.CALIBRATION, "judge × scenario × bin of the probability"),
              Bin::level)
          .number("bin_low", bin -> (double) bin.place() / Calibration.BINS, "the bin's beginning")
          .number("bin_high", bin -> (bin.place() + 1.0) / Calibration.BINS, "its end")
          .count("n", Bin::n, "labelled rows in it, each from both sides")
          .number(
              "mean_probability",
              bin -> bin.of().predicted()[bin.place()] / bin.n(),
              "by the judge")
          .number("people", bin -> bin.of().seen()[bin.place()] / bin.n(), "people's mean score");

  /** A bin that holds something. */
  record Bin(Level level, Calibration of, int place) {
    long n() {
      return of.counts()[place];
    }
  }

  @Override
  public Table<Bin> table() {
    return TABLE;
  }

  @Override
  public Collection<? extends Sums<?>> sums() {
    return List.of(new CalibrationSums());
  }

  @Override
  public Stream<Bin> rows(Level level, Fits fits) {
    Calibration calibration = level.of(CalibrationSums.class).calibration();
    return IntStream.range(0, Calibration.BINS)
        .mapToObj(place -> new Bin(level, calibration, place))
        .filter(bin -> bin.n() > 0);
  }
}
