package io.assize.job;

import io.assize.config.CorpusConfig;
import io.assize.config.UserError;
import io.assize.corpus.Corpus;
import io.assize.corpus.CorpusReader;
import io.assize.corpus.CorpusSchema;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * A corpus that was judged, as whoever wrote it, read and checked as a run does it: rows that are
 * not fit to be judged count nowhere, which is said.
 *
 * @param valid the rows that count
 * @param setAside the others, each with its {@code reason}
 */
record JudgedCorpus(Dataset<Row> valid, Dataset<Row> setAside) {
  /**
   * Reads it.
   *
   * @param schema of the corpus; null: whatever it is, of which only {@code sample_id} must be
   *     there
   * @param progress is told what is left out
   * @throws UserError where it cannot be read, lacks a column, or no row counts
   */
  static JudgedCorpus read(
      SparkSession spark, CorpusConfig config, CorpusSchema schema, Consumer<String> progress) {
    Corpus corpus =
        new CorpusReader(spark, progress)
            .readJudged(config, schema == null ? CorpusSchema.JUDGED : schema);
    if (corpus.rowsValid() == 0) {
      throw corpus.nothingLeft(config.paths(), "summarised", "");
    }
    if (corpus.rowsQuarantined() > 0) {
      progress.accept(
          String.format(
              Locale.ROOT,
              "read %d rows of the corpus, %d left out (%s)",
              corpus.rowsRead(),
              corpus.rowsQuarantined(),
              corpus.commonestReasons()));
    }
    return new JudgedCorpus(corpus.valid(), corpus.setAside());
  }
}
