package io.assize.job;

import static org.apache.spark.sql.functions.col;

import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Why requests failed, in a line. */
final class FailedRequests {
  /** Characters shown of a reason. */
  private static final int SHOWN = 200;

  private FailedRequests() {}

  /**
   * How many failed by status, and the commonest reason.
   *
   * @param current verdicts that count, of which at least one is not ok
   */
  static String line(Dataset<Row> current) {
    Dataset<Row> failed = current.where(col("status").notEqual("ok"));
    String counts =
        failed.groupBy("status").count().orderBy("status").collectAsList().stream()
            .map(row -> row.<Long>getAs("count") + " " + row.<String>getAs("status"))
            .collect(Collectors.joining(", "));
    return "failed: " + counts + commonest(failed);
  }

  private static String commonest(Dataset<Row> failed) {
    return failed
        .where(col("error").isNotNull())
        .groupBy("error")
        .count()
        .orderBy(col("count").desc(), col("error"))
        .limit(1)
        .collectAsList()
        .stream()
        .map(row -> "; most often (" + row.<Long>getAs("count") + "): " + shown(row.getAs("error")))
        .collect(Collectors.joining());
  }

  private static String shown(String error) {
    String line = error.replaceAll("\\s+", " ").strip();
    return line.length() > SHOWN ? line.substring(0, SHOWN) + "…" : line;
  }
}
