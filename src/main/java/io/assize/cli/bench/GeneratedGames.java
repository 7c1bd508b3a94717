package io.assize.cli.bench;

import static io.assize.table.ColumnNames.JUDGED_AT;
import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.RUN_ID;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static io.assize.table.ColumnNames.VERDICT_KEY;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.array_repeat;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.current_timestamp;
import static org.apache.spark.sql.functions.exp;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A corpus and its verdicts without a judge: pairs of 200 random models in 60 scenarios, each with
 * a prompt of its own, both orders judged; better models have smaller numbers. Texts are as small
 * as may be, and a twentieth of the pairs has a person's label.
 */
final class GeneratedGames {
  private static final int MODELS = 200;
  private static final int SCENARIOS = 60;
  private static final int GROUPS = 8;

  private GeneratedGames() {}

  /** The group of each scenario. */
  static Map<String, String> groups() {
    Map<String, String> groups = new LinkedHashMap<>();
    for (int s = 0; s < SCENARIOS; s++) {
      groups.put("scenario " + s, "group " + s % GROUPS);
    }
    return groups;
  }

  /** Writes {@code corpus} and then {@code verdicts}, two a pair, into a folder as Parquet. */
  static void write(SparkSession spark, long pairs, Path folder) {
    Column id = col("id");
    Column a = pmod(xxhash64(id, lit(1)), lit(MODELS));
    Column b = pmod(a.plus(1).plus(pmod(xxhash64(id, lit(2)), lit(MODELS - 1))), lit(MODELS));
    Dataset<Row> games =
        spark
            .range(pairs)
            .withColumn("a", a)
            .withColumn("b", b)
            .withColumn(SAMPLE_ID, concat(lit("pair-"), id));
    write(corpus(games), folder.resolve("corpus"));
    write(verdicts(games), folder.resolve("verdicts"));
  }

  private static void write(Dataset<Row> table, Path path) {
    table.write().mode("overwrite").parquet(path.toString());
  }

  private static Dataset<Row> corpus(Dataset<Row> games) {
    Column id = col("id");
    return games.select(
        col(SAMPLE_ID),
        concat(lit("prompt "), id).as("prompt"),
        concat(lit("model-"), col("a")).as(MODEL_A),
        concat(lit("model-"), col("b")).as(MODEL_B),
        words(pmod(xxhash64(id, lit(3)), lit(20))).as(RESPONSE_A),
        words(pmod(xxhash64(id, lit(4)), lit(20))).as(RESPONSE_B),
        concat(lit("scenario "), pmod(xxhash64(id, lit(5)), lit(SCENARIOS))).as("scenario"),
        when(pmod(xxhash64(id, lit(6)), lit(20)).equalTo(0), "a").as("label"));
  }

  private static Column words(Column count) {
    return array_join(array_repeat(lit("- word"), count.plus(1).cast("int")), "\n");
  }

  /**
   * A tenth are ties; of the rest a wins with a chance by the logistic of the numbers' distance.
   */
  private static Dataset<Row> verdicts(Dataset<Row> games) {
    Column chance =
        lit(1.0).divide(lit(1.0).plus(exp(col("a").minus(col("b")).divide(MODELS / 2.0))));
    Column drawn = pmod(xxhash64(col("id"), col("order")), lit(1000)).divide(1000.0);
    return games
        .withColumn("order", explode(array(lit("ab"), lit("ba"))))
        .select(
            concat(col(SAMPLE_ID), col("order")).as(VERDICT_KEY),
            col(SAMPLE_ID),
            lit("pairwise").as("protocol"),
            col("order"),
            lit("generated").as("judge"),
            when(drawn.lt(chance.multiply(0.9)), "a")
                .when(drawn.lt(chance.multiply(0.9).plus(0.1)), "tie")
                .otherwise("b")
                .as("decision"),
            lit(null).cast("double").as(PROBABILITY_A),
            lit(null).cast("double").as("rating"),
            lit(null).cast("string").as("critique"),
            lit("ok").as("status"),
            lit(null).cast("string").as("error"),
            lit(0).as("prompt_tokens"),
            lit(0).as("generated_tokens"),
            lit(null).cast("string").as("finish_reason"),
            current_timestamp().as(JUDGED_AT),
            lit("generated").as(RUN_ID));
  }
}
