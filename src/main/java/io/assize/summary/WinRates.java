package io.assize.summary;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rint;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.assize.stats.WinRate;
import java.util.Map;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/** The table {@code win_rates}: each model against each opponent and against all, at each level. */
public final class WinRates {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "judge STRING, scenario STRING, model STRING, opponent STRING, n BIGINT, wins BIGINT,"
              + " losses BIGINT, ties BIGINT, win_rate DOUBLE, standard_error DOUBLE,"
              + " ci_low DOUBLE, ci_high DOUBLE, lc_win_rate DOUBLE, lc_standard_error DOUBLE");

  /** Scores are summed as decimals, so that the order of rows changes no digit. */
  private static final String EXACT = "decimal(16,15)";

  private WinRates() {}

  /**
   * The table, sorted.
   *
   * @param games judged pairs: judge, scenario, model_a, model_b, score_a (null: no decision)
   * @param groups scenario → group
   */
  public static Dataset<Row> of(Dataset<Row> games, Map<String, String> groups) {
    Dataset<Row> sides = bothSides(sufficient(games.filter(col("score_a").isNotNull())));
    return new Scenarios(groups)
        .rollUp(sides)
        .withColumn("opponent", explode(array(col("opponent"), lit(Scenarios.ALL))))
        .groupBy("judge", "scenario", "model", "opponent")
        .agg(
            sum("n").as("n"),
            sum("wins").as("wins"),
            sum("losses").as("losses"),
            sum("ties").as("ties"),
            sum("score").cast("double").as("score"),
            sum("squares").cast("double").as("squares"),
            sum("decisions").as("decisions"))
        .map((MapFunction<Row, Row>) WinRates::estimate, Encoders.row(SCHEMA))
        .orderBy(Scenarios.order("scenario", "model", "opponent"));
  }

  /** One row for each judge, scenario and ordered pair of models, however many games. */
  private static Dataset<Row> sufficient(Dataset<Row> games) {
    Column a = col("score_a");
    Column exact = a.cast(EXACT);
    return games
        .groupBy("judge", "scenario", "model_a", "model_b")
        .agg(
            count(lit(1)).as("n"),
            sum(exact).as("score"),
            sum(a.multiply(a).cast(EXACT)).as("squares"),
            sum(when(a.gt(0.5), 1L).otherwise(0L)).as("wins"),
            sum(when(a.lt(0.5), 1L).otherwise(0L)).as("losses"),
            sum(when(a.equalTo(0.5), 1L).otherwise(0L)).as("ties"),
            sum(when(a.multiply(4).equalTo(rint(a.multiply(4))), 1L).otherwise(0L))
                .as("decisions"));
  }

  /** The same games seen from a and from b, whose score is 1 − a's. */
  private static Dataset<Row> bothSides(Dataset<Row> pairs) {
    Dataset<Row> fromA =
        pairs.select(
            col("judge"),
            col("scenario"),
            col("model_a").as("model"),
            col("model_b").as("opponent"),
            col("n"),
            col("wins"),
            col("losses"),
            col("ties"),
            col("score"),
            col("squares"),
            col("decisions"));
    Dataset<Row> fromB =
        pairs.select(
            col("judge"),
            col("scenario"),
            col("model_b").as("model"),
            col("model_a").as("opponent"),
            col("n"),
            col("losses").as("wins"),
            col("wins").as("losses"),
            col("ties"),
            col("n").minus(col("score")).as("score"),
            col("n").minus(col("score").multiply(2)).plus(col("squares")).as("squares"),
            col("decisions"));
    return fromA.union(fromB);
  }

  private static Row estimate(Row row) {
    long n = row.getAs("n");
    WinRate rate =
        WinRate.of(n, row.getAs("score"), row.getAs("squares"), row.<Long>getAs("decisions"));
    return RowFactory.create(
        row.getAs("judge"),
        row.getAs("scenario"),
        row.getAs("model"),
        row.getAs("opponent"),
        n,
        row.getAs("wins"),
        row.getAs("losses"),
        row.getAs("ties"),
        rate.rate(),
        known(rate.standardError()),
        known(rate.low()),
        known(rate.high()),
        null,
        null);
  }

  private static Double known(double value) {
    return Double.isNaN(value) ? null : value;
  }
}
