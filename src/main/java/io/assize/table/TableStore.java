package io.assize.table;

import io.assize.config.UserError;
import io.assize.spark.base.Paths;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSError;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.AnalysisException;
import org.apache.spark.sql.DataFrameWriter;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SaveMode;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/**
 * The folder of the tables: each as Parquet in {@code DIR/NAME}, with {@code DIR/NAME.csv} beside
 * it ({@link CsvCells}). A table is replaced whole: what a run writes is hidden until {@link
 * #publish}, and what is written without {@link #begin} is published at once.
 */
public final class TableStore implements AutoCloseable {
  private static final String PLACE = "assize place";

  /** A folder of whatever tables. */
  private static final Layout ANY = new Layout(List.of(), List.of(), "");

  private final SparkSession spark;
  private final Path dir;
  private final Layout layout;
  private OutputLock lock;
  private Staging run;

  /**
   * The tables that a folder is for.
   *
   * @param replaced whole by each run
   * @param grown by each run
   * @param last written after the others: who finds a run's finds its tables
   */
  public record Layout(List<String> replaced, List<String> grown, String last) {
    private List<String> all() {
      return Stream.concat(replaced.stream(), grown.stream()).toList();
    }
  }

  /** A folder to read tables of, or to write some of any name. */
  public TableStore(SparkSession spark, String dir) {
    this(spark, dir, ANY);
  }

  /** A folder of certain tables, which are no input of those who write them. */
  public TableStore(SparkSession spark, String dir, Layout layout) {
    this.spark = spark;
    this.dir = Paths.qualified(spark, dir);
    this.layout = layout;
  }

  /** Work on files. */
  private interface Work<T> {
    T with(FileSystem files) throws IOException;
  }

  /** Whether the table is there. */
  public boolean has(String name) {
    return does(files -> files.exists(new Path(dir, name)));
  }

  /**
   * Refuses an input that is, holds or lies in a table of this folder or the store, by their real
   * paths: the run would write over it.
   *
   * @param key what names it
   * @param store the store of verdicts; null: none is written
   */
  public void refuseOver(String key, String nameOrPattern, String store) {
    List<Path> found = Paths.findAny(spark, key, nameOrPattern);
    // What is not there is said where it is read; as a name it may still be a table's.
    for (Path input : found.isEmpty() ? List.of(Paths.qualified(spark, nameOrPattern)) : found) {
      refuseTables(key, nameOrPattern, input);
      if (store != null && Paths.overlap(input, Paths.qualified(spark, store))) {
        throw UserError.configuration(
            "%s %s is, holds or lies in the store of verdicts %s: choose another"
                + " assize.store.path or output folder",
            key, nameOrPattern, store);
      }
    }
  }

  /** The same for a store of verdicts, which may not be there yet. */
  public void refuseStore(String store) {
    refuseTables("assize.store.path", store, Paths.qualified(spark, store));
  }

  /** The same for verdicts of which tables are made: the tables lie beside them, or elsewhere. */
  public void refuseVerdicts(String verdicts) {
    for (Path found : Paths.findAny(spark, "--verdicts", verdicts)) {
      refuseTables("--verdicts", verdicts, found);
    }
  }

  private void refuseTables(String key, String name, Path place) {
    for (String table : layout.all()) {
      for (String suffix : List.of("", ".csv")) {
        Path own = new Path(dir, table + suffix);
        if (Paths.overlap(place, own)) {
          throw UserError.configuration(
              "%s %s is, holds or lies in %s, which would be overwritten: choose another output"
                  + " folder",
              key, name, own);
        }
      }
    }
  }

  /**
   * Makes the folder, and a file in it for a moment: an output that cannot be written is found
   * before any work; so are files of the user's where tables would be.
   */
  public void prepare() {
    Path probe = new Path(dir, ".assize-" + UUID.randomUUID());
    try {
      FileSystem files = fileSystem();
      try {
        files.create(probe).close();
      } finally {
        // On a full disk the file is made, and what it should hold is not written.
        files.delete(probe, false);
        files.delete(new Path(dir, "." + probe.getName() + ".crc"), false);
      }
    } catch (IOException | FSError e) {
      throw UserError.configuration(
          "output folder %s cannot be written: choose another, or mend its rights (%s)",
          dir, e.getMessage());
    }
    layout.replaced().forEach(this::refuseForeign);
  }

  private void refuseForeign(String name) {
    Path foreign = does(files -> Staging.foreign(files, new Path(dir, name)));
    if (foreign != null) {
      throw UserError.configuration(
          "%s is no file of a table that Assize wrote, and the table %s would replace it: choose"
              + " another output folder",
          foreign, new Path(dir, name));
    }
  }

  /**
   * Begins a run, the only one that writes here until {@link #close}. Tables that a dead run had
   * begun to publish are published first.
   *
   * @param say takes lines about dead runs
   * @throws UserError where another run is writing here
   */
  public void begin(String runId, Consumer<String> say) {
    does(
        files -> {
          lock = OutputLock.take(files, dir, runId, say);
          if (Staging.recover(files, dir)) {
            say.accept("the tables that the dead run had finished are in their places");
          }
          run = Staging.in(files, dir, runId);
          return null;
        });
  }

