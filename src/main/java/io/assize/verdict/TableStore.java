package io.assize.verdict;

import io.assize.config.UserError;
import io.assize.storage.Paths;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * The folder of the tables: each as Parquet in {@code DIR/NAME}, with {@code DIR/NAME.csv} beside
 * it (RFC 4180 with a header; null is an empty field, arrays are JSON).
 */
public final class TableStore {
  private final SparkSession spark;
  private final Path dir;

  public TableStore(SparkSession spark, String dir) {
    this.spark = spark;
    this.dir = Paths.qualified(spark, dir);
  }

  /** Whether the table is there. */
  public boolean has(String name) {
    try {
      return fileSystem().exists(new Path(dir, name));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Whether a path is one of this run's tables: {@code DIR/corpus}, say, or a file in it. */
  public boolean holds(String path) {
    try {
      Path whole = Paths.qualified(spark, path);
      Path mine = fileSystem().makeQualified(dir);
      for (String name : List.of("corpus", "quarantine", "verdicts")) {
        String table = new Path(mine, name).toString();
        if (whole.toString().equals(table) || whole.toString().startsWith(table + "/")) {
          return true;
        }
      }
      return false;
    } catch (IOException e) {
      throw unusable(e);
    } catch (IllegalArgumentException e) {
      // A path of another file system, or a glob that is no path.
      return false;
    }
  }

  /** Writes a table, in place of one that is there. */
  public void write(Dataset<Row> table, String name) {
    table.write().mode(SaveMode.Overwrite).parquet(new Path(dir, name).toString());
  }

  /**
   * Makes the folder, and a file in it for a moment: an output that cannot be written is found
   * before any work.
   */
  public void prepare() {
    Path probe = new Path(dir, ".assize-" + UUID.randomUUID());
    try {
      fileSystem().create(probe).close();
      fileSystem().delete(probe, false);
      fileSystem().delete(new Path(dir, "." + probe.getName() + ".crc"), false);
    } catch (IOException e) {
      throw UserError.configuration(
          "output folder %s cannot be written: choose another, or mend its rights (%s)",
          dir, e.getMessage());
    }
  }

  /** Writes a table in folders by a column's value, in place of one that is there. */
  public void writePartitioned(Dataset<Row> table, String name, String column) {
    String path = new Path(dir, name).toString();
    table.write().mode(SaveMode.Overwrite).partitionBy(column).parquet(path);
  }

  /** Writes the CSV beside a table that was written. */
  public void writeCsv(String name) {
    writeCsv(read(name), name);
  }

  /** Writes a CSV only. */
  public void writeCsv(Dataset<Row> table, String name) {
    Path folder = new Path(dir, "." + name + ".csv.part");
    table
        .select(Arrays.stream(table.schema().fields()).map(TableStore::flat).toArray(Column[]::new))
        .coalesce(1)
        .write()
        .mode(SaveMode.Overwrite)
        .option("header", true)
        .option("escape", "\"")
        .option("emptyValue", "\"\"")
        .csv(folder.toString());
    try {
      moveOnlyFile(folder, new Path(dir, name + ".csv"));
    } catch (IOException e) {
      throw unusable(e);
    }
  }

  /** Writes a small table in the order given, as Parquet and as CSV. */
  public void writeWithCsv(Dataset<Row> table, String name) {
    write(table, name);
    writeCsv(
        Paths.reader(spark).schema(table.schema()).parquet(new Path(dir, name).toString()), name);
  }

  /** Reads a table; one that is not there is the user's mistake. */
  public Dataset<Row> read(String name) {
    return read(spark, new Path(dir, name).toString(), name);
  }

  /** Reads the verdicts of a folder, checked for their columns. */
  public static Dataset<Row> readVerdicts(SparkSession spark, String path) {
    Dataset<Row> verdicts =
        VerdictStore.plain(spark, path)
            .map(VerdictStore::table)
            .orElseGet(() -> read(spark, path, "verdicts"));
    for (StructField field : Arrays.copyOf(Verdict.SCHEMA.fields(), Verdict.LEAST_COLUMNS)) {
      if (Arrays.stream(verdicts.columns()).noneMatch(field.name()::equals)) {
        throw UserError.configuration(
            "%s lacks the column %s: name a folder of verdicts", path, field.name());
      }
    }
    return VerdictStore.inSchema(verdicts);
  }

  /** Reads recorded outputs: sample_id, order, and output, decision, probability_a or rating. */
  public static Dataset<Row> readRecordings(SparkSession spark, String path) {
    Dataset<Row> found = read(spark, path, "recordings");
    for (StructField field : RECORDINGS.fields()) {
      boolean there = Arrays.asList(found.columns()).contains(field.name());
      if (!there && !field.nullable()) {
        throw UserError.configuration("recordings %s lack the column %s", path, field.name());
      }
      found =
          found.withColumn(
              field.name(),
              there
                  ? functions.col(field.name()).cast(field.dataType())
                  : functions.lit(null).cast(field.dataType()));
    }
    return found.select(
        Arrays.stream(RECORDINGS.fieldNames()).map(functions::col).toArray(Column[]::new));
  }

  /**
   * The table of recorded outputs; decisions and probabilities in terms of the corpus's a and b.
   */
  public static final StructType RECORDINGS =
      StructType.fromDDL(
          "sample_id STRING NOT NULL, `order` STRING NOT NULL, output STRING, decision STRING,"
              + " probability_a DOUBLE, rating DOUBLE");

  private static Dataset<Row> read(SparkSession spark, String path, String what) {
    String place = Paths.qualified(spark, path).toString();
    try {
      return VerdictStore.isDelta(spark, place)
          ? spark.read().format("delta").load(place)
          : Paths.reader(spark).parquet(place);
    } catch (Exception e) {
      if (e instanceof AnalysisException || e.getCause() instanceof IOException) {
        throw UserError.configuration(
            "%s at %s cannot be read as Parquet or Delta: check the path", what, path);
      }
      throw e;
    }
  }

  private static Column flat(StructField field) {
    Column column = functions.col(field.name());
    return field.dataType() instanceof ArrayType
        ? functions.to_json(column).as(field.name())
        : column;
  }

  private void moveOnlyFile(Path folder, Path target) throws IOException {
    FileSystem files = fileSystem();
    for (FileStatus file : files.listStatus(folder)) {
      if (file.getPath().getName().startsWith("part-")) {
        files.delete(target, false);
        if (!files.rename(file.getPath(), target)) {
          throw new FileNotFoundException("cannot move " + file.getPath() + " to " + target);
        }
      }
    }
    files.delete(folder, true);
    // The local file system's checksum of the name before.
    files.delete(new Path(folder.getParent(), "." + target.getName() + ".crc"), false);
  }

  private FileSystem fileSystem() throws IOException {
    Configuration configuration = spark.sessionState().newHadoopConf();
    return dir.getFileSystem(configuration);
  }

  private UserError unusable(IOException e) {
    return UserError.failure("output folder %s cannot be used: %s", dir, e.getMessage());
  }
}
