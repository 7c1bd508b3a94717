package io.assize.job;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import io.assize.corpus.Corpus;
import io.assize.judge.JudgeSpec;
import io.assize.prompt.Protocol;
import io.assize.prompt.ProtocolKind;
import io.assize.scenario.Taxonomy;
import io.assize.verdict.Order;
import io.assize.verdict.Verdict;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * Rows become requests, one for each order; requests become verdicts, each exactly one.
 *
 * @param spec the judge
 * @param protocol how it is asked
 * @param taxonomy scenarios and criteria
 * @param shown pairwise: the orders shown
 * @param partitions tasks, 0 for four a core
 * @param runId this run
 */
record JudgeStage(
    JudgeSpec spec,
    Protocol protocol,
    Taxonomy taxonomy,
    List<Order> shown,
    int partitions,
    String runId) {

  /**
   * The requests of the valid rows, spread over tasks.
   *
   * @param recordings what a replay judge gives back; null for other judges
   */
  Dataset<Row> requests(Dataset<Row> valid, Dataset<Row> recordings) {
    Dataset<Row> shown = valid.withColumn("order", explode(orders()));
    Dataset<Row> requests =
        recordings == null
            ? shown.withColumn("recording", lit(null).cast("string"))
            : withRecordings(shown, recordings);
    int cores = valid.sparkSession().sparkContext().defaultParallelism();
    return inReadingOrder(requests.select(columns()), partitions > 0 ? partitions : 4 * cores);
  }

  /** The verdicts of requests, not yet computed. */
  Dataset<Row> verdicts(Dataset<Row> requests, Counters counters) {
    return requests.mapPartitions(
        new JudgePartition(spec, protocol, taxonomy, runId, counters),
        Encoders.row(Verdict.SCHEMA));
  }

  /** How many requests the corpus makes. */
  long count(Corpus corpus, int sample) {
    long rows = sample > 0 ? Math.min(sample, corpus.rowsValid()) : corpus.rowsValid();
    return rows * (pairwise() ? shown.size() : 1);
  }

  /**
   * Rows in the order in which a judge reads least: what shares a beginning stands together
   * (scenario, query, the two orders of a row), and neighbours are of like length.
   */
  private Dataset<Row> inReadingOrder(Dataset<Row> requests, int tasks) {
    Column all =
        pairwise()
            ? length(col("response_a")).plus(length(col("response_b")))
            : length(col("response"));
    Column[] keys = {
      col("scenario"), length(col("prompt")), col("prompt"), all, col("sample_id"), col("order")
    };
    return requests.repartitionByRange(tasks, keys).sortWithinPartitions(keys);
  }

  private boolean pairwise() {
    return protocol.kind() == ProtocolKind.PAIRWISE;
  }

  private Column orders() {
    List<Order> orders = pairwise() ? shown : List.of(Order.SINGLE);
    return array(orders.stream().map(order -> lit(order.text())).toArray(Column[]::new));
  }

  private Column[] columns() {
    return JudgePartition.columns(pairwise()).stream().map(functions::col).toArray(Column[]::new);
  }

  private static Dataset<Row> withRecordings(Dataset<Row> requests, Dataset<Row> recordings) {
    Dataset<Row> recorded =
        recordings
            .dropDuplicates("sample_id", "order")
            .select(
                col("sample_id"),
                col("order"),
                struct("output", "decision", "probability_a", "rating").as("found"));
    return requests
        .join(
            recorded,
            requests
                .col("sample_id")
                .equalTo(recorded.col("sample_id"))
                .and(requests.col("order").equalTo(recorded.col("order"))),
            "left")
        .select(
            requests.col("*"),
            when(recorded.col("sample_id").isNotNull(), to_json(recorded.col("found")))
                .as("recording"));
  }
}