  /** Puts the tables of this run in the places of those before. */
  public void publish() {
    does(
        files -> {
          run.publish(layout.last());
          return null;
        });
  }

  /** Ends the run: what is not published is thrown away. Without a run it does nothing. */
  @Override
  public void close() {
    does(
        files -> {
          if (run != null) {
            run.close();
            run = null;
          }
          if (lock != null) {
            lock.close();
            lock = null;
          }
          return null;
        });
  }

  /** Writes a table. */
  public void write(Dataset<Row> table, String name) {
    staged(to -> stage(table.write(), name, to));
  }

  /** Writes a table in folders by a column's value. */
  public void writePartitioned(Dataset<Row> table, String name, String column) {
    staged(to -> stage(table.write().partitionBy(column), name, to));
  }

  /** Writes a CSV only. */
  public void writeCsv(Dataset<Row> table, String name) {
    staged(to -> stageCsv(table, name, to));
  }

  /** Writes a table in the order given as one file of Parquet, and as CSV. */
  public void writeWithCsv(Dataset<Row> table, String name) {
    staged(
        to -> {
          stageOneFile(table, name, to);
          stageCsv(staged(to, name, table.schema()), name, to);
        });
  }

  /** Writes into a staging. */
  private interface Writes {
    void into(Staging staging) throws IOException;
  }

  private void staged(Writes writes) {
    does(
        files -> {
          if (run != null) {
            writes.into(run);
          } else {
            try (Staging alone = Staging.in(files, dir, UUID.randomUUID().toString())) {
              writes.into(alone);
              alone.publish(layout.last());
            }
          }
          return null;
        });
  }

  private void stage(DataFrameWriter<Row> writer, String name, Staging to) throws IOException {
    if (name.indexOf('/') < 0) {
      refuseForeign(name);
    }
    writer.mode(SaveMode.Overwrite).parquet(to.at(name).toString());
    to.add(name);
  }

  /** Computed in parallel, then put into one file: such a file is replaced in one step. */
  private void stageOneFile(Dataset<Row> table, String name, Staging to) throws IOException {
    stage(table.write(), name, to);
    if (to.parts(name) > 1) {
      Dataset<Row> parts = staged(to, name, table.schema());
      Dataset<Row> ordered =
          parts
              .withColumn(PLACE, parts.metadataColumn("_metadata"))
              .repartition(1)
              .sortWithinPartitions("`" + PLACE + "`.file_name", "`" + PLACE + "`.row_index")
              .drop(PLACE);
      String merged = "merged." + name;
      ordered.write().mode(SaveMode.Overwrite).parquet(to.at(merged).toString());
      to.rename(merged, name);
    }
  }

  private Dataset<Row> staged(Staging to, String name, StructType schema) {
    return Paths.reader(spark).schema(schema).parquet(to.at(name).toString());
  }

  private void stageCsv(Dataset<Row> table, String name, Staging to) throws IOException {
    String part = name + ".csv.part";
    CsvCells.of(table)
        .coalesce(1)
        .write()
        .mode(SaveMode.Overwrite)
        .option("header", true)
        .option("escape", "\"")
        .option("emptyValue", "\"\"")
        .option("ignoreLeadingWhiteSpace", false)
        .option("ignoreTrailingWhiteSpace", false)
        .csv(to.at(part).toString());
    to.addOnlyFile(part, name + ".csv");
  }

  /**
   * Reads a table, this run's own before it is published; one that is not there is the user's
   * mistake.
   */
  public Dataset<Row> read(String name) {
    boolean staged = run != null && run.has(name);
    return read(spark, (staged ? run.at(name) : new Path(dir, name)).toString(), name);
  }

  /**
   * Reads a table of Parquet or Delta.
   *
   * @param what it is, for the message
   * @throws UserError where it cannot be read
   */
  public static Dataset<Row> read(SparkSession spark, String path, String what) {
    String place = Paths.qualified(spark, path).toString();
    try {
      return isDelta(spark, place)
          ? spark.read().format("delta").load(place)
          : Paths.reader(spark).parquet(place);
    } catch (Exception e) {
      boolean unread = String.valueOf(e.getMessage()).contains("is not a Parquet file");
      if (unread || e instanceof AnalysisException || e.getCause() instanceof IOException) {
        throw UserError.configuration(
            "%s at %s cannot be read as Parquet or Delta: check the path", what, path);
      }
      throw e;
    }
  }

  /** Whether a folder is a Delta table. */
  public static boolean isDelta(SparkSession spark, String name) {
    Path path = Paths.qualified(spark, name);
    try {
      return Paths.fileSystem(spark, path).exists(new Path(path, "_delta_log"));
    } catch (IOException e) {
      throw UserError.failure("%s cannot be read: %s", path, e.getMessage());
    }
  }

  private <T> T does(Work<T> work) {
    try {
      return work.with(fileSystem());
    } catch (IOException | FSError e) {
      throw UserError.failure("output folder %s cannot be used: %s", dir, e.getMessage());
    }
  }

  private FileSystem fileSystem() throws IOException {
    return Paths.fileSystem(spark, dir);
  }
}
