package io.assize.summary;

import static org.apache.spark.sql.functions.broadcast;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;

import io.assize.stats.ScoreDistribution;
import io.assize.table.Table;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * {@code score_distributions}: single responses' ratings by model, at each level. Ratings are
 * counted where they lie, since a judge may give as many different ones as there are rows. A judge
 * that rates anything beyond 1…10 has a scale of its own: a reward model.
 */
final class ScoreDistributionTable implements SummaryTable {
  static final Table<Distribution> TABLE =
      Table.<Distribution>of(
              SummaryTables.SCORE_DISTRIBUTIONS, "judge × scenario × model, of single ratings")
          .text("judge", Distribution::judge, Levels.JUDGE_MEANING)
          .text("scenario", Distribution::level, Levels.SCENARIO_MEANING)
          .text("model", Distribution::model, "the model")
          .count("n", row -> row.of().n(), "ratings")
          .number("mean", row -> row.of().mean(), "their mean")
          .number("sd", row -> row.of().sd(), "their standard deviation, of n − 1")
          .number("p10", row -> row.of().p10(), "a quantile, by linear interpolation")
          .number("p25", row -> row.of().p25(), "likewise")
          .number("p50", row -> row.of().p50(), "the median")
          .number("p75", row -> row.of().p75(), "likewise")
          .number("p90", row -> row.of().p90(), "likewise")
          .counts(
              "histogram",
              row -> row.of().histogram(),
              "of the ratings 1…10, a half going up; empty where the judge has another scale");

  /** A row. */
  record Distribution(String judge, String level, String model, ScoreDistribution of) {}

  @Override
  public Table<Distribution> table() {
    return TABLE;
  }

  @Override
  public Dataset<Row> rows(Summary summary) {
    Dataset<Row> ratings = summary.input().ratings().filter(col("rating").isNotNull());
    Dataset<Row> scales =
        ratings.groupBy("judge").agg(min(col("rating").between(1, 10)).as("one_to_ten"));
    return ratings
        .groupBy("judge", "scenario", "model", "rating")
        .agg(count(lit(1)).as("n"))
        .withColumn("scenario", summary.tree().each(col("scenario")))
        .groupBy("judge", "scenario", "model", "rating")
        .agg(sum("n").as("n"))
        .groupBy("judge", "scenario", "model")
        .agg(collect_list(struct("rating", "n")).as("counts"))
        .join(broadcast(scales), "judge")
        .map((MapFunction<Row, Row>) ScoreDistributionTable::estimate, Encoders.row(TABLE.schema()))
        .repartition(1)
        .sortWithinPartitions(Levels.order("model"));
  }

  private static Row estimate(Row row) {
    List<Row> pairs = row.getList(row.fieldIndex("counts"));
    TreeMap<Double, Long> counts = new TreeMap<>();
    pairs.forEach(pair -> counts.merge(pair.getDouble(0), pair.getLong(1), Long::sum));
    return TABLE.row(
        new Distribution(
            row.getAs("judge"),
            row.getAs("scenario"),
            row.getAs("model"),
            ScoreDistribution.of(counts, row.<Boolean>getAs("one_to_ten"))));
  }
}
