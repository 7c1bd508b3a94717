package io.assize.summary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;

import io.assize.stats.ScoreDistribution;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** The table {@code score_distributions}: ratings by model, at each level. */
final class ScoreDistributions {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "judge STRING, scenario STRING, model STRING, n BIGINT, mean DOUBLE, sd DOUBLE,"
              + " p10 DOUBLE, p25 DOUBLE, p50 DOUBLE, p75 DOUBLE, p90 DOUBLE,"
              + " histogram ARRAY<BIGINT>");

  private ScoreDistributions() {}

  /**
   * The table, unsorted.
   *
   * @param ratings rated responses: judge, scenario, model, rating (null: none was given)
   * @param tree a scenario's levels
   */
  static Dataset<Row> of(Dataset<Row> ratings, Levels tree) {
    Dataset<Row> counts =
        ratings
            .filter(col("rating").isNotNull())
            .groupBy("judge", "scenario", "model", "rating")
            .agg(count(lit(1)).as("n"));
    UDF1<String, String[]> levels = scenario -> tree.of(scenario).toArray(new String[0]);
    return counts
        .withColumn(
            "scenario",
            explode(
                udf(levels, DataTypes.createArrayType(DataTypes.StringType))
                    .apply(col("scenario"))))
        .groupBy("judge", "scenario", "model", "rating")
        .agg(sum("n").as("n"))
        .groupBy("judge", "scenario", "model")
        .agg(collect_list(struct("rating", "n")).as("counts"))
        .map((MapFunction<Row, Row>) ScoreDistributions::estimate, Encoders.row(SCHEMA));
  }

  private static Row estimate(Row row) {
    List<Row> pairs = row.getList(row.fieldIndex("counts"));
    TreeMap<Double, Long> counts = new TreeMap<>();
    pairs.forEach(pair -> counts.merge(pair.getDouble(0), pair.getLong(1), Long::sum));
    ScoreDistribution d = ScoreDistribution.of(counts);
    return RowFactory.create(
        row.getAs("judge"),
        row.getAs("scenario"),
        row.getAs("model"),
        d.n(),
        d.mean(),
        Double.isNaN(d.sd()) ? null : d.sd(),
        d.p10(),
        d.p25(),
        d.p50(),
        d.p75(),
        d.p90(),
        d.histogram().toArray(new Long[0]));
  }
}
