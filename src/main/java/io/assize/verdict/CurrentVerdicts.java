package io.assize.verdict;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.row_number;

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
  public static final List<String> REQUEST = List.of("verdict_key", "sample_id", "order");

  /** The table's name. */
  public static final String NAME = "current_verdicts";

  private static final List<String> TABLE =
      List.of(
          "judge",
          "protocol",
          "sample_id",
          "order",
          "scenario",
          "model_a",
          "model_b",
          "decision",
          "probability_a",
          "rating",
          "status",
          "verdict_key");

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
    return first(of(verdicts), List.of("judge", "protocol", "sample_id", "order"));
  }

  /** One verdict for each key. */
  public static Dataset<Row> byKey(Dataset<Row> verdicts) {
    return first(verdicts, List.of("verdict_key"), col("status").equalTo("ok").desc());
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
    boolean single = !columns.contains("model_a");
    Dataset<Row> models =
        corpus.select(
            col("sample_id"),
            col("scenario"),
            model(columns, single ? "model" : "model_a").as("model_a"),
            model(columns, "model_b").as("model_b"));
    Dataset<Row> table =
        counting
            .drop("scenario", "model_a", "model_b")
            .join(models, "sample_id")
            .select(TABLE.stream().map(functions::col).toArray(Column[]::new));
    Column[] order = {col("judge"), col("protocol"), col("sample_id"), col("order")};
    int files = (int) (1 + count / MOST_IN_A_FILE);
    Dataset<Row> ordered =
        (files == 1 ? table.repartition(1) : table.repartitionByRange(files, order))
            .sortWithinPartitions(order);
    tables.write(ordered, NAME);
    if (csv) {
      tables.writeCsv(tables.read(NAME), NAME);
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
                    col("judged_at").desc(),
                    col("run_id").desc(),
                    col("verdict_key"),
                    col("sample_id"),
                    col("order")))
            .toArray(Column[]::new);
    Column[] by = same.stream().map(functions::col).toArray(Column[]::new);
    return rows.withColumn("place", row_number().over(Window.partitionBy(by).orderBy(order)))
        .filter(col("place").equalTo(1))
        .drop("place");
  }
}
