package io.assize.summary;

import io.assize.stats.Correlation;
import io.assize.summary.ModelFigures.Figure;
import io.assize.table.Table;
import java.util.Collection;
import java.util.List;
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
          .text(
              "quantity",
              Correlated::quantity,
              "`win_rate`, `bradley_terry`, or `rating` of single responses")
          .text(
              "reference",
              Correlated::reference,
              "`people`, `reference` for ratings elsewhere, or what pairs say: `win_rate`, `bradley_terry`")
          .integer("n", row -> row.of().n(), "models")
          .number("pearson", row -> row.of().pearson(), "Pearson's correlation")
          .number("spearman", row -> row.of().spearman(), "Spearman's, of ranks")
          .number("kendall", row -> row.of().kendall(), "Kendall's τ-b");

  /** What is correlated with what, and how the table names them. */
  private record Pair(Figure figure, String quantity, Figure other, String reference) {}

  private static final List<Pair> PAIRS =
      List.of(
          new Pair(Figure.WIN_RATE, "win_rate", Figure.PEOPLE_WIN_RATE, "people"),
          new Pair(Figure.WIN_RATE, "win_rate", Figure.REFERENCE, "reference"),
          new Pair(Figure.BRADLEY_TERRY, "bradley_terry", Figure.PEOPLE_WIN_RATE, "people"),
          new Pair(Figure.BRADLEY_TERRY, "bradley_terry", Figure.REFERENCE, "reference"),
          new Pair(Figure.RATING_BESIDE_PEOPLE, "rating", Figure.PEOPLE_RATING, "people"),
          new Pair(Figure.RATING, "rating", Figure.REFERENCE, "reference"),
          new Pair(Figure.RATING, "rating", Figure.WIN_RATE, "win_rate"),
          new Pair(Figure.RATING, "rating", Figure.BRADLEY_TERRY, "bradley_terry"));

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
    return rows(level.judge(), level.name(), ModelFigures.of(level, fits));
  }

  /** Single responses' ratings, at levels without a pair. */
  @Override
  public Stream<Correlated> rows(Fits fits) {
    return fits.ratedOnly().stream()
        .flatMap(level -> rows(level.judge(), level.level(), ModelFigures.of(level, fits)));
  }

  private static Stream<Correlated> rows(String judge, String level, ModelFigures figures) {
    return PAIRS.stream()
        .flatMap(
            pair -> {
              double[][] both = figures.of(pair.figure(), pair.other());
              return both[0].length < LEAST_MODELS
                  ? Stream.empty()
                  : Stream.of(
                      new Correlated(
                          judge,
                          level,
                          pair.quantity(),
                          pair.reference(),
                          Correlation.of(both[0], both[1])));
            });
  }
}
