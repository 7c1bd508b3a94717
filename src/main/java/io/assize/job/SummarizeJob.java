package io.assize.job;

import io.assize.config.CorpusConfig;
import io.assize.config.SummaryConfig;
import io.assize.corpus.CorpusSchema;
import io.assize.scenario.Taxonomy;
import io.assize.spark.base.Kept;
import io.assize.store.CurrentVerdicts;
import io.assize.store.VerdictTable;
import io.assize.table.TableStore;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Makes the summary tables anew of verdicts that are there already. */
public final class SummarizeJob {
  private final SparkSession spark;

  private final Summaries summaries;
  private final Juries juries;
  private final Consumer<String> progress;

  /**
   * Takes how verdicts become tables.
   *
   * @param progress takes a line for each step
   */
  public SummarizeJob(SparkSession spark, SummaryConfig config, Consumer<String> progress) {
    this.spark = spark;
    this.summaries = new Summaries(spark, config);
    this.juries = new Juries(config.jury(), progress);
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
   * @param verdicts folders of verdicts; of a judge that several have verdicts of, the latest count
   * @param corpus the corpus they are about
   * @param schema of the corpus, whose rows are checked as a run checks them; null: whatever it is,
   *     in our column names
   * @param scenarios {@code default} or a taxonomy file
   */
  public Result run(
      List<String> verdicts,
      CorpusConfig corpus,
      CorpusSchema schema,
      String scenarios,
      String output) {
    Taxonomy taxonomy = Taxonomy.load(scenarios);
    try (TableStore tables = OutputTables.in(spark, output);
        Kept kept = new Kept()) {
      verdicts.forEach(tables::refuseVerdicts);
      Dataset<Row> current = verdicts(spark, verdicts);
      JudgedCorpus rows = JudgedCorpus.read(spark, corpus, schema, progress);
      tables.prepare();
      tables.begin("summarize-" + UUID.randomUUID(), progress);
      spark.sparkContext().setJobGroup("assize", "assize: summarise", true);
      Dataset<Row> judged = kept.keep(juries.added(kept.keep(current), rows.valid()));
      long count = judged.count();
      CurrentVerdicts.write(judged, rows.valid(), count, false, tables);
      summaries
          .tables(judged, rows.valid(), taxonomy, progress)
          .without(rows.setAside())
          .writeTo(tables);
      tables.publish();
      return new Result(count, output);
    }
  }

  /** Reads the verdicts that count, one for each row and order, without their texts. */
  static Dataset<Row> verdicts(SparkSession spark, List<String> paths) {
    Dataset<Row> all =
        paths.stream()
            .map(path -> VerdictTable.read(spark, path).drop("critique"))
            .reduce(Dataset::union)
            .orElseThrow();
    return CurrentVerdicts.latest(all);
  }
}
