package io.assize.store;

import static io.assize.table.ColumnNames.JUDGED_AT;
import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.RUN_ID;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static io.assize.table.ColumnNames.VERDICT_KEY;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

import io.assize.table.Table;
import io.assize.table.TableStore;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.functions;

/**
 * What counts of a store, which may hold several verdicts of one request: two runs judged it at
 * once, it failed and was judged again, or a person had it judged anew. The rule: a verdict that is
 * {@code ok} before one that failed, then the latest {@code judged_at}, then the larger {@code
 * run_id}. Every reader applies the same, so all see the same.
 */
public final class CurrentVerdicts {
  /** What tells requests of rows apart. */
  public static final List<String> REQUEST = List.of(VERDICT_KEY, SAMPLE_ID, "order");

  /** The table: made of the store's and the corpus's columns, so its rows have no values here. */
  public static final Table<Void> TABLE =
      Table.<Void>of(
              "current_verdicts",
              "a verdict that counts, for programs that know nothing of the store: one for each"
                  + " judge, protocol, row and order")
          .text("judge", "the judge's name")
          .text("protocol", "the protocol's name")
          .text(SAMPLE_ID, "the row of the corpus")
          .text("order", "`ab`, `ba` or `single`: what was shown first")
          .text("scenario", "of the row")
          .text(MODEL_A, "of the row; of a single response, its model")
          .text(MODEL_B, "of the row; null for a single response")
          .text("decision", "`a`, `b`, `tie`, `invalid`; null for a valid rating")
          .number(PROBABILITY_A, "that a is better, where it is given")
          .number("rating", "of a single response: 1…10, or a reward model's score")
          .text("status", "`ok`, `unparsable`, `too_long` or `engine_error`")
          .text(VERDICT_KEY, "under which, with the row and its order, the store has the critique");

  /** A table of one file is replaced in one step; a larger one would wait for one task. */
  private static final long MOST_IN_A_FILE = 5_000_000;

  private CurrentVerdicts() {}

  /** One verdict for each request of a row. */
  public static Dataset<Row> of(Dataset<Row> verdicts) {
    return first(verdicts, REQUEST, col("status").equalTo("ok").desc());
  }

  /**
   * One verdict for each row, order, judge and protocol: where requests of several wordings are
   * there (the template, the judge's settings or the row have changed), the latest.
   */
  public static Dataset<Row> latest(Dataset<Row> verdicts) {
    return first(of(verdicts), List.of("judge", "protocol", SAMPLE_ID, "order"));
  }

  /** One verdict for each key. */
  public static Dataset<Row> byKey(Dataset<Row> verdicts) {
    return first(verdicts, List.of(VERDICT_KEY), col("status").equalTo("ok").desc());
  }

  /** The verdicts of some requests. */
  public static Dataset<Row> of(Dataset<Row> verdicts, Dataset<Row> requests) {
    return of(verdicts.join(requests, REQUEST.toArray(new String[0]), "left_semi"));
  }

  /**
   * Writes {@code current_verdicts}, for programs that know nothing of stores.
   *
   * @param counting one verdict for each judge, protocol, row and order
   * @param corpus the rows they are about; a verdict of another row is left out
   * @param count how many verdicts, about
   * @param csv whether as CSV, too
   */
  public static void write(
      Dataset<Row> counting, Dataset<Row> corpus, long count, boolean csv, TableStore tables) {
    List<String> columns = Arrays.asList(corpus.columns());
    boolean single = !columns.contains(MODEL_A);
    Dataset<Row> models =
        corpus.select(
            col(SAMPLE_ID),
            col("scenario"),
            model(columns, single ? "model" : MODEL_A).as(MODEL_A),
            model(columns, MODEL_B).as(MODEL_B));
    Dataset<Row> table =
        counting
            .drop("scenario", MODEL_A, MODEL_B)
            .join(models, SAMPLE_ID)
            .select(TABLE.columns().stream().map(functions::col).toArray(Column[]::new));
    Column[] order = {col("judge"), col("protocol"), col(SAMPLE_ID), col("order")};
    int files = (int) (1 + count / MOST_IN_A_FILE);
    Dataset<Row> ordered =
        (files == 1 ? table.repartition(1) : table.repartitionByRange(files, order))
            .sortWithinPartitions(order);
    tables.write(ordered, TABLE.name());
    if (csv) {
      tables.writeCsv(tables.read(TABLE.name()), TABLE.name());
    }
  }

  private static Column model(List<String> columns, String name) {
    return (columns.contains(name) ? col(name) : functions.lit(null)).cast("string");
  }

  private static Dataset<Row> first(Dataset<Row> rows, List<String> same, Column... before) {
    Column[] order =
        Stream.concat(
                Arrays.stream(before),
                Stream.of(
                    col(JUDGED_AT).desc(),
                    col(RUN_ID).desc(),
                    col(VERDICT_KEY),
                    col(SAMPLE_ID),
                    col("order")))
            .toArray(Column[]::new);
    Column[] by = same.stream().map(functions::col).toArray(Column[]::new);
    return rows.withColumn("place", row_number().over(Window.partitionBy(by).orderBy(order)))
        .filter(col("place").equalTo(1))
        .drop("place");
  }
}
