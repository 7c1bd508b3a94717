package io.assize.summary;

import io.assize.stats.ScoreSums;
import io.assize.summary.BiasSums.Bias;
import io.assize.table.Table;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/**
 * {@code judge_lean}: what each judge leans to: the response shown first, the longer one, and the
 * models of its own family, where {@code assize.summary.families} names them.
 */
final class JudgeLeanTable implements LevelTable<JudgeLeanTable.Lean> {
  private static final long serialVersionUID = 1;
  private static final double HALF = 0.5;

  static final Table<Lean> TABLE = columns();

  /**
   * A row.
   *
   * @param share of the scores, 0…1
   * @param people theirs on the rows that they judged, too; NaN: none
   * @param others other judges'; null: not known
   */
  record Lean(Level level, String to, long n, Interval share, double people, Double others) {}

  private static Table<Lean> columns() {
    Table<Lean> what =
        Levels.columns(
                Table.<Lean>of(
                    SummaryTables.JUDGE_LEAN,
                    "judge × scenario × what the judge may lean to: the response shown first, the"
                        + " longer one, its own family's"),
                Lean::level)
            .text("lean_to", Lean::to, "`first`, `longer` or `own_family`")
            .count(
                "n",
                Lean::n,
                "verdicts for one response; pairs of unequal length; pairs of its family and"
                    + " another");
    return Interval.columns(what, "share", "share", Lean::share, "the mean score of that response")
        .number("lean", lean -> lean.share().value() - HALF, "the share beyond half")
        .number("people", Lean::people, "people's share, on the rows that have a label, too")
        .number(
            "others",
            Lean::others,
            "of the own family: other judges' share on the same pairs of models; over all only");
  }

  @Override
  public Table<Lean> table() {
    return TABLE;
  }

  @Override
  public Collection<? extends Sums<?>> sums() {
    return List.of(new BiasSums());
  }

  @Override
  public Stream<Lean> rows(Level level, Fits fits) {
    Double others = level.isAll() ? fits.families().get(level.judge()) : null;
    return Stream.of(
            lean(level, "first", Bias.FIRST, Double.NaN, null),
            lean(level, "longer", Bias.LONGER, people(level, Bias.LONGER_BY_PEOPLE), null),
            lean(level, "own_family", Bias.OWN, people(level, Bias.OWN_BY_PEOPLE), others))
        .filter(lean -> lean.n() > 0);
  }

  private static double people(Level level, Bias by) {
    return level.of(BiasSums.class).of(by).mean();
  }

  private static Lean lean(Level level, String to, Bias bias, double people, Double others) {
    ScoreSums scores = level.of(BiasSums.class).of(bias);
    return new Lean(level, to, scores.n(), Interval.ofMean(scores), people, others);
  }
}
