package io.assize.cli.bench;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.array_repeat;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.md5;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.repeat;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;

/**
 * A pairwise corpus of 200 models in 60 scenarios whose texts have the size of real ones: prompts
 * of some 300 characters and answers of 200 to 900. A larger corpus has the rows of a smaller one.
 */
final class GeneratedPairs {
  private GeneratedPairs() {}

  /** Writes so many pairs as Parquet, in place of what is there. */
  static void write(SparkSession spark, long pairs, String path) {
    Column id = col("id");
    Column text = md5(id.cast("string").cast("binary"));
    spark
        .range(pairs)
        .select(
            concat(lit("pair-"), id).as(SAMPLE_ID),
            repeat(concat(text, lit(" ")), 9).as("prompt"),
            concat(lit("model-"), pmod(id, lit(200))).as(MODEL_A),
            concat(lit("model-"), pmod(id.plus(1).plus(pmod(id, lit(7))), lit(200))).as(MODEL_B),
            answer("a ", text, pmod(id, lit(20)).plus(6)).as(RESPONSE_A),
            answer("b ", text, pmod(id, lit(17)).plus(7)).as(RESPONSE_B),
            concat(lit("scenario "), pmod(id, lit(60))).as("scenario"))
        .write()
        .mode("overwrite")
        .parquet(path);
  }

  /** So many words of some 35 characters. */
  private static Column answer(String begin, Column text, Column words) {
    return array_join(array_repeat(concat(lit(begin), text), words.cast("int")), " ");
  }
}
