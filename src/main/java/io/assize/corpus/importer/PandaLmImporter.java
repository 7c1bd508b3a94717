package io.assize.corpus.importer;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.format_string;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map;
import static org.apache.spark.sql.functions.substring_index;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;

import io.assize.config.UserError;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * {@code pandalm}: PandaLM's test set (Wang et al. 2024, arXiv 2306.05087) and judges' results for
 * it, from one folder. The test set has rows of {@code idx, cmp_key, instruction, input, response1,
 * response2, annotator1…3}; results have {@code idx} and {@code pandalm_result} or {@code
 * gpt_result}: 0 a tie, 1 the first, 2 the second. The label is what at least two of the three
 * people said; a judge's name is its file's. Judges saw one order.
 */
final class PandaLmImporter implements Importer {
  private static final List<String> PEOPLE = List.of("annotator1", "annotator2", "annotator3");
  private static final List<String> RESULTS = List.of("pandalm_result", "gpt_result", "result");

  private static final StructType TEST_SET =
      JsonFiles.texts(
          "idx",
          "cmp_key",
          "instruction",
          "input",
          "response1",
          "response2",
          "annotator1",
          "annotator2",
          "annotator3",
          "_corrupt_record");

  private static final StructType JUDGED =
      JsonFiles.texts(
          "idx", "pandalm_result", "gpt_result", "result", "pandalm_reason", "_corrupt_record");

  @Override
  public String format() {
    return "pandalm";
  }

  @Override
  public String description() {
    return "PandaLM's test set and the results of judges beside it: a folder.";
  }

  @Override
  public Imported read(SparkSession spark, String input) {
    Dataset<Row> corpus = null;
    List<Imported.Recorded> judges = new ArrayList<>();
    for (String file : JsonFiles.list(spark, input, "the folder of PandaLM's test set")) {
      Dataset<Row> rows = JsonFiles.read(spark, List.of(file), TEST_SET);
      if (!rows.filter(col("annotator1").isNotNull()).isEmpty()) {
        corpus = corpus == null ? rows : corpus.union(rows);
        continue;
      }
      Dataset<Row> results = JsonFiles.read(spark, List.of(file), JUDGED);
      if (!results.filter(said().isNotNull()).isEmpty()) {
        String name = JsonFiles.name(file).replaceAll("-testset-v1$", "");
        judges.add(new Imported.Recorded(name, "ab", recordings(results)));
      }
    }
    if (corpus == null || judges.isEmpty()) {
      throw UserError.configuration(
          "input %s holds no %s: name a folder with PandaLM's test set and judges' results",
          input, corpus == null ? "rows with annotator1" : "judge's results");
    }
    Column readable = col("idx").isNotNull();
    return new Imported(
        pairs(corpus.filter(readable)),
        null,
        corpus.filter(col("idx").isNull()).withColumn("reason", lit("a row without idx")),
        judges);
  }

  private static Dataset<Row> pairs(Dataset<Row> rows) {
    Column[] people = PEOPLE.stream().map(PandaLmImporter::choice).toArray(Column[]::new);
    Column majority =
        when(people[0].equalTo(people[1]).or(people[0].equalTo(people[2])), people[0])
            .when(people[1].equalTo(people[2]), people[1]);
    Column input = coalesce(trim(col("input")), lit(""));
    return rows.select(
        id(),
        when(input.equalTo(""), col("instruction"))
            .otherwise(concat(col("instruction"), lit("\n\n"), col("input")))
            .as("prompt"),
        substring_index(col("cmp_key"), "_", 1).as(MODEL_A),
        substring_index(col("cmp_key"), "_", -1).as(MODEL_B),
        col("response1").as(RESPONSE_A),
        col("response2").as(RESPONSE_B),
        majority.as("label"),
        array(people).as("labels"));
  }

  private static Dataset<Row> recordings(Dataset<Row> rows) {
    return rows.filter(col("idx").isNotNull())
        .select(
            id(),
            lit("ab").as("order"),
            coalesce(col("pandalm_reason"), said()).as("output"),
            choice(said()).as("decision"),
            lit(null).cast("double").as(PROBABILITY_A),
            lit(null).cast("double").as("rating"));
  }

  private static Column id() {
    return concat(lit("pandalm-"), format_string("%04d", col("idx").cast("int"))).as(SAMPLE_ID);
  }

  private static Column said() {
    return coalesce(
        RESULTS.stream().map(org.apache.spark.sql.functions::col).toArray(Column[]::new));
  }

  private static Column choice(String column) {
    return choice(col(column)).as(column);
  }

  private static Column choice(Column number) {
    return element_at(
        map(lit("0"), lit("tie"), lit("1"), lit("a"), lit("2"), lit("b")), trim(number));
  }
}
