package io.assize.summary;

import io.assize.table.Table;
import java.util.stream.Stream;

/** {@code left_out}: rows of the corpus that gave no outcome, by model and reason. */
final class LeftOutTable implements LevelTable<LeftOut.Reason> {
  private static final long serialVersionUID = 1;

  static final Table<LeftOut.Reason> TABLE =
      Table.<LeftOut.Reason>of(
              SummaryTables.LEFT_OUT,
              "judge × scenario × model × reason: rows of the corpus that gave no outcome")
          .text("judge", LeftOut.Reason::judge, Levels.JUDGE_MEANING)
          .text("scenario", LeftOut.Reason::level, Levels.SCENARIO_MEANING)
          .text("model", LeftOut.Reason::model, "the model")
          .text(
              "reason",
              LeftOut.Reason::reason,
              "quarantine's, the verdicts' status, or `orders disagree`")
          .count("n", LeftOut.Reason::n, "rows");

  @Override
  public Table<LeftOut.Reason> table() {
    return TABLE;
  }

  @Override
  public Stream<LeftOut.Reason> rows(Level level, Fits fits) {
    return Stream.empty();
  }

  /** Also of levels without a game. */
  @Override
  public Stream<LeftOut.Reason> rows(Fits fits) {
    return fits.leftOut().rows();
  }
}
