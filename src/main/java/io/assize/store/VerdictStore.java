package io.assize.store;

import static org.apache.spark.sql.functions.col;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.spark.base.Paths;
import io.assize.table.TableStore;
import io.assize.verdict.VerdictKey;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * The durable verdicts of all runs, judges and protocols. Rows are only ever added, in commits: a
 * wave's verdicts are there together or not at all. Two runs may add at the same time; what both
 * judged is there twice, and {@link CurrentVerdicts} makes one of it.
 */
public abstract class VerdictStore {
  final SparkSession spark;
  final String path;

  VerdictStore(SparkSession spark, String path) {
    this.spark = spark;
    this.path = path;
  }

  /** The configured store, which may have to be {@link #prepare}d. */
  public static VerdictStore find(SparkSession spark, AssizeConfig config) {
    return find(spark, config.store().pathIn(config.output().dir()), config.store().format());
  }

  /**
   * The store in a folder, made if it is not there.
   *
   * @param format {@code delta} or {@code parquet}
   * @throws UserError where the folder cannot be written, or holds verdicts of the other format
   */
  public static VerdictStore open(SparkSession spark, String path, String format) {
    VerdictStore store = find(spark, path, format);
    store.prepare();
    return store;
  }

  private static VerdictStore find(SparkSession spark, String name, String format) {
    String path = Paths.qualified(spark, name).toString();
    boolean delta = format.equals("delta");
    try {
      FileSystem files = fileSystem(spark, path);
      if (files.exists(new Path(path))
          && files.listStatus(new Path(path)).length > 0
          && delta != TableStore.isDelta(spark, path)) {
        throw UserError.configuration(
            "the store %s is no %s table: set assize.store.format = %s or choose another"
                + " assize.store.path",
            path, delta ? "Delta" : "Parquet", delta ? "parquet" : "delta");
      }
    } catch (IOException e) {
      throw unusable(path, e);
    }
    return delta ? new DeltaVerdictStore(spark, path) : new ParquetVerdictStore(spark, path);
  }

  /** Makes the table where there is none. */
  public final void prepare() {
    try {
      create();
    } catch (IOException | FSError e) {
      throw unusable(path, e);
    }
  }

  /** An error of the disk under a local file system comes as an Error. */
  static UserError unusable(String path, Throwable e) {
    return UserError.failure("the store %s cannot be used: %s", path, e.getMessage());
  }

  /**
   * The store in a folder that has one, of whichever format. Nothing in it is changed, and nothing
   * made where there is none.
   *
   * @throws UserError where there is no store of verdicts
   */
  public static VerdictStore openThere(SparkSession spark, String name) {
    String path = Paths.qualified(spark, name).toString();
    VerdictStore store =
        TableStore.isDelta(spark, path)
            ? new DeltaVerdictStore(spark, path)
            : new ParquetVerdictStore(spark, path);
    try {
      if (!store.isThere()) {
        throw UserError.configuration(
            "there is no store of verdicts at %s: name one, as OUT/verdicts", path);
      }
    } catch (IOException e) {
      throw unusable(path, e);
    }
    return store;
  }

  /**
   * The store of plain Parquet in a folder; empty where something else is there, as a single table
   * of verdicts.
   */
  static Optional<VerdictStore> plain(SparkSession spark, String name) {
    String path = Paths.qualified(spark, name).toString();
    VerdictStore store = new ParquetVerdictStore(spark, path);
    try {
      return store.isThere() ? Optional.of(store) : Optional.empty();
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  abstract void create() throws IOException;

  /** Whether there are verdicts, without making anything. */
  abstract boolean isThere() throws IOException;

  abstract Dataset<Row> table();

  /**
   * Adds verdicts of one judge and protocol in one commit.
   *
   * @param verdicts rows of {@link VerdictTable}; computed here
   * @param commit names the commit: a run and a number
   */
  public abstract void append(Dataset<Row> verdicts, String judge, String protocol, String commit);

  /**
   * Puts many small files together; what is read stays the same.
   *
   * @return files taken away, files put in their place
   */
  public abstract Compaction compact();

  /** The judges that have verdicts here, sorted. */
  public List<String> judges() {
    return read().select("judge").distinct().orderBy("judge").collectAsList().stream()
        .map(row -> row.getString(0))
        .toList();
  }

  /** The same; none where there is no store yet. */
  public final List<String> judgesThere() {
    try {
      boolean there = fileSystem(spark, path).exists(new Path(path));
      return there && (TableStore.isDelta(spark, path) || isThere()) ? judges() : List.of();
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  /** Takes a place among the runs that judge for a judge and a protocol; closed with the run. */
  public Turn takeTurn(String judge, String protocol, String runId) {
    try {
      String what = VerdictKey.of(judge, protocol, List.of()).substring(0, 16);
      return new Turn(fileSystem(spark, path), new Path(path, "_runs"), what, runId);
    } catch (IOException | FSError e) {
      throw unusable(path, e);
    }
  }

  /** What a compaction did. */
  public record Compaction(long filesRemoved, long filesAdded) {}

  /** Every row, in {@link VerdictTable}; columns that older rows lack are null. */
  public Dataset<Row> read() {
    return VerdictTable.TABLE.select(table());
  }

  /** The rows of a judge and a protocol; no other files are read. */
  public Dataset<Row> read(String judge, String protocol) {
    return read().filter(col("judge").equalTo(judge).and(col("protocol").equalTo(protocol)));
  }

  public String path() {
    return path;
  }

  static FileSystem fileSystem(SparkSession spark, String path) throws IOException {
    return Paths.fileSystem(spark, new Path(path));
  }
}
