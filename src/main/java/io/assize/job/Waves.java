package io.assize.job;

import io.assize.config.UserError;
import io.assize.spark.base.Internals;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkJobInfo;
import org.apache.spark.SparkStageInfo;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Judges partitions of requests in waves, each of which is one commit of the store. When no task of
 * a wave waits for a core any more, the next wave begins, so that no device waits for a straggler;
 * at most two are under way. A death costs what was not committed: at most one wave and the tail of
 * the one before.
 *
 * <p>The first wave has four tasks a core; from then on so many as take the wanted time at the rate
 * seen, at most four times as many as the wave before.
 */
final class Waves {
  private static final Logger LOG = LoggerFactory.getLogger(Waves.class);
  private static final int GROWTH = 4;
  private static final long POLL_MILLIS = 100;

  private final SparkSession spark;
  private final JavaRDD<Row> rows;
  private final StructType schema;
  private final int first;
  private final int waveSeconds;
  private final String name;
  private final Judged judged;

  private final Deque<Wave> underWay = new ArrayDeque<>();
  private int started;
  private int nextPartition;
  private int size;
  private long lastCommit = System.nanoTime();

  /** What is done with a wave. */
  interface Judged {
    /** Asked when the wave begins: which of its requests are still to be judged. */
    FilterFunction<Row> open();

    /** Judges some requests and commits their verdicts. */
    void commit(Dataset<Row> requests, String commit);
  }

  /** Some partitions under way. */
  private record Wave(int number, int partitions, Future<?> work) {}

  /**
   * @param requests in partitions; computed anew for each wave, from shuffled files
   * @param begins the first partition's place among all, 0…1; after the last comes the first
   * @param name begins the commits' names
   */
  Waves(Dataset<Row> requests, double begins, int waveSeconds, String name, Judged judged) {
    this.spark = requests.sparkSession();
    this.rows = requests.toJavaRDD();
    this.schema = requests.schema();
    this.waveSeconds = waveSeconds;
    this.name = name;
    this.judged = judged;
    this.first = (int) (begins * rows.getNumPartitions());
    this.size = 4 * spark.sparkContext().defaultParallelism();
  }

  /** Judges all; returns how many waves were committed. */
  int run(Consumer<String> progress) {
    ExecutorService drivers =
        Executors.newFixedThreadPool(
            2,
            work -> {
              Thread thread = new Thread(work, "assize-wave");
              thread.setDaemon(true);
              return thread;
            });
    int partitions = rows.getNumPartitions();
    try {
      while (nextPartition < partitions || !underWay.isEmpty()) {
        if (nextPartition < partitions && hasRoom()) {
          start(drivers, Math.min(size, partitions - nextPartition));
        }
        Wave first = underWay.peekFirst();
        if (ended(first)) {
          underWay.removeFirst();
          resize(first);
          progress.accept(
              String.format(
                  Locale.ROOT,
                  "wave %d committed: %d of %d tasks' requests are in the store",
                  first.number(),
                  nextPartition - atWork(),
                  partitions));
        }
      }
      return started;
    } finally {
      stop(drivers);
    }
  }

  private void start(ExecutorService drivers, int count) {
    int from = nextPartition;
    int to = from + count;
    int number = ++started;
    nextPartition = to;
    Dataset<Row> wave = Internals.partitions(spark, rows, schema, between(from, to));
    String commit = name + "-" + number;
    Future<?> work =
        drivers.submit(
            () -> {
              SparkContext context = spark.sparkContext();
              SparkSession.setActiveSession(spark);
              // In a group of its own: a wave's tail is seen by the jobs of its group.
              context.setJobGroup(
                  commit + "-open", "assize: what others judged, wave " + number, true);
              FilterFunction<Row> open = judged.open();
              context.setJobGroup(commit, "assize: judge, wave " + number, true);
              // Fair between waves, so that a commit's own jobs need not wait for the next wave.
              context.setLocalProperty("spark.scheduler.pool", "assize-wave-" + number % 2);
              judged.commit(wave.filter(open), commit);
            });
    underWay.addLast(new Wave(number, count, work));
    LOG.info("wave {}: tasks {} to {} of {}", number, from + 1, to, rows.getNumPartitions());
  }

  private boolean hasRoom() {
    return underWay.isEmpty() || (underWay.size() == 1 && inItsTail(underWay.peekFirst()));
  }

  private boolean ended(Wave wave) {
    try {
      wave.work().get(POLL_MILLIS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw failed(wave, e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while judging");
    }
  }

  /** Whether all tasks of a wave have a core or have ended. */
  private boolean inItsTail(Wave wave) {
    var status = JavaSparkContext.fromSparkContext(spark.sparkContext()).statusTracker();
    boolean seen = false;
    for (int job : status.getJobIdsForGroup(name + "-" + wave.number())) {
      SparkJobInfo info = status.getJobInfo(job);
      for (int stage : info == null ? new int[0] : info.stageIds()) {
        SparkStageInfo tasks = status.getStageInfo(stage);
        if (tasks != null && tasks.numTasks() == wave.partitions()) {
          seen = true;
          if (tasks.numActiveTasks() + tasks.numCompletedTasks() < tasks.numTasks()) {
            return false;
          }
        }
      }
    }
    return seen;
  }

  private void resize(Wave wave) {
    double seconds = Math.max(1e-3, (System.nanoTime() - lastCommit) / 1e9);
    lastCommit = System.nanoTime();
    double wanted = wave.partitions() * waveSeconds / seconds;
    int least = spark.sparkContext().defaultParallelism();
    size = (int) Math.max(least, Math.min(wanted, (double) GROWTH * wave.partitions()));
  }

  private int atWork() {
    return underWay.stream().mapToInt(Wave::partitions).sum();
  }

  private static RuntimeException failed(Wave wave, Throwable cause) {
    for (Throwable e = cause; e != null; e = e.getCause()) {
      if (e instanceof UserError error) {
        return error;
      }
    }
    Throwable root = cause;
    while (root.getCause() != null) {
      root = root.getCause();
    }
    String why = String.valueOf(root.getMessage());
    LOG.error("wave {} failed", wave.number(), cause);
    return UserError.failure(
        "wave %d failed: %s: mend that and run the same command again; what was committed is kept",
        wave.number(), why.lines().findFirst().orElse("no reason is known"));
  }

  private void stop(ExecutorService drivers) {
    for (Wave wave : underWay) {
      spark.sparkContext().cancelJobGroup(name + "-" + wave.number());
      spark.sparkContext().cancelJobGroup(name + "-" + wave.number() + "-open");
    }
    drivers.shutdownNow();
  }

  /** Partitions by their places in the order in which they are judged. */
  private Internals.Partitions between(int from, int to) {
    int all = rows.getNumPartitions();
    int shift = all - first;
    return partition -> {
      int place = (partition + shift) % all;
      return place >= from && place < to;
    };
  }
}
