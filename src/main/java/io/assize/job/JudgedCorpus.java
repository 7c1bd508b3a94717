package io.assize.job;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.trim;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.assize.config.CorpusConfig;
import io.assize.config.UserError;
import io.assize.corpus.Corpus;
import io.assize.corpus.CorpusReader;
import io.assize.corpus.CorpusSchema;
import io.assize.storage.Paths;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;

/**
 * A corpus that was judged, as whoever wrote it: only {@code sample_id} must be there. A row
 * without a scenario is of {@code default}; one without an id, one that repeats an id, and one with
 * a reserved name count nowhere, which is said.
 *
 * @param valid the rows that count
 * @param setAside the others, each with its {@code reason}
 */
record JudgedCorpus(Dataset<Row> valid, Dataset<Row> setAside) {
  private static final String REASON = "reason";
  private static final String ORIGINAL = "source_reason";
  private static final String DEFAULT = "default";

  /** By these columns rows of one id are told apart. */
  private static final List<String> USED =
      List.of(
          "sample_id",
          "prompt",
          "model_a",
          "model_b",
          "response_a",
          "response_b",
          "model",
          "response",
          "scenario",
          "label",
          "rating");

  /**
   * Reads it.
   *
   * @param schema by which its rows are checked as a run checks them; null: whatever it is, in our
   *     column names
   * @param progress is told what is left out
   * @throws UserError where it cannot be read, lacks {@code sample_id}, or no row counts
   */
  static JudgedCorpus read(
      SparkSession spark, CorpusConfig config, CorpusSchema schema, Consumer<String> progress) {
    String path = String.join(", ", config.paths());
    if (schema != null) {
      Corpus corpus = new CorpusReader(spark).read(config, schema);
      return new JudgedCorpus(corpus.valid(), corpus.setAside());
    }
    String[] found = Paths.find(spark, "corpus", config.paths());
    Dataset<Row> rows;
    try {
      rows = Paths.reader(spark).parquet(found);
    } catch (Exception e) {
      throw UserError.configuration("corpus %s cannot be read as Parquet: check the path", path);
    }
    for (Map.Entry<String, String> column : config.columns().entrySet()) {
      if (!column.getKey().equals(column.getValue()) && has(rows, column.getValue())) {
        rows = rows.drop(column.getKey()).withColumnRenamed(column.getValue(), column.getKey());
      }
    }
    if (!has(rows, "sample_id")) {
      throw UserError.configuration("corpus %s lacks the column sample_id", path);
    }
    return checked(rows, path, progress);
  }

  private static JudgedCorpus checked(Dataset<Row> rows, String path, Consumer<String> progress) {
    Column named =
        has(rows, "scenario")
            ? when(col("scenario").rlike("\\S"), trim(col("scenario").cast("string")))
            : lit(null);
    Dataset<Row> checked =
        (has(rows, REASON) ? rows.withColumnRenamed(REASON, ORIGINAL) : rows)
            .withColumn("scenario", coalesce(named, lit(DEFAULT)))
            .withColumn(REASON, reason(rows));
    checked = checked.withColumn(REASON, coalesce(col(REASON), repeated(rows)));
    Dataset<Row> setAside = checked.filter(col(REASON).isNotNull());
    Dataset<Row> valid = checked.filter(col(REASON).isNull()).drop(REASON);
    say(checked, path, progress);
    return new JudgedCorpus(valid, setAside);
  }

  private static Column reason(Dataset<Row> rows) {
    List<Column> reasons = new ArrayList<>();
    reasons.add(
        when(coalesce(col("sample_id").cast("string").rlike("\\S"), lit(false)), lit(null))
            .otherwise("sample_id is null or empty"));
    reasons.add(reserved("scenario"));
    for (String model : List.of("model_a", "model_b", "model")) {
      if (has(rows, model)) {
        reasons.add(reserved(model));
      }
    }
    return coalesce(reasons.toArray(new Column[0]));
  }

  private static Column reserved(String name) {
    Column text = col(name).cast("string");
    return when(
        text.equalTo("all").or(text.startsWith("group:")),
        lit(name + " is named all or group:…, which are reserved"));
  }

  /** Of rows with one id the one of the smallest hash stays, in whatever order they come. */
  private static Column repeated(Dataset<Row> rows) {
    Column[] used =
        USED.stream()
            .filter(name -> has(rows, name))
            .map(JudgedCorpus::text)
            .toArray(Column[]::new);
    Column place =
        row_number()
            .over(
                Window.partitionBy(col("sample_id"), col(REASON).isNull()).orderBy(xxhash64(used)));
    return when(place.gt(1), lit("duplicate sample_id"));
  }

  private static Column text(String name) {
    return col(name).cast("string");
  }

  private static void say(Dataset<Row> checked, String path, Consumer<String> progress) {
    List<Row> counts =
        checked.groupBy(REASON).count().orderBy(col("count").desc(), col(REASON)).collectAsList();
    long read = counts.stream().mapToLong(row -> row.getLong(1)).sum();
    List<Row> reasons = counts.stream().filter(row -> !row.isNullAt(0)).toList();
    long out = reasons.stream().mapToLong(row -> row.getLong(1)).sum();
    if (read == 0) {
      throw UserError.failure("the corpus %s has no rows: check the path", path);
    }
    if (out == read) {
      throw UserError.failure(
          "no row of the corpus %s can be summarised: of %d rows %d are left out because %s",
          path, read, reasons.get(0).getLong(1), reasons.get(0).getString(0));
    }
    if (out > 0) {
      progress.accept(
          reasons.stream()
              .map(row -> row.getString(0) + " " + row.getLong(1))
              .collect(
                  Collectors.joining(
                      ", ",
                      "read %d rows of the corpus, %d left out (".formatted(read, out),
                      ")")));
    }
  }

  private static boolean has(Dataset<Row> rows, String name) {
    return Arrays.asList(rows.columns()).contains(name);
  }
}
