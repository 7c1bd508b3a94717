package io.assize.job;

import static org.apache.spark.sql.functions.array_sort;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.assize.verdict.CurrentVerdicts;
import io.assize.verdict.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.storage.StorageLevel;

/**
 * What a run has to do: the keys of its requests beside those of the store. Of the store only the
 * columns of keys and status are read, of one judge and one protocol.
 *
 * <p>Sizes: one shuffle of the requests' and the store's keys, whatever the texts.
 */
final class Plan implements AutoCloseable {
  private static final String[] REQUEST = CurrentVerdicts.REQUEST.toArray(new String[0]);

  private final Dataset<Row> all;
  private final Dataset<Row> todo;
  private final Dataset<Row> donors;
  private final Dataset<Row> pending;

  private final long requests;
  private final long wanted;
  private final long pendingKeys;

  /**
   * Compares requests with a store.
   *
   * @param keys of all requests, {@link JudgeStage#KEYS}
   * @param stored the store's verdicts of the judge and the protocol, {@link Verdict#SCHEMA}
   */
  Plan(Dataset<Row> keys, Dataset<Row> stored, Mode mode) {
    this.all = keys.persist(StorageLevel.MEMORY_AND_DISK());
    this.todo = todo(all, stored, mode).persist(StorageLevel.MEMORY_AND_DISK());
    Row sizes =
        todo.agg(count(lit(1)), coalesce(sum(when(col("wanted"), 1L).otherwise(0L)), lit(0L)))
            .head();
    this.requests = sizes.getLong(0);
    this.wanted = sizes.getLong(1);
    Dataset<Row> rest = todo.filter(col("wanted")).select(names());
    this.donors = mode == Mode.PENDING && wanted > 0 ? donors(rest, stored) : null;
    Dataset<Row> open = donors == null ? rest : rest.join(donors, key(), "left_anti");
    this.pending =
        open.groupBy("verdict_key")
            .agg(array_sort(collect_list(struct("sample_id", "order"))).as("askers"))
            .select(
                col("verdict_key"),
                col("askers").getItem(0).getField("sample_id").as("sample_id"),
                col("askers").getItem(0).getField("order").as("order"),
                col("askers"))
            .persist(StorageLevel.MEMORY_AND_DISK());
    this.pendingKeys = wanted == 0 ? 0 : pending.count();
  }

  /** All requests of the corpus, {@link JudgeStage#KEYS}. */
  Dataset<Row> all() {
    return all;
  }

  long requests() {
    return requests;
  }

  /** Requests whose verdict is to be had in this run: judged, or shared with an equal one. */
  long wanted() {
    return wanted;
  }

  /** Different requests to judge. */
  long pendingKeys() {
    return pendingKeys;
  }

  /** {@code verdict_key, sample_id, order, askers} of what is to be judged. */
  Dataset<Row> pending() {
    return pending;
  }

  /**
   * Verdicts for rows whose request equals one that was judged for another row before, in this
   * row's terms; null where there are none.
   */
  Dataset<Row> shared(Dataset<Row> stored, String runId) {
    if (donors == null) {
      return null;
    }
    Dataset<Row> verdicts =
        CurrentVerdicts.byKey(
            stored.filter(answered()).join(donors.select("verdict_key"), key(), "left_semi"));
    Dataset<Row> asking =
        todo.filter(col("wanted"))
            .select(
                col("verdict_key"), col("sample_id").as("asking"), col("order").as("asking_order"));
    Column swaps = col("order").notEqual(col("asking_order"));
    List<Column> columns = new ArrayList<>();
    for (String name : Verdict.SCHEMA.fieldNames()) {
      columns.add(
          switch (name) {
            case "sample_id" -> col("asking").as(name);
            case "order" -> col("asking_order").as(name);
            case "run_id" -> lit(runId).as(name);
            case "judged_for" ->
                coalesce(col(name), concat(col("sample_id"), lit(" ("), col("order"), lit(")")))
                    .as(name);
            case "probability_a" ->
                when(swaps, lit(1.0).minus(col(name))).otherwise(col(name)).as(name);
            case "decision" ->
                when(swaps.and(col(name).equalTo("a")), "b")
                    .when(swaps.and(col(name).equalTo("b")), "a")
                    .otherwise(col(name))
                    .as(name);
            default -> col(name);
          });
    }
    return verdicts.join(asking, key(), "inner").select(columns.toArray(new Column[0]));
  }

  @Override
  public void close() {
    for (Dataset<Row> kept : Arrays.asList(all, todo, donors, pending)) {
      if (kept != null) {
        kept.unpersist();
      }
    }
  }

  /** Each request with whether it is wanted. */
  private static Dataset<Row> todo(Dataset<Row> all, Dataset<Row> stored, Mode mode) {
    Column[] keys = Arrays.stream(REQUEST).map(functions::col).toArray(Column[]::new);
    Dataset<Row> found =
        stored
            .groupBy(keys)
            .agg(max(answered()).as("answered"), max(col("status").equalTo("ok")).as("succeeded"));
    Dataset<Row> both = all.join(found, REQUEST, "left");
    Column wanted =
        switch (mode) {
          case PENDING -> functions.not(coalesce(col("answered"), lit(false)));
          case REJUDGE -> lit(true);
          case ONLY_FAILED -> functions.not(coalesce(col("succeeded"), lit(true)));
        };
    return both.select(col("verdict_key"), col("sample_id"), col("order"), wanted.as("wanted"));
  }

  /** Keys of the rest that the store has a verdict for, under other rows; null for none. */
  private static Dataset<Row> donors(Dataset<Row> rest, Dataset<Row> stored) {
    Dataset<Row> donors =
        stored
            .filter(answered())
            .select("verdict_key")
            .join(rest, key(), "left_semi")
            .distinct()
            .persist(StorageLevel.MEMORY_AND_DISK());
    if (donors.isEmpty()) {
      donors.unpersist();
      return null;
    }
    return donors;
  }

  /** Whether a stored verdict stands: an engine's error is the machine's, not the request's. */
  static Column answered() {
    return col("status").notEqual("engine_error");
  }

  private static String[] key() {
    return new String[] {"verdict_key"};
  }

  private static Column[] names() {
    return Arrays.stream(REQUEST).map(functions::col).toArray(Column[]::new);
  }
}
