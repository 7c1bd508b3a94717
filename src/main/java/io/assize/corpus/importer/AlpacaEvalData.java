package io.assize.corpus.importer;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat_ws;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.sha2;
import static org.apache.spark.sql.functions.when;

import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * Annotations of AlpacaEval (Dubois et al. 2024): JSON or JSON lines, plain or gzip, one or many
 * models. The baseline is a, the model is b; a preference of 1 means that the baseline won, 2 the
 * model, between them the judge's probability, and 0 or 1.5 a draw.
 */
final class AlpacaEvalData {
  private static final StructType FIELDS =
      JsonFiles.texts(
              "instruction_id",
              "dataset",
              "instruction",
              "output_1",
              "generator_1",
              "output_2",
              "generator_2",
              "annotator")
          .add("preference", DataTypes.DoubleType)
          .add("_corrupt_record", DataTypes.StringType);

  private final Dataset<Row> rows;

  /** A file, or a folder of files ending in .json, .jsonl or either with .gz. */
  AlpacaEvalData(SparkSession spark, String input) {
    Dataset<Row> found = JsonFiles.read(spark, input, FIELDS, "AlpacaEval's annotations");
    this.rows = found.withColumn(SAMPLE_ID, sampleId());
  }

  /** The names of the annotators: the judges. */
  List<String> annotators() {
    return rows.filter(annotated())
        .select("annotator")
        .distinct()
        .orderBy("annotator")
        .as(Encoders.STRING())
        .collectAsList();
  }

  /** The pairs as a pairwise corpus; the scenario is AlpacaEval's data set. */
  Dataset<Row> corpus() {
    return rows.filter(annotated())
        .select(
            col(SAMPLE_ID),
            col("instruction").as("prompt"),
            col("generator_1").as(MODEL_A),
            col("generator_2").as(MODEL_B),
            col("output_1").as(RESPONSE_A),
            col("output_2").as(RESPONSE_B),
            col("dataset").as("scenario"));
  }

  /** An annotator's preferences as recordings in the one order shown. */
  Dataset<Row> recordings(String annotator) {
    Column preference = when(col("preference").equalTo(0.0), lit(1.5)).otherwise(col("preference"));
    Column a = lit(2.0).minus(preference);
    return rows.filter(annotated().and(col("annotator").equalTo(annotator)))
        .select(
            col(SAMPLE_ID),
            lit("ab").as("order"),
            lit(null).cast("string").as("output"),
            when(a.gt(0.5), "a").when(a.lt(0.5), "b").otherwise("tie").as("decision"),
            a.as(PROBABILITY_A),
            lit(null).cast("double").as("rating"));
  }

  /** Rows that bear no usable preference, with the reason. */
  Dataset<Row> quarantined() {
    return rows.filter(annotated().isNull().or(not(annotated())))
        .withColumn("reason", lit("no preference from 1 to 2 (or 0) by a named annotator"));
  }

  private static Column annotated() {
    Column p = col("preference");
    return p.isNotNull()
        .and(p.equalTo(0.0).or(p.between(1.0, 2.0)))
        .and(col("annotator").isNotNull())
        .and(col("generator_1").isNotNull())
        .and(col("generator_2").isNotNull())
        .and(col("instruction").isNotNull());
  }

  private static Column sampleId() {
    Column number =
        coalesce(
            col("instruction_id"),
            sha2(concat_ws("\u0000", col("dataset"), col("instruction")), 256));
    return concat_ws("/", col("generator_1"), col("generator_2"), number);
  }
}
