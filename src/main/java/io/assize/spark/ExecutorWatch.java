package io.assize.spark;

import static java.util.stream.Collectors.joining;

import io.assize.config.Secrets;
import java.util.Arrays;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells a person that a cluster gives no executor: while a job waits and there is none, a line
 * every 30 seconds (twice {@code spark.starvation.timeout}) says what was asked for and what the
 * cluster has. It says so, too, while Spark itself does not start, as on a YARN queue that is full.
 */
final class ExecutorWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorWatch.class);
  private static final Pattern RESOURCE =
      Pattern.compile("spark\\.executor\\.resource\\.(.+)\\.amount");

  private final SparkConf conf;
  private final Consumer<String> out;
  private final long tickMillis;
  private final ScheduledExecutorService clock =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "assize-executors");
            thread.setDaemon(true);
            return thread;
          });

  private volatile SparkContext context;
  private int waited;

  private ExecutorWatch(SparkConf conf, Consumer<String> out) {
    this.conf = conf;
    this.out = new Told(out);
    this.tickMillis = Math.max(1, conf.getTimeAsMs("spark.starvation.timeout", "15s"));
  }

  /** Watches a session that is about to start, until it ends. */
  static ExecutorWatch start(SparkConf conf, Consumer<String> out) {
    ExecutorWatch watch = new ExecutorWatch(conf, out);
    watch.clock.scheduleAtFixedRate(
        watch::look, watch.tickMillis, watch.tickMillis, TimeUnit.MILLISECONDS);
    return watch;
  }

  /** The session has started. */
  void started(SparkContext started) {
    context = started;
  }

  @Override
  public void close() {
    clock.shutdownNow();
  }

  /** Two looks in a row that find none make a line: one may fall into the moment before. */
  private void look() {
    try {
      SparkContext now = context;
      if (now != null && now.isStopped()) {
        close();
        return;
      }
      waited = now == null || waits(now) ? waited + 1 : 0;
      if (waited > 0 && waited % 2 == 0) {
        out.accept(Secrets.hide(now == null ? notStarted() : noExecutor(now)));
      }
    } catch (RuntimeException | LinkageError e) {
      LOG.warn("the executors cannot be counted", e);
    }
  }

  /** Whether a job is under way and there is no executor. */
  private static boolean waits(SparkContext context) {
    return context.statusTracker().getActiveJobIds().length > 0
        && context.getExecutorMemoryStatus().size() <= 1;
  }

  private String notStarted() {
    return String.format(
        Locale.ROOT,
        "Spark has not started after %d s: still waiting for %s to take the application",
        seconds(),
        conf.get("spark.master"));
  }

  private String noExecutor(SparkContext context) {
    String master = context.master();
    return String.format(
        Locale.ROOT,
        "no executor after %d s: asked %s for %s; %s",
        seconds(),
        master,
        asked(context),
        StandaloneMaster.offer(context)
            .orElse("what it has free, its own pages tell; a job waits until one comes"));
  }

  private long seconds() {
    return waited * tickMillis / 1000;
  }

  /** Executors of which size, and how many. */
  private static String asked(SparkContext context) {
    SparkConf conf = context.conf();
    boolean standalone = context.master().startsWith("spark://");
    String cores =
        conf.get("spark.executor.cores", standalone ? "all of a worker's" : "1") + " cores";
    String size =
        Stream.concat(
                Stream.of(cores, context.executorMemory() + " MB"),
                Arrays.stream(conf.getAll())
                    .map(setting -> RESOURCE.matcher(setting._1()))
                    .filter(Matcher::matches)
                    .map(found -> conf.get(found.group()) + " " + found.group(1)))
            .collect(joining(", "));
    String number =
        conf.getBoolean("spark.dynamicAllocation.enabled", false)
            ? "as many as its tasks need"
            : standalone
                ? conf.contains("spark.cores.max")
                    ? conf.get("spark.cores.max") + " cores in all"
                    : "all that there are"
                : conf.get("spark.executor.instances", "2") + " of them";
    return String.format(Locale.ROOT, "executors of %s each, %s", size, number);
  }
}
