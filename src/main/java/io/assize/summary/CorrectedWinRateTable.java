package io.assize.summary;

import io.assize.stats.PredictionPowered;
import io.assize.table.Table;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * {@code corrected_win_rates}: each model's win rate by people, as the judge's verdicts help to
 * know it.
 */
final class CorrectedWinRateTable implements LevelTable<CorrectedWinRateTable.Corrected> {
  private static final long serialVersionUID = 1;

  static final Table<Corrected> TABLE =
      Levels.columns(
              Table.<Corrected>of(
                  SummaryTables.CORRECTED_WIN_RATES,
                  "judge × scenario × model with people's labels: prediction-powered"),
              Corrected::level)
          .text("model", Corrected::model, "the model")
          .count("n_labelled", row -> row.corrected().n(), "games with a label")
          .count("n_judged", row -> row.corrected().unlabelled(), "games without")
          .number("win_rate", row -> row.corrected().estimate(), "by people, as corrected")
          .number("standard_error", row -> row.corrected().standardError(), "of it")
          .number("ci_low", row -> row.corrected().low(), "of its 95 % interval")
          .number("ci_high", row -> row.corrected().high(), "likewise")
          .number("lambda", row -> row.corrected().lambda(), "the weight of the judge's verdicts")
          .number("judge_win_rate", Corrected::byJudge, "by the judge alone, over all games")
          .number("people_win_rate", Corrected::byPeople, "by the labels alone")
          .number("people_standard_error", row -> row.corrected().classicalError(), "of the latter")
          .number(
              "effective_labels",
              row -> row.corrected().effectiveLabels(),
              "how many labels alone would know the win rate as well")
          .number(
              "labels_saved",
              row -> row.corrected().effectiveLabels() - row.corrected().n(),
              "that less the labels there are");

  /** A row. */
  record Corrected(
      Level level, String model, PredictionPowered.Sums sums, PredictionPowered corrected) {
    double byJudge() {
      return (sums.labelled().judge() + sums.others().judge())
          / (sums.labelled().n() + sums.others().n());
    }

    double byPeople() {
      return sums.labelled().person() / sums.labelled().n();
    }
  }

  @Override
  public Table<Corrected> table() {
    return TABLE;
  }

  @Override
  public Collection<? extends Sums<?>> sums() {
    return List.of(new LabelSums());
  }

  @Override
  public Stream<Corrected> rows(Level level, Fits fits) {
    List<String> names = fits.names(level);
    LabelSums labels = level.of(LabelSums.class);
    return IntStream.range(0, names.size())
        .filter(model -> labels.of(model).labelled().n() > 0)
        .mapToObj(
            model -> {
              PredictionPowered.Sums sums = labels.of(model);
              return new Corrected(level, names.get(model), sums, PredictionPowered.of(sums));
            });
  }
}
