package io.assize.summary;

import io.assize.stats.Kappa;
import io.assize.stats.ScoreSums;
import io.assize.summary.AgreementSums.Count;
import io.assize.summary.BiasSums.Bias;
import io.assize.table.Table;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * {@code judge_quality}: agreement with its interval, beside chance and length, and what sways the
 * judge.
 */
final class JudgeQualityTable implements LevelTable<Level> {
  private static final long serialVersionUID = 1;

  static final Table<Level> TABLE = table(levels());

  private static Table<Level> levels() {
    return Levels.columns(
        Table.<Level>of(
            SummaryTables.JUDGE_QUALITY,
            "judge × scenario: agreement with its interval, beside chance and length; position and"
                + " verbosity bias; calibration"),
        level -> level);
  }

  private static Table<Level> table(Table<Level> levels) {
    Table<Level> agreement =
        Interval.columns(
                levels.count("n", level -> sums(level).get(Count.LABELLED), "labelled rows"),
                "agreement",
                "agreement",
                share(Count.AGREE, Count.LABELLED),
                "as in `agreement`")
            .number(
                "chance_agreement",
                level -> Kappa.chance(sums(level).confusion()),
                "of two who decide as often for a, b and a tie, and know nothing of each other");
    Table<Level> beside =
        Interval.columns(
                agreement,
                "length_baseline_agreement",
                "length_baseline",
                share(Count.AGREE_LENGTH, Count.LABELLED),
                "as in `agreement`")
            .number("kappa", level -> Kappa.of(sums(level).confusion()), "as in `agreement`")
            .count(
                "n_both_orders", level -> sums(level).get(Count.BOTH), "rows seen in both orders");
    Table<Level> position =
        Interval.columns(
            Interval.columns(
                beside,
                "consistency",
                "consistency",
                share(Count.CONSISTENT, Count.BOTH),
                "the share of them with the same decision"),
            "position_bias",
            "position_bias",
            level -> Interval.ofDifference(bias(level, Bias.POSITION)),
            "0 without one, ½ for a judge that follows the position alone");
    Table<Level> longer =
        Interval.columns(
                position,
                "longer_win_rate",
                "longer_win_rate",
                level -> Interval.ofMean(bias(level, Bias.LONGER)),
                "the longer response's mean score by the judge")
            .number(
                "longer_win_rate_people",
                level -> bias(level, Bias.LONGER_BY_PEOPLE).mean(),
                "by people");
    return Interval.columns(
            longer,
            "verbosity_bias",
            "verbosity_bias",
            level -> Interval.ofDifference(bias(level, Bias.LONGER_THAN_PEOPLE)),
            "by the judge less by people, on the same rows")
        .number(
            "calibration_error",
            level -> level.of(CalibrationSums.class).calibration().error(),
            "the expected calibration error of the probabilities");
  }

  private static AgreementSums sums(Level level) {
    return level.of(AgreementSums.class);
  }

  private static ScoreSums bias(Level level, Bias what) {
    return level.of(BiasSums.class).of(what);
  }

  private static Function<Level, Interval> share(Count part, Count whole) {
    return level -> Interval.ofShare(sums(level).get(part), sums(level).get(whole));
  }

  @Override
  public Table<Level> table() {
    return TABLE;
  }

  @Override
  public Collection<? extends Sums<?>> sums() {
    return List.of(new AgreementSums(), new BiasSums(), new CalibrationSums());
  }

  @Override
  public Stream<Level> rows(Level level, Fits fits) {
    return Stream.of(level);
  }
}
