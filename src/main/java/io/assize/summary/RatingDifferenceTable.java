package io.assize.summary;

import io.assize.table.Table;
import java.util.Collection;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** {@code rating_differences}: each two rated models of a group, and of all. */
final class RatingDifferenceTable implements LevelTable<RatingDifferenceTable.Two> {
  private static final long serialVersionUID = 1;

  static final Table<Two> TABLE =
      Levels.columns(
              Table.<Two>of(
                  SummaryTables.RATING_DIFFERENCES,
                  "judge × group or all × two rated models, the better first"),
              Two::level)
          .text("model", two -> two.name(two.better()), "the better model")
          .text("other", two -> two.name(two.other()), "the other one")
          .number("difference", Two::difference, "of their ratings, in Elo")
          .number("standard_error", Two::error, "of the difference")
          .number(
              "simultaneous_low",
              two -> two.difference() - two.half(),
              "of an interval that holds for all pairs of that level at once")
          .number("simultaneous_high", two -> two.difference() + two.half(), "likewise")
          .flag(
              "above",
              two -> two.difference() > two.half(),
              "whether the better one is surely the better one");

  /** A row: two models by their places among the rated. */
  record Two(Level level, Standing standing, List<String> names, int better, int other) {
    String name(int place) {
      return names.get(standing.rated().models()[place]);
    }

    double difference() {
      return standing.difference(better, other);
    }

    double error() {
      return standing.error(better, other);
    }

    double half() {
      return standing.rated().ranks().critical() * error();
    }
  }

  @Override
  public Table<Two> table() {
    return TABLE;
  }

  @Override
  public Collection<? extends Sums<?>> sums() {
    return List.of(new PairSums());
  }

  @Override
  public Stream<Two> rows(Level level, Fits fits) {
    if (!Levels.isReserved(level.name())) {
      return Stream.empty();
    }
    Standing standing = new Standing(level, fits);
    List<String> names = fits.names(level);
    double[] strength = level.rated().strength();
    return IntStream.range(0, strength.length)
        .boxed()
        .flatMap(
            i ->
                IntStream.range(i + 1, strength.length)
                    .mapToObj(
                        j ->
                            strength[i] >= strength[j]
                                ? new Two(level, standing, names, i, j)
                                : new Two(level, standing, names, j, i)));
  }
}
