package io.assize.summary;

import io.assize.stats.Ranks;
import io.assize.summary.ModelFigures.Figure;
import io.assize.table.Table;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * {@code system_ranking}: every model's place by its mean rating, by its pairs, and elsewhere. How
 * these rankings go together is in {@code correlations}.
 */
final class SystemRankingTable implements LevelTable<SystemRankingTable.Placed> {
  private static final long serialVersionUID = 1;

  static final Table<Placed> TABLE = columns();

  /**
   * A row.
   *
   * @param ranks by figure, then model
   */
  record Placed(
      MeanRatings.Key level,
      String model,
      long ratings,
      long pairs,
      ModelFigures figures,
      Map<Figure, Map<String, Integer>> ranks) {}

  private static Table<Placed> columns() {
    Table<Placed> table =
        Table.<Placed>of(
                SummaryTables.SYSTEM_RANKING,
                "judge × scenario × model: its place by ratings, by pairs, and elsewhere")
            .text("judge", row -> row.level().judge(), Levels.JUDGE_MEANING)
            .text("scenario", row -> row.level().level(), Levels.SCENARIO_MEANING)
            .text("model", Placed::model, "the model")
            .count("n_ratings", Placed::ratings, "single responses that the judge rated")
            .count("n_pairs", Placed::pairs, "pairs with a score");
    table = ranked(table, "mean_rating", "rating", Figure.RATING, "of single responses");
    table = ranked(table, "win_rate", "win_rate", Figure.WIN_RATE, "as in `win_rates`");
    table =
        ranked(table, "bradley_terry", "bradley_terry", Figure.BRADLEY_TERRY, "as in `ratings`");
    table =
        ranked(
            table,
            "people",
            "people",
            Figure.PEOPLE_RATING,
            "people's mean rating of single responses");
    return ranked(
        table,
        "reference",
        "reference",
        Figure.REFERENCE,
        "from `assize.summary.reference`; of a rank the negative");
  }

  private static Table<Placed> ranked(
      Table<Placed> table, String column, String by, Figure figure, String meaning) {
    return table
        .number(column, row -> row.figures().of(row.model(), figure), meaning)
        .integer(
            "rank_by_" + by,
            row -> row.ranks().get(figure).get(row.model()),
            "by that; 1 is the best, and equals share the better rank");
  }

  @Override
  public Table<Placed> table() {
    return TABLE;
  }

  @Override
  public Collection<? extends Sums<?>> sums() {
    return List.of(new PairSums(), new LabelSums());
  }

  @Override
  public Stream<Placed> rows(Level level, Fits fits) {
    Map<String, Long> pairs = new HashMap<>();
    List<String> names = fits.names(level);
    for (int model = 0; model < names.size(); model++) {
      pairs.put(names.get(model), level.of(PairSums.class).of(model).n());
    }
    MeanRatings.Key key = new MeanRatings.Key(level.judge(), level.name());
    return rows(key, ModelFigures.of(level, fits), pairs, fits);
  }

  @Override
  public Stream<Placed> rows(Fits fits) {
    return fits.ratedOnly().stream()
        .flatMap(level -> rows(level, ModelFigures.of(level, fits), Map.of(), fits));
  }

  private static Stream<Placed> rows(
      MeanRatings.Key level, ModelFigures figures, Map<String, Long> pairs, Fits fits) {
    Map<Figure, Map<String, Integer>> ranks = new HashMap<>();
    for (Figure figure : Figure.values()) {
      ranks.put(figure, ranks(figures, figure));
    }
    Map<String, MeanRatings.Sum> ratings = fits.ratings().of(level.judge(), level.level());
    return figures.models().stream()
        .map(
            model ->
                new Placed(
                    level,
                    model,
                    ratings.containsKey(model) ? ratings.get(model).n() : 0,
                    pairs.getOrDefault(model, 0L),
                    figures,
                    ranks));
  }

  private static Map<String, Integer> ranks(ModelFigures figures, Figure figure) {
    List<String> models =
        figures.models().stream().filter(model -> figures.of(model, figure) != null).toList();
    int[] places = Ranks.places(figures.of(figure)[0]);
    Map<String, Integer> ranks = new HashMap<>();
    for (int i = 0; i < places.length; i++) {
      ranks.put(models.get(i), places[i]);
    }
    return ranks;
  }
}
