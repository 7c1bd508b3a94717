package io.assize.corpus.importer;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map;
import static org.apache.spark.sql.functions.not;
import static org.apache.spark.sql.functions.size;

import io.assize.config.UserError;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * {@code judgebench}: JudgeBench's outputs (Tan et al. 2025, arXiv 2410.12784), JSON lines of
 * {@code pair_id, source, question, response_model, response_A, response_B, label} and {@code
 * judgments}: two of {@code {judgment: {judge_model, response}, decision}}, the second with the
 * responses exchanged, whose decision is in terms of what was shown. Both responses are of one
 * model: it plays as {@code NAME (A)} and {@code NAME (B)}. The scenario is the source.
 */
final class JudgeBenchImporter implements Importer {
  private static final StructType JUDGMENT =
      new StructType()
          .add("judgment", JsonFiles.texts("judge_model", "response"))
          .add("decision", DataTypes.StringType);

  private static final StructType FIELDS =
      JsonFiles.texts(
              "pair_id",
              "source",
              "question",
              "response_model",
              "response_A",
              "response_B",
              "label")
          .add("judgments", new ArrayType(JUDGMENT, true))
          .add("_corrupt_record", DataTypes.StringType);

  @Override
  public String format() {
    return "judgebench";
  }

  @Override
  public String description() {
    return "JudgeBench's outputs of judges: a file or a folder of JSON lines, plain or gzip.";
  }

  @Override
  public Imported read(SparkSession spark, String input) {
    Dataset<Row> all = JsonFiles.read(spark, input, FIELDS, "JudgeBench's outputs");
    Column judged =
        col("pair_id").isNotNull().and(size(col("judgments")).geq(1)).and(judge(0).isNotNull());
    Dataset<Row> rows = all.filter(judged).withColumn("judge", judge(0));
    List<Imported.Recorded> judges =
        rows
            .select("judge")
            .distinct()
            .orderBy("judge")
            .as(Encoders.STRING())
            .collectAsList()
            .stream()
            .map(name -> recorded(name, rows.filter(col("judge").equalTo(name))))
            .toList();
    if (judges.isEmpty()) {
      throw UserError.configuration(
          "input %s holds no pair with judgments: name JudgeBench's outputs", input);
    }
    Dataset<Row> corpus =
        rows.select(
                col("pair_id").as(SAMPLE_ID),
                col("question").as("prompt"),
                concat(col("response_model"), lit(" (A)")).as(MODEL_A),
                concat(col("response_model"), lit(" (B)")).as(MODEL_B),
                col("response_A").as(RESPONSE_A),
                col("response_B").as(RESPONSE_B),
                col("source").as("scenario"),
                decision(col("label"), "a", "b").as("label"))
            .distinct();
    Dataset<Row> others =
        all.filter(judged.isNull().or(not(judged)))
            .drop("judgments")
            .withColumn("reason", lit("no judgment by a named judge"));
    return new Imported(corpus, null, others, judges);
  }

  private static Imported.Recorded recorded(String name, Dataset<Row> rows) {
    return new Imported.Recorded(
        name, "both", order(rows, 0, "ab", "a", "b").union(order(rows, 1, "ba", "b", "a")));
  }

  private static Dataset<Row> order(
      Dataset<Row> rows, int place, String order, String first, String second) {
    Column judgment = col("judgments").getItem(place);
    return rows.filter(judgment.isNotNull())
        .select(
            col("pair_id").as(SAMPLE_ID),
            lit(order).as("order"),
            judgment.getField("judgment").getField("response").as("output"),
            decision(judgment.getField("decision"), first, second).as("decision"),
            lit(null).cast("double").as(PROBABILITY_A),
            lit(null).cast("double").as("rating"));
  }

  private static Column judge(int place) {
    return col("judgments").getItem(place).getField("judgment").getField("judge_model");
  }

  /** Who won, by the side shown first and the one shown second; null where nobody knows. */
  private static Column decision(Column said, String first, String second) {
    return element_at(
        map(lit("A>B"), lit(first), lit("B>A"), lit(second), lit("A=B"), lit("tie")), said);
  }
}
