package io.assize.spark;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.util.LongAccumulator;
import scala.collection.JavaConverters;

/**
 * Shows how far a stage is while it runs: rows of total, rows and tokens a second, time left,
 * failures. Counts come from accumulators, whose running values the executors' heartbeats bring.
 */
public final class Progress extends SparkListener implements AutoCloseable {
  private final SparkContext context;
  private final long total;
  private final long rowsId;
  private final long failedId;
  private final long tokensId;
  private final long start = System.nanoTime();
  private final Map<Long, Map<Long, Long>> byTask = new HashMap<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "assize-progress");
            thread.setDaemon(true);
            return thread;
          });

  private Progress(
      SparkContext context,
      long total,
      LongAccumulator rows,
      LongAccumulator failed,
      LongAccumulator tokens) {
    this.context = context;
    this.total = total;
    this.rowsId = rows.id();
    this.failedId = failed.id();
    this.tokensId = tokens.id();
  }

  /** Starts to show lines, one every {@code seconds}, until closed. */
  public static Progress show(
      SparkContext context,
      long total,
      LongAccumulator rows,
      LongAccumulator failed,
      LongAccumulator tokens,
      int seconds,
      Consumer<String> out) {
    Progress progress = new Progress(context, total, rows, failed, tokens);
    context.addSparkListener(progress);
    progress.clock.scheduleAtFixedRate(
        () -> out.accept(progress.line()), seconds, seconds, TimeUnit.SECONDS);
    return progress;
  }

  @Override
  public void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    JavaConverters.seqAsJavaList(update.accumUpdates())
        .forEach(
            task ->
                JavaConverters.seqAsJavaList(task._4())
                    .forEach(info -> take((Long) task._1(), info)));
  }

  @Override
  public void onTaskEnd(SparkListenerTaskEnd end) {
    if (end.taskInfo().successful()) {
      JavaConverters.seqAsJavaList(end.taskInfo().accumulables().toSeq())
          .forEach(info -> take(end.taskInfo().taskId(), info));
    } else {
      forget(end.taskInfo().taskId());
    }
  }

  /** The line as it stands now. */
  synchronized String line() {
    double seconds = (System.nanoTime() - start) / 1e9;
    long rows = sum(rowsId);
    double rate = rows / Math.max(seconds, 1e-9);
    String left =
        rows == 0 ? "time left unknown" : time((total - rows) / Math.max(rate, 1e-9)) + " left";
    return String.format(
        Locale.ROOT,
        "judged %d of %d requests (%.0f %%), %.2f rows/s, %.0f tokens/s, %s, %d failed",
        rows,
        total,
        total == 0 ? 100.0 : 100.0 * rows / total,
        rate,
        sum(tokensId) / Math.max(seconds, 1e-9),
        left,
        sum(failedId));
  }

  @Override
  public void close() {
    clock.shutdownNow();
    context.removeSparkListener(this);
  }

  private synchronized void take(long task, AccumulableInfo info) {
    boolean ours = info.id() == rowsId || info.id() == failedId || info.id() == tokensId;
    if (ours && info.update().isDefined() && info.update().get() instanceof Long value) {
      byTask.computeIfAbsent(task, t -> new HashMap<>()).put(info.id(), value);
    }
  }

  private synchronized void forget(long task) {
    byTask.remove(task);
  }

  private long sum(long accumulator) {
    return byTask.values().stream().mapToLong(m -> m.getOrDefault(accumulator, 0L)).sum();
  }

  private static String time(double seconds) {
    Duration left = Duration.ofSeconds((long) seconds);
    return left.toHours() > 0
        ? "%d h %02d min".formatted(left.toHours(), left.toMinutesPart())
        : "%d min %02d s".formatted(left.toMinutes(), left.toSecondsPart());
  }
}
