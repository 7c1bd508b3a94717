package io.assize.spark.base;

import java.util.Map;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;
import scala.collection.Iterator;

/**
 * A session beside the given one, in which strangers' files are read: columns' names differ where
 * their case does, and dates may be of any age. The given session's settings are left alone.
 */
public final class ReadingSession {
  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.sql.caseSensitive", "true",
          "spark.sql.parquet.datetimeRebaseModeInRead", "CORRECTED",
          "spark.sql.parquet.int96RebaseModeInRead", "CORRECTED",
          "spark.sql.parquet.datetimeRebaseModeInWrite", "CORRECTED",
          "spark.sql.parquet.int96RebaseModeInWrite", "CORRECTED",
          // Ten thousand files are listed by so many tasks, not by ten thousand.
          "spark.sql.sources.parallelPartitionDiscovery.parallelism", "64",
          // Else a row with too many cells is not seen to be one.
          "spark.sql.csv.parser.columnPruning.enabled", "false");

  private ReadingSession() {}

  /** A new one. */
  public static SparkSession of(SparkSession spark) {
    SparkSession reading = spark.newSession();
    Iterator<Tuple2<String, String>> settings = spark.conf().getAll().iterator();
    while (settings.hasNext()) {
      Tuple2<String, String> setting = settings.next();
      if (reading.conf().isModifiable(setting._1())) {
        reading.conf().set(setting._1(), setting._2());
      }
    }
    SETTINGS.forEach((key, value) -> reading.conf().set(key, value));
    return reading;
  }
}
