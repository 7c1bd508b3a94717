package io.assize.job;

import java.util.Locale;
import java.util.function.Supplier;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The steps of a job: each names the Spark jobs that it starts, and its time is in the log. */
final class Steps {
  private static final Logger LOG = LoggerFactory.getLogger(Steps.class);

  private final SparkSession spark;

  Steps(SparkSession spark) {
    this.spark = spark;
  }

  /** Does a step that has a result. */
  <T> T named(String step, Supplier<T> work) {
    spark.sparkContext().setJobGroup("assize", "assize: " + step, true);
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      spark.sparkContext().clearJobGroup();
      LOG.debug("{}: {} s", step, String.format(Locale.ROOT, "%.2f", secondsSince(start)));
    }
  }

  /** Does a step. */
  void named(String step, Runnable work) {
    named(
        step,
        () -> {
          work.run();
          return null;
        });
  }

  static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }
}
