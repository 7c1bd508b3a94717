package io.assize.summary;

import io.assize.stats.BradleyTerry;
import io.assize.stats.Intervals;
import io.assize.stats.Ranks;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The tables {@code ratings} and {@code rating_differences}, of one level's fit. */
final class RatingRows {
  static final StructType SCHEMA =
      StructType.fromDDL(
          "judge STRING, scenario STRING, model STRING, rating DOUBLE, ci_low DOUBLE,"
              + " ci_high DOUBLE, n BIGINT, standard_error DOUBLE, rank INT, rank_low INT,"
              + " rank_high INT, style_controlled_rating DOUBLE,"
              + " style_controlled_standard_error DOUBLE, note STRING");

  static final StructType DIFFERENCES =
      StructType.fromDDL(
          "judge STRING, scenario STRING, model STRING, other STRING, difference DOUBLE,"
              + " standard_error DOUBLE, simultaneous_low DOUBLE, simultaneous_high DOUBLE,"
              + " above BOOLEAN");

  private static final double MEAN = 1000;

  private final Ratings.Rated rated;
  private final List<String> names;
  private final int anchor;
  private final Ranks ranks;

  RatingRows(Ratings.Rated rated, List<String> names, SummaryOptions options) {
    this.rated = rated;
    this.names = names;
    int named = options.anchor() == null ? -1 : names.indexOf(options.anchor());
    this.anchor = Math.max(-1, Arrays.binarySearch(rated.models(), named));
    this.ranks = rated.ranks();
  }

  /**
   * The rows of {@code ratings}.
   *
   * @param style ratings beside coefficients of style; null: none
   */
  List<Row> ratings(StyleControlled style) {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < rated.models().length; i++) {
      rows.add(rating(i, style));
    }
    rated
        .notes()
        .forEach(
            (model, note) -> {
              Object[] values = new Object[SCHEMA.size()];
              values[0] = rated.judge();
              values[1] = rated.level();
              values[2] = names.get(model);
              values[6] = Math.round(rated.games()[model]);
              values[13] = note;
              rows.add(RowFactory.create(values));
            });
    return rows;
  }

  private Row rating(int i, StyleControlled style) {
    double strength = rated.strength()[i] - (anchor < 0 ? 0 : rated.strength()[anchor]);
    double error = Math.sqrt(Math.max(0, variance(i, anchor)));
    boolean drawn = rated.replicates() != null;
    double low = drawn ? rated.quantile(i, anchor, 0.025) : strength - Intervals.Z * error;
    double high = drawn ? rated.quantile(i, anchor, 0.975) : strength + Intervals.Z * error;
    int styled = style == null ? -1 : Arrays.binarySearch(style.models(), rated.models()[i]);
    return RowFactory.create(
        rated.judge(),
        rated.level(),
        names.get(rated.models()[i]),
        elo(strength),
        elo(low),
        elo(high),
        Math.round(rated.games()[rated.models()[i]]),
        BradleyTerry.ELO * error,
        ranks.rank()[i],
        ranks.low()[i],
        ranks.high()[i],
        styled < 0 ? null : elo(style.parameters()[styled] - shift(style)),
        styled < 0 ? null : BradleyTerry.ELO * Math.sqrt(style.variance(styled, anchorOf(style))),
        null);
  }

  private double shift(StyleControlled style) {
    int at = anchorOf(style);
    return at < 0 ? 0 : style.parameters()[at];
  }

  private int anchorOf(StyleControlled style) {
    return anchor < 0 ? -1 : Arrays.binarySearch(style.models(), rated.models()[anchor]);
  }

  private static double elo(double strength) {
    return MEAN + BradleyTerry.ELO * strength;
  }

  private double variance(int i, int j) {
    double[][] c = rated.covariance();
    return j < 0 ? c[i][i] : c[i][i] + c[j][j] - 2 * c[i][j];
  }

  /** The rows of {@code rating_differences}: the better model first, each two models once. */
  Iterator<Row> differences() {
    int models = rated.models().length;
    return IntStream.range(0, models)
        .boxed()
        .flatMap(i -> IntStream.range(i + 1, models).mapToObj(j -> ordered(i, j)))
        .iterator();
  }

  private Row ordered(int i, int j) {
    boolean better = rated.strength()[i] >= rated.strength()[j];
    return difference(better ? i : j, better ? j : i);
  }

  private Row difference(int i, int j) {
    double difference = BradleyTerry.ELO * (rated.strength()[i] - rated.strength()[j]);
    double error = BradleyTerry.ELO * Math.sqrt(Math.max(0, variance(i, j)));
    double half = ranks.critical() * error;
    return RowFactory.create(
        rated.judge(),
        rated.level(),
        names.get(rated.models()[i]),
        names.get(rated.models()[j]),
        difference,
        error,
        difference - half,
        difference + half,
        difference > half);
  }
}
