package io.assize.spark;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.apache.spark.SparkConf;

/** The folders of Spark's own temporary files in this process. */
final class LocalDirs {
  private LocalDirs() {}

  /**
   * Refuses folders of which none can be written: Spark would end the process where it stands.
   *
   * @param environment of Spark, which goes before its settings; null: not set
   */
  static void check(SparkConf conf, String environment) {
    String dirs =
        environment != null
            ? environment
            : conf.get("spark.local.dir", System.getProperty("java.io.tmpdir"));
    List<String> reasons =
        Arrays.stream(dirs.split(",")).map(dir -> unwritable(dir.strip())).toList();
    if (reasons.stream().noneMatch(String::isEmpty)) {
      throw UserError.configuration(
          "spark.local.dir, for Spark's own temporary files, is %s, which cannot be written (%s):"
              + " name another folder",
          dirs, reasons.get(0));
    }
  }

  /** Why a folder cannot be written; empty where it can. */
  private static String unwritable(String dir) {
    try {
      Path folder = Files.createDirectories(Path.of(dir));
      Files.delete(Files.createTempFile(folder, "assize", null));
      return "";
    } catch (IOException | RuntimeException e) {
      return e.toString();
    }
  }
}
