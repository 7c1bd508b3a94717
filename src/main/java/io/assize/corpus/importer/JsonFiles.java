package io.assize.corpus.importer;

import io.assize.config.UserError;
import io.assize.spark.base.Paths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/** Files of JSON as public data comes in: one value, an array of rows, or lines; plain or gzip. */
final class JsonFiles {
  private static final String ENDINGS = ".*\\.jsonl?(\\.gz)?";

  private JsonFiles() {}

  /**
   * Reads a file, or all of a folder.
   *
   * @param fields the columns wanted; with {@code _corrupt_record}, what is no JSON is a row, too
   * @param what names the data in errors
   * @throws UserError where there is no such file
   */
  static Dataset<Row> read(SparkSession spark, String input, StructType fields, String what) {
    return read(spark, list(spark, input, what), fields);
  }

  /** Reads files that {@link #list} found. */
  static Dataset<Row> read(SparkSession spark, List<String> files, StructType fields) {
    Dataset<Row> found = null;
    for (boolean whole : new boolean[] {true, false}) {
      String[] those = files.stream().filter(file -> whole(file) == whole).toArray(String[]::new);
      if (those.length > 0) {
        Dataset<Row> part =
            Paths.reader(spark).schema(fields).option("multiLine", whole).json(those);
        found = found == null ? part : found.union(part);
      }
    }
    return found;
  }

  /** The files, in the order of their names. */
  static List<String> list(SparkSession spark, String input, String what) {
    List<String> names = new ArrayList<>();
    try {
      Path path = Paths.qualified(spark, input);
      FileSystem files = Paths.fileSystem(spark, path);
      FileStatus[] found =
          files.getFileStatus(path).isDirectory()
              ? files.listStatus(path)
              : new FileStatus[] {files.getFileStatus(path)};
      Arrays.sort(found);
      for (FileStatus file : found) {
        if (file.getPath().getName().toLowerCase(Locale.ROOT).matches(ENDINGS)) {
          names.add(file.getPath().toString());
        }
      }
    } catch (IOException e) {
      throw UserError.configuration("input %s cannot be read: check the path", input);
    }
    if (names.isEmpty()) {
      throw UserError.configuration(
          "input %s holds no .json, .jsonl or .gz of either: name %s", input, what);
    }
    return names;
  }

  /** Columns of texts; a number or a flag in one is its text. */
  static StructType texts(String... names) {
    StructType fields = new StructType();
    for (String name : names) {
      fields = fields.add(name, DataTypes.StringType);
    }
    return fields;
  }

  /** A file's name without its folder and its endings. */
  static String name(String file) {
    return new Path(file).getName().replaceAll("(?i)\\.jsonl?(\\.gz)?$", "");
  }

  private static boolean whole(String file) {
    return file.toLowerCase(Locale.ROOT).replaceAll("\\.gz$", "").endsWith(".json");
  }
}
