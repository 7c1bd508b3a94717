package io.assize.job;

import static io.assize.table.ColumnNames.JUDGED_AT;
import static io.assize.table.ColumnNames.JUDGED_FOR;
import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.RUN_ID;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static io.assize.table.ColumnNames.VERDICT_KEY;
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
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.assize.spark.base.Kept;
import io.assize.store.CurrentVerdicts;
import io.assize.store.VerdictTable;
import io.assize.verdict.Decision;
import io.assize.verdict.Order;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * What a run has to do: the keys of its requests beside those of the store. Of the store only the
 * columns of keys and status are read, of one judge and one protocol.
 *
 * <p>Sizes: one shuffle of the requests' and the store's keys, whatever the texts.
 */
final class Plan implements AutoCloseable {
  private static final UserDefinedFunction SWAPPED =
      udf(
          (UDF1<String, String>)
              text -> Decision.of(text).map(decision -> decision.swapped().text()).orElse(text),
          DataTypes.StringType);

  private static final UserDefinedFunction TURNED_PROBABILITY =
      udf((UDF1<Double, Double>) Order.BA::probability, DataTypes.DoubleType);

  private static final String[] REQUEST = CurrentVerdicts.REQUEST.toArray(new String[0]);

  private final Kept kept = new Kept();
  private final Mode mode;
  private final String runId;
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
   * @param stored the store's verdicts of the judge and the protocol, {@link VerdictTable#SCHEMA}
   * @param runId of the run that this is for
   */
  Plan(Dataset<Row> keys, Dataset<Row> stored, Mode mode, String runId) {
    this.mode = mode;
    this.runId = runId;
    boolean done = false;
    try {
      this.all = kept.keep(keys);
      this.todo = kept.keep(todo(all, stored, mode));
      Row sizes =
          todo.agg(count(lit(1)), coalesce(sum(when(col("wanted"), 1L).otherwise(0L)), lit(0L)))
              .head();
      this.requests = sizes.getLong(0);
      this.wanted = sizes.getLong(1);
      Dataset<Row> rest = todo.filter(col("wanted")).select(names());
      this.donors = mode == Mode.PENDING && wanted > 0 ? donors(rest, stored) : null;
      Dataset<Row> open = donors == null ? rest : rest.join(donors, key(), "left_anti");
      this.pending = kept.keep(pending(open));
      this.pendingKeys = wanted == 0 ? 0 : pending.count();
      done = true;
    } finally {
      if (!done) {
        kept.close();
      }
    }
  }

  private static Dataset<Row> pending(Dataset<Row> open) {
    return open.groupBy(VERDICT_KEY)
        .agg(array_sort(collect_list(struct(SAMPLE_ID, "order"))).as("askers"))
        .select(
            col(VERDICT_KEY),
            col("askers").getItem(0).getField(SAMPLE_ID).as(SAMPLE_ID),
            col("askers").getItem(0).getField("order").as("order"),
            col("askers"));
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

  /** Whether the store has answers of before to requests that other rows made. */
  boolean shares() {
    return donors != null;
  }

  /** Whether a verdict of the store settles its request for this run, whoever had it judged. */
  Column settled() {
    Column ofThisRun = col(RUN_ID).equalTo(runId);
    return switch (mode) {
      case PENDING -> answered();
      case REJUDGE -> answered().and(ofThisRun);
      case ONLY_FAILED -> col("status").equalTo("ok").or(answered().and(ofThisRun));
    };
  }

  /** Whether this run has a verdict of a request, or needs none. */
  Column had() {
    return settled().or(col(RUN_ID).equalTo(runId));
  }

  /** The keys of pending requests that other runs have settled since this was planned. */
  Dataset<Row> elsewhere(Dataset<Row> stored, Instant startedAt) {
    // The store passes over files of older verdicts; a wave lasts no day.
    Timestamp recent = Timestamp.from(startedAt.minus(Duration.ofDays(1)));
    return stored
        .filter(settled().and(col(RUN_ID).notEqual(runId)).and(col(JUDGED_AT).geq(recent)))
        .select(VERDICT_KEY)
        .join(pending, key(), "left_semi")
        .distinct();
  }

  /**
   * Verdicts for wanted rows whose request equals one that was judged for another row, in this
   * row's terms.
   */
  Dataset<Row> shared(Dataset<Row> stored) {
    Dataset<Row> settled = stored.filter(settled());
    Dataset<Row> asking =
        todo.filter(col("wanted"))
            .join(settled.select(names()), REQUEST, "left_anti")
            .select(col(VERDICT_KEY), col(SAMPLE_ID).as("asking"), col("order").as("asking_order"));
    Dataset<Row> verdicts =
        CurrentVerdicts.byKey(settled.join(asking.select(VERDICT_KEY), key(), "left_semi"));
    Column swaps = col("order").notEqual(col("asking_order"));
    List<Column> columns = new ArrayList<>();
    for (String name : VerdictTable.SCHEMA.fieldNames()) {
      columns.add(
          switch (name) {
            case SAMPLE_ID -> col("asking").as(name);
            case "order" -> col("asking_order").as(name);
            case RUN_ID -> lit(runId).as(name);
            case JUDGED_FOR ->
                coalesce(col(name), concat(col(SAMPLE_ID), lit(" ("), col("order"), lit(")")))
                    .as(name);
            case PROBABILITY_A ->
                when(swaps, TURNED_PROBABILITY.apply(col(name))).otherwise(col(name)).as(name);
            case "decision" -> when(swaps, SWAPPED.apply(col(name))).otherwise(col(name)).as(name);
            default -> col(name);
          });
    }
    return verdicts.join(asking, key(), "inner").select(columns.toArray(new Column[0]));
  }

  @Override
  public void close() {
    kept.close();
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
    return both.select(col(VERDICT_KEY), col(SAMPLE_ID), col("order"), wanted.as("wanted"));
  }

  /** Keys of the rest that the store has a verdict for, under other rows; null for none. */
  private Dataset<Row> donors(Dataset<Row> rest, Dataset<Row> stored) {
    Dataset<Row> donors =
        kept.keep(
            stored
                .filter(answered())
                .select(VERDICT_KEY)
                .join(rest, key(), "left_semi")
                .distinct());
    return donors.isEmpty() ? null : donors;
  }

  /** Whether a stored verdict stands: an engine's error is the machine's, not the request's. */
  static Column answered() {
    return col("status").notEqual("engine_error");
  }

  private static String[] key() {
    return new String[] {VERDICT_KEY};
  }

  private static Column[] names() {
    return Arrays.stream(REQUEST).map(functions::col).toArray(Column[]::new);
  }
}
