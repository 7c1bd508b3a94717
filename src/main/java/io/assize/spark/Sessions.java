package io.assize.spark;

import io.assize.config.Secrets;
import io.assize.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkConf;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/** Spark sessions: the cluster's under spark-submit, else a local one over all cores. */
public final class Sessions {
  private Sessions() {}

  /**
   * Opens a session; settings of spark-submit go before the given ones.
   *
   * @param out is told when a cluster gives no executor
   */
  public static SparkSession open(String name, Map<String, String> settings, Consumer<String> out) {
    SparkConf conf = new SparkConf();
    settings.forEach(conf::setIfMissing);
    conf.setIfMissing("spark.master", "local[*]");
    conf.setIfMissing("spark.app.name", "assize " + name);
    if (conf.get("spark.master").startsWith("local")) {
      conf.setIfMissing("spark.ui.enabled", "false");
      conf.setIfMissing("spark.executor.heartbeatInterval", "2s");
      conf.setIfMissing("spark.sql.shuffle.partitions", "8");
      conf.setIfMissing("spark.driver.host", "localhost");
      conf.setIfMissing("spark.driver.bindAddress", "127.0.0.1");
      // Tasks run in this JVM: an error of one, as of memory, must not end the process unexplained.
      conf.setIfMissing("spark.executor.killOnFatalError.depth", "0");
    } else {
      Locales.settle(conf);
    }
    if (SparkSession.getDefaultSession().isDefined()) {
      Locales.warn();
    } else {
      Locales.settleDigits();
      if (System.getenv("DATABRICKS_RUNTIME_VERSION") == null) {
        storage(conf);
      }
      if (!conf.get("spark.sql.catalogImplementation", "").equals("hive")) {
        conf.setIfMissing("spark.sql.warehouse.dir", Warehouse.DIR.toUri().toString());
      }
    }
    conf.setIfMissing("spark.sql.session.timeZone", "UTC");
    conf.setIfMissing("spark.sql.parquet.outputTimestampType", "TIMESTAMP_MICROS");
    // What is cached, as plans are, has as many partitions as its size wants.
    conf.setIfMissing("spark.sql.optimizer.canChangeCachedPlanOutputPartitioning", "true");
    // A wave's commit must not wait behind all tasks of the next wave.
    conf.setIfMissing("spark.scheduler.mode", "FAIR");
    secrets(conf);
    if (conf.get("spark.master").startsWith("local")) {
      LocalDirs.check(conf, System.getenv("SPARK_LOCAL_DIRS"));
      return start(conf);
    }
    ExecutorWatch watch = ExecutorWatch.start(conf, out);
    try {
      SparkSession session = start(conf);
      watch.started(session.sparkContext());
      return session;
    } catch (UserError e) {
      watch.close();
      throw e;
    }
  }

  private static SparkSession start(SparkConf conf) {
    try {
      return SparkSession.builder().config(conf).getOrCreate();
    } catch (RuntimeException e) {
      throw UserError.failure("Spark cannot start: %s", e.getMessage());
    }
  }

  /** What Spark's pages, logs and plans are not to show, and our own messages neither. */
  private static void secrets(SparkConf conf) {
    conf.setIfMissing("spark.redaction.regex", Secrets.settings());
    conf.setIfMissing("spark.sql.redaction.string.regex", Secrets.CREDENTIALS);
    keepSecrets(conf);
  }

  /** Has the secrets among Spark's settings hidden in what this process says. */
  static void keepSecrets(SparkConf conf) {
    Secrets.keepSettings(
        Arrays.stream(conf.getAll())
            .collect(Collectors.toMap(Tuple2::_1, Tuple2::_2, (one, other) -> one)));
  }

  /** Delta tables, and for Parquet on s3a:// a committer that needs no renames, which S3 lacks. */
  private static void storage(SparkConf conf) {
    String extensions = conf.get("spark.sql.extensions", "");
    String delta = "io.delta.sql.DeltaSparkSessionExtension";
    if (!extensions.contains(delta)) {
      conf.set("spark.sql.extensions", extensions.isEmpty() ? delta : extensions + "," + delta);
    }
    conf.setIfMissing(
        "spark.sql.catalog.spark_catalog", "org.apache.spark.sql.delta.catalog.DeltaCatalog");
    // A table's log is small: 50 tasks to read it, Delta's default, are for larger ones.
    conf.setIfMissing("spark.databricks.delta.snapshotPartitions", "2");
    if (!ownCommitter()) {
      committer(conf);
    }
  }

  /** Whether the distribution brings a committer of its own, as EMR does. */
  private static boolean ownCommitter() {
    try {
      Class.forName(
          "org.apache.spark.sql.execution.datasources.SQLEmrOptimizedCommitProtocol",
          false,
          Sessions.class.getClassLoader());
      return true;
    } catch (ClassNotFoundException e) {
      return false;
    }
  }

  private static void committer(SparkConf conf) {
    conf.setIfMissing(
        "spark.hadoop.mapreduce.outputcommitter.factory.scheme.s3a",
        "org.apache.hadoop.fs.s3a.commit.S3ACommitterFactory");
    conf.setIfMissing("spark.hadoop.fs.s3a.committer.name", "magic");
    conf.setIfMissing(
        "spark.sql.sources.commitProtocolClass",
        "org.apache.spark.internal.io.cloud.PathOutputCommitProtocol");
    conf.setIfMissing(
        "spark.sql.parquet.output.committer.class",
        "org.apache.spark.internal.io.cloud.BindingParquetOutputCommitter");
  }

  /**
   * Spark makes a folder for tables without a path, in the working directory unless told otherwise.
   * We make no such table: the folder lies among the temporary files and goes with the process.
   */
  private static final class Warehouse {
    static final Path DIR = make();

    private static Path make() {
      try {
        Path dir = Files.createTempDirectory("assize-warehouse-");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(dir), "assize-warehouse"));
        return dir;
      } catch (IOException e) {
        throw UserError.failure(
            "no temporary folder can be made in %s: make room, or set -Djava.io.tmpdir (%s)",
            System.getProperty("java.io.tmpdir"), e.getMessage());
      }
    }

    private static void delete(Path dir) {
      try (Stream<Path> within = Files.walk(dir)) {
        within.sorted(Comparator.reverseOrder()).map(Path::toFile).forEach(java.io.File::delete);
      } catch (IOException e) {
        // It is empty or nearly so, and lies among temporary files.
      }
    }
  }
}
