package io.assize.summary;

import io.assize.stats.MeanDifference;
import io.assize.table.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code win_rate_differences}: two models against the same opponents on the same prompts, each two
 * once.
 */
final class WinRateDifferenceTable implements LevelTable<WinRateDifferenceTable.Two> {
  private static final long serialVersionUID = 1;

  static final Table<Two> TABLE =
      Levels.columns(
              Table.<Two>of(
                  SummaryTables.WIN_RATE_DIFFERENCES,
                  "judge × scenario × two models, on the same prompts against the same opponents"),
              Two::level)
          .text("model", Two::model, "the model")
          .text("other", Two::other, "the other one")
          .count("n", two -> two.difference().n(), "differences: prompts and opponents in common")
          .count("prompts", Two::prompts, "different prompts among them")
          .number(
              "difference",
              two -> two.difference().difference(),
              "the mean of the model's less the other's score")
          .number("standard_error", two -> two.difference().standardError(), "of the difference")
          .number("ci_low", two -> two.difference().low(), "of its 95 % interval")
          .number("ci_high", two -> two.difference().high(), "likewise");

  /** A row. */
  record Two(Level level, String model, String other, long prompts, MeanDifference difference) {}

  @Override
  public Table<Two> table() {
    return TABLE;
  }

  @Override
  public Collection<? extends Sums<?>> sums() {
    return List.of(new DifferenceSums());
  }

  @Override
  public Stream<Two> rows(Level level, Fits fits) {
    List<String> names = fits.names(level);
    List<Two> rows = new ArrayList<>();
    level
        .of(DifferenceSums.class)
        .forEachTwo(
            (model, other, scores) ->
                rows.add(
                    new Two(
                        level,
                        names.get(model),
                        names.get(other),
                        scores.clusters(),
                        MeanDifference.of(scores))));
    return rows.stream();
  }
}
