package io.assize.job;

import io.assize.config.SummaryConfig;
import io.assize.config.UserError;
import io.assize.scenario.Taxonomy;
import io.assize.storage.Paths;
import io.assize.verdict.CurrentVerdicts;
import io.assize.verdict.TableStore;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;

/** Makes the summary tables anew of verdicts that are there already. */
public final class SummarizeJob {
  private final SparkSession spark;

  private final Summaries summaries;
  private final Consumer<String> progress;

  /**
   * Takes how verdicts become tables.
   *
   * @param progress takes a line for each step
   */
  public SummarizeJob(SparkSession spark, SummaryConfig config, Consumer<String> progress) {
    this.spark = spark;
    this.summaries = new Summaries(spark, config);
    this.progress = progress;
  }

  /**
   * What was read and written.
   *
   * @param verdicts rows of the verdicts
   * @param output the folder of the tables
   */
  public record Result(long verdicts, String output) {}

  /**
   * Makes the tables.
   *
   * @param verdicts the folder of verdicts
   * @param corpus the folder of the corpus they are about, in its own column names
   * @param scenarios {@code default} or a taxonomy file
   */
  public Result run(String verdicts, String corpus, String scenarios, String output) {
    Taxonomy taxonomy = Taxonomy.load(scenarios);
    Dataset<Row> judged = verdicts(spark, verdicts);
    Dataset<Row> rows = corpus(spark, corpus);
    TableStore tables = new TableStore(spark, output);
    tables.prepare();
    spark.sparkContext().setJobGroup("assize", "assize: summarise", true);
    long count = judged.count();
    summaries.tables(judged, rows, taxonomy, progress).writeTo(tables);
    return new Result(count, output);
  }

  /** Reads the verdicts that count, one for each row and order, without their texts. */
  static Dataset<Row> verdicts(SparkSession spark, String path) {
    return CurrentVerdicts.latest(TableStore.readVerdicts(spark, path).drop("critique"));
  }

  /** Reads a corpus in our column names. */
  static Dataset<Row> corpus(SparkSession spark, String path) {
    String[] found = Paths.find(spark, "corpus", List.of(path));
    Dataset<Row> rows;
    try {
      rows = Paths.reader(spark).parquet(found);
    } catch (Exception e) {
      throw UserError.configuration("corpus %s cannot be read as Parquet: check the path", path);
    }
    List<String> columns = Arrays.asList(rows.columns());
    if (!columns.contains("sample_id")) {
      throw UserError.configuration("corpus %s lacks the column sample_id", path);
    }
    return columns.contains("scenario")
        ? rows
        : rows.withColumn("scenario", functions.lit("default"));
  }
}
