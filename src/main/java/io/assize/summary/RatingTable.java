package io.assize.summary;

import io.assize.table.Table;
import java.util.Collection;
import java.util.List;
import java.util.function.IntFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** {@code ratings}: Bradley–Terry ratings of every model that has games at a level. */
final class RatingTable implements LevelTable<RatingTable.Rating> {
  private static final long serialVersionUID = 1;

  static final Table<Rating> TABLE =
      Levels.columns(
              Table.<Rating>of(SummaryTables.RATINGS, "judge × scenario × model"), Rating::level)
          .text("model", Rating::name, "the model")
          .number(
              "rating",
              rating -> rating.of(rating.standing()::rating),
              "Bradley–Terry on Elo's scale, of mean 1000; null: `note` says why")
          .number("ci_low", rating -> rating.of(rating.standing()::low), "of its 95 % interval")
          .number("ci_high", rating -> rating.of(rating.standing()::high), "likewise")
          .count("n", Rating::games, "games")
          .number(
              "standard_error",
              rating -> rating.of(rating.standing()::error),
              "of the rating, in Elo")
          .integer(
              "rank", rating -> rating.of(i -> rating.rated().ranks().rank()[i]), "1 is the best")
          .integer(
              "rank_low",
              rating -> rating.of(i -> rating.rated().ranks().low()[i]),
              "the best rank that is not excluded")
          .integer(
              "rank_high",
              rating -> rating.of(i -> rating.rated().ranks().high()[i]),
              "the worst one")
          .number(
              "style_controlled_rating",
              rating -> rating.of(rating.standing()::styled),
              "beside coefficients of style; over all only")
          .number(
              "style_controlled_standard_error",
              rating -> rating.of(rating.standing()::styledError),
              "its error")
          .text("note", Rating::note, "why the model has no rating");

  /** Of a model that is not rated. */
  private static final int UNRATED = -1;

  /**
   * A row.
   *
   * @param place among the rated models; −1: it is not rated
   * @param note null for a model that is rated
   */
  record Rating(Level level, Standing standing, String name, int model, int place, String note) {
    Ratings.Rated rated() {
      return standing.rated();
    }

    long games() {
      return Math.round(rated().games()[model]);
    }

    <V> V of(IntFunction<V> figure) {
      return place == UNRATED ? null : figure.apply(place);
    }
  }

  @Override
  public Table<Rating> table() {
    return TABLE;
  }

  @Override
  public Collection<? extends Sums<?>> sums() {
    return List.of(new PairSums());
  }

  @Override
  public Stream<Rating> rows(Level level, Fits fits) {
    Standing standing = new Standing(level, fits);
    List<String> names = fits.names(level);
    int[] models = level.rated().models();
    Stream<Rating> rated =
        IntStream.range(0, models.length)
            .mapToObj(i -> new Rating(level, standing, names.get(models[i]), models[i], i, null));
    Stream<Rating> others =
        level.rated().notes().entrySet().stream()
            .map(
                note -> {
                  int model = note.getKey();
                  String name = names.get(model);
                  return new Rating(level, standing, name, model, UNRATED, note.getValue());
                });
    return Stream.concat(rated, others);
  }
}
