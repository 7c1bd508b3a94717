package io.assize.verdict;

import io.assize.config.UserError;
import io.assize.storage.Paths;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import org.apache.spark.sql.types.DataTypes;

/**
 * Verdicts as plain Parquet: {@code judge=J/protocol=P/commit=C}. Each commit has a folder of its
 * own, so that two that are written at once share no temporary files. A death while a commit's
 * files are being moved into its folder leaves some of them: whole verdicts, which count.
 */
final class ParquetVerdictStore extends VerdictStore {
  ParquetVerdictStore(SparkSession spark, String path) {
    super(spark, path);
  }

  @Override
  void create() throws IOException {
    fileSystem(spark, path).mkdirs(new Path(path));
  }

  @Override
  Dataset<Row> table() {
    return Paths.reader(spark)
        .schema(Verdict.SCHEMA.add("commit", DataTypes.StringType))
        .parquet(path);
  }

  @Override
  public void append(Dataset<Row> verdicts, String judge, String protocol, String commit) {
    verdicts
        .drop("judge", "protocol")
        .write()
        .mode("overwrite")
        .parquet(new Path(folder(judge, protocol), "commit=" + commit).toString());
  }

  /**
   * Writes the new files, then deletes the old ones: a death between leaves rows twice, not none.
   */
  @Override
  public Compaction compact() {
    long removed = 0;
    long added = 0;
    try {
      FileSystem files = fileSystem(spark, path);
      for (FileStatus judge : files.listStatus(new Path(path))) {
        for (FileStatus protocol : files.listStatus(judge.getPath())) {
          Compaction one = compact(files, protocol.getPath());
          removed += one.filesRemoved();
          added += one.filesAdded();
        }
      }
    } catch (IOException e) {
      throw UserError.failure("the store %s cannot be compacted: %s", path, e.getMessage());
    }
    return new Compaction(removed, added);
  }

  /** The commits of one judge and protocol become one, if that makes fewer files. */
  private Compaction compact(FileSystem files, Path protocol) throws IOException {
    List<Path> old = new ArrayList<>();
    long count = 0;
    long bytes = 0;
    for (FileStatus commit : files.listStatus(protocol)) {
      old.add(commit.getPath());
      for (FileStatus file : files.listStatus(commit.getPath())) {
        count += file.getPath().getName().endsWith(".parquet") ? 1 : 0;
        bytes += file.getLen();
      }
    }
    int wanted = (int) (1 + bytes / (128L << 20));
    if (count <= wanted) {
      return new Compaction(0, 0);
    }
    Paths.reader(spark)
        .parquet(old.stream().map(Path::toString).toArray(String[]::new))
        .coalesce(wanted)
        .write()
        .parquet(new Path(protocol, "commit=compact-" + UUID.randomUUID()).toString());
    for (Path folder : old) {
      files.delete(folder, true);
    }
    return new Compaction(count, wanted);
  }

  private Path folder(String judge, String protocol) {
    return new Path(
        new Path(path, "judge=" + ExternalCatalogUtils.escapePathName(judge)),
        "protocol=" + ExternalCatalogUtils.escapePathName(protocol));
  }
}
