package io.assize.store;

import io.assize.config.UserError;
import io.assize.spark.base.Internals;
import io.assize.spark.base.Paths;
import io.assize.table.TableStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;

/**
 * Verdicts as plain Parquet: {@code judge=J/protocol=P/commit=C}. Each commit has a folder of its
 * own, so that two that are written at once share no temporary files. A death while a commit's
 * files are being moved into its folder leaves some of them: whole verdicts, which count. {@link
 * Commits} says which folders are read.
 */
final class ParquetVerdictStore extends VerdictStore {
  private static final String JUDGE = "judge=";
  private static final String PROTOCOL = "protocol=";

  /** How long what a compaction has replaced stays for those who read it. */
  private static final Duration KEPT = Duration.ofDays(1);

  private static final long FILE_BYTES = 128L << 20;

  private final Borders borders;
  private final Duration kept;

  /** Told where a compaction stands, between two of its steps, so that tests can hold it there. */
  interface Borders {
    /** Nothing waits. */
    Borders OPEN = step -> {};

    void reached(Step step);
  }

  /** What a compaction has done. */
  enum Step {
    LISTED,
    WRITTEN,
    REPLACED
  }

  ParquetVerdictStore(SparkSession spark, String path) {
    this(spark, path, Borders.OPEN, KEPT);
  }

  ParquetVerdictStore(SparkSession spark, String path, Borders borders, Duration kept) {
    super(spark, path);
    this.borders = borders;
    this.kept = kept;
  }

  @Override
  void create() throws IOException {
    fileSystem(spark, path).mkdirs(new Path(path));
  }

  @Override
  boolean isThere() throws IOException {
    for (Path folder : TableStore.isDelta(spark, path) ? List.<Path>of() : folders()) {
      if (!children(folder, Commits.COMMIT).isEmpty()) {
        return true;
      }
    }
    return false;
  }

  @Override
  Dataset<Row> table() {
    try {
      return read(folders());
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  @Override
  public Dataset<Row> read(String judge, String protocol) {
    try {
      Path folder = folder(judge, protocol);
      boolean there = fileSystem(spark, path).exists(folder);
      return VerdictTable.TABLE.select(read(there ? List.of(folder) : List.of()));
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  @Override
  public List<String> judges() {
    try {
      return folders().stream()
          .map(folder -> folder.getParent().getName().substring(JUDGE.length()))
          .map(Internals::unescaped)
          .distinct()
          .sorted()
          .toList();
    } catch (IOException e) {
      throw unusable(path, e);
    }
  }

  private Dataset<Row> read(List<Path> folders) throws IOException {
    FileSystem files = fileSystem(spark, path);
    List<String> live = new ArrayList<>();
    for (Path folder : folders) {
      new Commits(files, folder).live().forEach(commit -> live.add(commit.toString()));
    }
    DataFrameReader reader =
        Paths.reader(spark)
            .schema(VerdictTable.SCHEMA.add("commit", DataTypes.StringType))
            .option("basePath", path);
    return live.isEmpty()
        ? spark.createDataFrame(List.of(), VerdictTable.SCHEMA)
        : reader.parquet(live.toArray(new String[0]));
  }

  @Override
  public void append(Dataset<Row> verdicts, String judge, String protocol, String commit) {
    verdicts
        .drop("judge", "protocol")
        .write()
        .mode("overwrite")
        .parquet(new Path(folder(judge, protocol), Commits.COMMIT + commit).toString());
  }

  @Override
  public Compaction compact() {
    long removed = 0;
    long added = 0;
    try {
      FileSystem files = fileSystem(spark, path);
      for (Path folder : folders()) {
        Compaction one = compact(files, folder);
        removed += one.filesRemoved();
        added += one.filesAdded();
      }
    } catch (IOException e) {
      throw UserError.failure("the store %s cannot be compacted: %s", path, e.getMessage());
    }
    return new Compaction(removed, added);
  }

  /** The whole commits of one judge and protocol become one, if that makes fewer files. */
  private Compaction compact(FileSystem files, Path folder) throws IOException {
    List<Path> inputs = new ArrayList<>();
    long count = 0;
    long bytes = 0;
    for (Path commit : new Commits(files, folder).whole()) {
      long before = count;
      for (FileStatus file : files.listStatus(commit)) {
        boolean data = file.getPath().getName().endsWith(".parquet");
        count += data ? 1 : 0;
        bytes += data ? file.getLen() : 0;
      }
      if (count > before) {
        inputs.add(commit);
      }
    }
    borders.reached(Step.LISTED);
    int wanted = (int) (1 + bytes / FILE_BYTES);
    Compaction done = new Compaction(0, 0);
    if (count > wanted) {
      merge(files, folder, inputs, wanted);
      done = new Compaction(count, wanted);
    }
    long since = System.currentTimeMillis() - kept.toMillis();
    for (Path unread : new Commits(files, folder).unread(since)) {
      files.delete(unread, true);
    }
    return done;
  }

  private void merge(FileSystem files, Path folder, List<Path> inputs, int wanted)
      throws IOException {
    Path merged = new Path(folder, Commits.newName(UUID.randomUUID().toString()));
    Paths.reader(spark)
        .option("mergeSchema", true)
        .parquet(inputs.stream().map(Path::toString).toArray(String[]::new))
        .coalesce(wanted)
        .write()
        .parquet(merged.toString());
    borders.reached(Step.WRITTEN);
    Commits.replace(files, merged, inputs);
    borders.reached(Step.REPLACED);
  }

  /** The folders of each judge and protocol. */
  private List<Path> folders() throws IOException {
    List<Path> folders = new ArrayList<>();
    for (Path judge : children(new Path(path), JUDGE)) {
      folders.addAll(children(judge, PROTOCOL));
    }
    return folders;
  }

  private List<Path> children(Path parent, String prefix) throws IOException {
    List<Path> children = new ArrayList<>();
    try {
      for (FileStatus child : fileSystem(spark, path).listStatus(parent)) {
        if (child.isDirectory() && child.getPath().getName().startsWith(prefix)) {
          children.add(child.getPath());
        }
      }
    } catch (FileNotFoundException e) {
      return List.of();
    }
    return children;
  }

  private Path folder(String judge, String protocol) {
    return new Path(
        new Path(path, JUDGE + Internals.escaped(judge)), PROTOCOL + Internals.escaped(protocol));
  }
}
