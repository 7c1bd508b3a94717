package io.assize.job;

import static io.assize.table.ColumnNames.VERDICT_KEY;

import java.util.Arrays;
import java.util.List;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Row;
import org.apache.spark.util.LongAccumulator;

/**
 * Lets through the requests that are still open, and counts the others: those that another run has
 * judged meanwhile. Keys are told apart by their first 64 bits; what that leaves out by mistake is
 * open after the waves and judged then.
 */
final class Open implements FilterFunction<Row> {
  private static final long serialVersionUID = 1L;
  private static final int DIGITS = 16;

  private final Broadcast<long[]> judged;
  private final LongAccumulator elsewhere;

  private Open(Broadcast<long[]> judged, LongAccumulator elsewhere) {
    this.judged = judged;
    this.elsewhere = elsewhere;
  }

  /**
   * A filter of requests with their {@code verdict_key}.
   *
   * @param keys of the requests that another run has judged
   */
  static Open without(List<String> keys, JavaSparkContext context, LongAccumulator elsewhere) {
    long[] judged = keys.stream().mapToLong(Open::head).sorted().toArray();
    return new Open(context.broadcast(judged), elsewhere);
  }

  @Override
  public boolean call(Row request) {
    boolean open = Arrays.binarySearch(judged.value(), head(request.getAs(VERDICT_KEY))) < 0;
    if (!open) {
      elsewhere.add(1);
    }
    return open;
  }

  private static long head(String key) {
    return Long.parseUnsignedLong(key.substring(0, DIGITS), 16);
  }
}
