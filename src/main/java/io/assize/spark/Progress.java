package io.assize.spark;

import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.util.LongAccumulator;
import scala.collection.JavaConverters;

/**
 * Shows how far a stage is while it runs: rows of total, rows and tokens a second, time left,
 * failures. Counts come from accumulators, whose running values the executors' heartbeats bring. A
 * partition counts once, however often it is tried and by however many tasks at once.
 */
public final class Progress extends SparkListener implements AutoCloseable {
  private final SparkContext context;
  private final long total;
  private final Counts counts;
  private final long start = System.nanoTime();
  private final Map<Long, Place> places = new HashMap<>();
  private final Map<Place, Map<Long, Map<Long, Long>>> byPlace = new HashMap<>();
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "assize-progress");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * What is counted.
   *
   * @param rows whose outcome is decided
   * @param failed those of them that failed
   * @param again that failed at first and are tried again
   * @param elsewhere that are left out, as others have done them: the total is less by so many
   * @param tokens read and written
   */
  public record Counts(
      LongAccumulator rows,
      LongAccumulator failed,
      LongAccumulator again,
      LongAccumulator elsewhere,
      LongAccumulator tokens) {
    private Set<Long> ids() {
      return Set.of(rows.id(), failed.id(), again.id(), elsewhere.id(), tokens.id());
    }
  }

  /** A partition of a stage. */
  private record Place(int stage, int partition) {}

  private Progress(SparkContext context, long total, Counts counts) {
    this.context = context;
    this.total = total;
    this.counts = counts;
  }

  /** Starts to show lines, one every {@code seconds}, until closed. */
  public static Progress show(
      SparkContext context, long total, Counts counts, int seconds, Consumer<String> out) {
    Progress progress = new Progress(context, total, counts);
    Consumer<String> told = new Told(out);
    context.addSparkListener(progress);
    progress.clock.scheduleAtFixedRate(
        () -> told.accept(progress.line()), seconds, seconds, TimeUnit.SECONDS);
    return progress;
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart start) {
    places.put(start.taskInfo().taskId(), new Place(start.stageId(), start.taskInfo().index()));
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
    long rows = sum(counts.rows());
    long all = total - sum(counts.elsewhere());
    long again = sum(counts.again());
    double rate = rows / Math.max(seconds, 1e-9);
    String left =
        rows == 0 ? "time left unknown" : time((all - rows) / Math.max(rate, 1e-9)) + " left";
    return String.format(
            Locale.ROOT,
            "judged %d of %d requests (%.0f %%), %.2f rows/s, %.0f tokens/s, %s, %d failed",
            rows,
            all,
            all == 0 ? 100.0 : 100.0 * rows / all,
            rate,
            sum(counts.tokens()) / Math.max(seconds, 1e-9),
            left,
            sum(counts.failed()))
        + (again == 0
            ? ""
            : String.format(Locale.ROOT, ", %d failed at first and are tried again", again));
  }

  @Override
  public void close() {
    clock.shutdownNow();
    context.removeSparkListener(this);
  }

  private synchronized void take(long task, AccumulableInfo info) {
    if (counts.ids().contains(info.id())
        && info.update().isDefined()
        && info.update().get() instanceof Long value) {
      byPlace
          .computeIfAbsent(place(task), p -> new HashMap<>())
          .computeIfAbsent(task, t -> new HashMap<>())
          .put(info.id(), value);
    }
  }

  private synchronized void forget(long task) {
    byPlace.getOrDefault(place(task), new HashMap<>()).remove(task);
  }

  private Place place(long task) {
    return places.getOrDefault(task, new Place(-1, (int) task));
  }

  /** Of the tasks of one partition the one that has counted most. */
  private long sum(LongAccumulator accumulator) {
    return byPlace.values().stream()
        .mapToLong(
            tasks ->
                tasks.values().stream()
                    .mapToLong(counted -> counted.getOrDefault(accumulator.id(), 0L))
                    .max()
                    .orElse(0))
        .sum();
  }

  private static String time(double seconds) {
    Duration left = Duration.ofSeconds((long) seconds);
    return left.toHours() > 0
        ? String.format(Locale.ROOT, "%d h %02d min", left.toHours(), left.toMinutesPart())
        : String.format(Locale.ROOT, "%d min %02d s", left.toMinutes(), left.toSecondsPart());
  }
}
