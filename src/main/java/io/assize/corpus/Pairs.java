package io.assize.corpus;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.PROMPT_ID;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;

/**
 * A pairwise corpus of models' outputs. What a pair is called, and which of its responses is a,
 * follows from its prompt's id and the two models alone, and what a sample takes from those and its
 * seed: so a model or a prompt that is added changes no other pair.
 */
public final class Pairs {
  private static final int DIGITS = 16;
  private static final String[] PROMPT = {PROMPT_ID, "prompt"};

  private Pairs() {}

  /**
   * Each two models' responses to each prompt, once.
   *
   * @param outputs valid rows of {@link CorpusSchema#OUTPUTS}
   * @return rows of {@link CorpusSchema#PAIRWISE}, and {@code prompt_id}
   */
  public static Dataset<Row> roundRobin(Dataset<Row> outputs) {
    return pairs(outputs, outputs, col("x.model").lt(col("y.model")));
  }

  /** One model's responses with each other model's. */
  public static Dataset<Row> against(Dataset<Row> outputs, String baseline) {
    return pairs(
        outputs.filter(col("model").equalTo(baseline)),
        outputs,
        col("x.model").notEqual(col("y.model")));
  }

  /** Of each two models in each scenario so many pairs, or all where there are fewer. */
  public static Dataset<Row> sample(Dataset<Row> pairs, long each, long seed) {
    return placed(pairs, seed).filter(col("place").leq(each)).drop("draw", "place");
  }

  /**
   * So many pairs in all, or all where there are fewer: every two models in every scenario have as
   * many, but for one.
   */
  public static Dataset<Row> budget(Dataset<Row> pairs, long all, long seed) {
    return placed(pairs, seed)
        .orderBy(col("place"), col("draw"), col(SAMPLE_ID))
        .limit((int) Math.min(all, Integer.MAX_VALUE))
        .drop("draw", "place");
  }

  private static Dataset<Row> placed(Dataset<Row> pairs, long seed) {
    Column first = least(col(MODEL_A), col(MODEL_B));
    Column second = greatest(col(MODEL_A), col(MODEL_B));
    return pairs
        .withColumn("draw", xxhash64(lit(seed), col(PROMPT_ID), first, second))
        .withColumn(
            "place",
            row_number()
                .over(
                    Window.partitionBy(col("scenario"), first, second)
                        .orderBy(col("draw"), col(SAMPLE_ID))));
  }

  /** Pairs of x and y, both sides of one prompt. */
  private static Dataset<Row> pairs(Dataset<Row> x, Dataset<Row> y, Column wanted) {
    Column half = pmod(xxhash64(col(PROMPT_ID), col("first.model"), col("second.model")), lit(2));
    Column names = concat_ws("\u0000", col("first.model"), col("second.model"));
    return side(x, "x")
        .join(side(y, "y"), PROMPT)
        .filter(wanted)
        // Sides are ordered by their models.
        .withColumn("first", least(col("x"), col("y")))
        .withColumn("second", greatest(col("x"), col("y")))
        .withColumn("a", when(half.equalTo(0), col("first")).otherwise(col("second")))
        .withColumn("b", when(half.equalTo(0), col("second")).otherwise(col("first")))
        .select(
            concat(col(PROMPT_ID), lit("-"), sha2(names, 256).substr(1, DIGITS)).as(SAMPLE_ID),
            col(PROMPT_ID),
            col("prompt"),
            col("a.model").as(MODEL_A),
            col("b.model").as(MODEL_B),
            col("a.response").as(RESPONSE_A),
            col("b.response").as(RESPONSE_B),
            col("first.scenario").as("scenario"));
  }

  private static Dataset<Row> side(Dataset<Row> outputs, String name) {
    return outputs.select(
        col(PROMPT_ID), col("prompt"), struct("model", "response", "scenario").as(name));
  }
}
