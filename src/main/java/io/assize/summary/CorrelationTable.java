package io.assize.summary;

import io.assize.stats.Correlation;
import io.assize.stats.PredictionPowered;
import io.assize.stats.ScoreSums;
import io.assize.table.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * {@code correlations}: how models' figures go with people's, or with ratings from elsewhere; of
 * three models or more.
 */
final class CorrelationTable implements LevelTable<CorrelationTable.Correlated> {
  private static final long serialVersionUID = 1;
  private static final int LEAST_MODELS = 3;

  static final Table<Correlated> TABLE =
      Table.<Correlated>of(
              SummaryTables.CORRELATIONS,
              "judge × scenario × reference: how models' figures go with people's, or with ratings"
                  + " from elsewhere")
          .text("judge", Correlated::judge, Levels.JUDGE_MEANING)
          .text("scenario", Correlated::level, Levels.SCENARIO_MEANING)
          .text("quantity", Correlated::quantity, "`win_rate`, or `rating` of single responses")
          .text("reference", Correlated::reference, "`people`, or `reference` for those elsewhere")
          .integer("n", row -> row.of().n(), "models")
          .number("pearson", row -> row.of().pearson(), "Pearson's correlation")
          .number("spearman", row -> row.of().spearman(), "Spearman's, of ranks")
          .number("kendall", row -> row.of().kendall(), "Kendall's τ-b");

  /** A row. */
  record Correlated(
      String judge, String level, String quantity, String reference, Correlation of) {}

  @Override
  public Table<Correlated> table() {
    return TABLE;
  }

  @Override
  public Collection<? extends Sums<?>> sums() {
    return List.of(new PairSums(), new LabelSums());
  }

  @Override
  public Stream<Correlated> rows(Level level, Fits fits) {
    List<String> names = fits.names(level);
    List<double[]> people = new ArrayList<>();
    List<double[]> elsewhere = new ArrayList<>();
    for (int model = 0; model < names.size(); model++) {
      ScoreSums scores = level.of(PairSums.class).of(model);
      PredictionPowered.Labelled labels = level.of(LabelSums.class).of(model).labelled();
      if (labels.n() > 0) {
        people.add(new double[] {scores.mean(), labels.person() / labels.n()});
      }
      Double rating = fits.reference().get(names.get(model));
      if (scores.n() > 0 && rating != null) {
        elsewhere.add(new double[] {scores.mean(), rating});
      }
    }
    return Stream.of(
            correlated(level.judge(), level.name(), "win_rate", "people", people),
            correlated(level.judge(), level.name(), "win_rate", "reference", elsewhere))
        .flatMap(Optional::stream);
  }

  /** Single responses' ratings, over all. */
  @Override
  public Stream<Correlated> rows(Fits fits) {
    return fits.people().entrySet().stream()
        .flatMap(
            of -> correlated(of.getKey(), Levels.ALL, "rating", "people", of.getValue()).stream());
  }

  private static Optional<Correlated> correlated(
      String judge, String level, String quantity, String reference, List<double[]> pairs) {
    if (pairs.size() < LEAST_MODELS) {
      return Optional.empty();
    }
    Correlation correlation =
        Correlation.of(
            pairs.stream().mapToDouble(pair -> pair[0]).toArray(),
            pairs.stream().mapToDouble(pair -> pair[1]).toArray());
    return Optional.of(new Correlated(judge, level, quantity, reference, correlation));
  }
}
