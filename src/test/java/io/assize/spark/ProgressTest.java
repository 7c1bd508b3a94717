package io.assize.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.testing.LocalSpark;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkContext;
import org.apache.spark.executor.ExecutorMetrics;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import org.apache.spark.scheduler.TaskInfo;
import org.apache.spark.scheduler.TaskLocality;
import org.apache.spark.util.LongAccumulator;
import org.junit.jupiter.api.Test;
import scala.Option;
import scala.Some;
import scala.Tuple2;
import scala.Tuple4;
import scala.collection.JavaConverters;

class ProgressTest {
  private final SparkContext context = LocalSpark.session().sparkContext();
  private final LongAccumulator rows = context.longAccumulator();
  private final LongAccumulator failed = context.longAccumulator();
  private final LongAccumulator again = context.longAccumulator();
  private final LongAccumulator elsewhere = context.longAccumulator();
  private final LongAccumulator tokens = context.longAccumulator();

  @Test
  void aPartitionCountsOnceHoweverOftenAndByHoweverManyTasksItIsTried() {
    try (Progress progress = progress(8)) {
      start(progress, 1, 0);
      start(progress, 2, 1);
      heartbeat(progress, 1, rows, 4);
      heartbeat(progress, 2, rows, 2);
      // Another attempt at the first partition, while the first goes on.
      start(progress, 3, 0);
      heartbeat(progress, 3, rows, 3);
      assertThat(progress.line()).startsWith("judged 6 of 8 requests (75 %)");
      heartbeat(progress, 3, rows, 4);
      heartbeat(progress, 2, rows, 4);
      assertThat(progress.line()).startsWith("judged 8 of 8 requests (100 %)");
    }
  }

  @Test
  void whatIsTriedAgainIsNotJudgedYetAndWhatOthersJudgedIsNoPartOfTheTotal() {
    try (Progress progress = progress(8)) {
      start(progress, 1, 0);
      heartbeat(progress, 1, rows, 1);
      heartbeat(progress, 1, again, 3);
      heartbeat(progress, 1, elsewhere, 4);
      assertThat(progress.line())
          .startsWith("judged 1 of 4 requests (25 %)")
          .endsWith("0 failed, 3 failed at first and are tried again");
      start(progress, 2, 0, 1);
      heartbeat(progress, 2, rows, 3);
      heartbeat(progress, 2, failed, 3);
      assertThat(progress.line()).startsWith("judged 4 of 4 requests (100 %)").contains("3 failed");
    }
  }

  @Test
  void aConsoleThatThrowsEndsNeitherTheLinesNorTheRun() throws InterruptedException {
    CountDownLatch shown = new CountDownLatch(2);
    Progress.Counts counts = new Progress.Counts(rows, failed, again, elsewhere, tokens);
    try (Progress progress =
        Progress.show(
            context,
            8,
            counts,
            1,
            line -> {
              shown.countDown();
              throw new IllegalStateException("the console is gone");
            })) {
      assertThat(LocalSpark.session().range(8).count()).isEqualTo(8);
      assertThat(shown.await(1, TimeUnit.MINUTES)).isTrue();
      assertThat(progress.line()).startsWith("judged 0 of 8");
    }
  }

  private Progress progress(long total) {
    Progress.Counts counts = new Progress.Counts(rows, failed, again, elsewhere, tokens);
    return Progress.show(context, total, counts, 3600, line -> {});
  }

  private static void start(Progress progress, long task, int partition) {
    start(progress, task, partition, 0);
  }

  private static void start(Progress progress, long task, int partition, int stage) {
    TaskInfo info =
        new TaskInfo(task, partition, 0, partition, 0, "1", "host", TaskLocality.ANY(), false);
    progress.onTaskStart(new SparkListenerTaskStart(stage, 0, info));
  }

  private static void heartbeat(
      Progress progress, long task, LongAccumulator accumulator, long value) {
    AccumulableInfo info =
        new AccumulableInfo(
            accumulator.id(),
            Option.empty(),
            new Some<>(value),
            Option.empty(),
            true,
            true,
            Option.empty());
    Tuple4<Object, Object, Object, scala.collection.Seq<AccumulableInfo>> update =
        new Tuple4<>(task, 0, 0, JavaConverters.asScalaBuffer(List.of(info)));
    progress.onExecutorMetricsUpdate(
        new SparkListenerExecutorMetricsUpdate(
            "1",
            JavaConverters.asScalaBuffer(List.of(update)),
            scala.collection.immutable.Map$.MODULE$
                .<Tuple2<Object, Object>, ExecutorMetrics>empty()));
  }
}
