package io.assize.store;

import static io.assize.table.ColumnNames.VERDICT_KEY;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.assize.config.UserError;
import io.delta.tables.DeltaTable;
import io.delta.tables.DeltaTableBuilder;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.ConcurrentModificationException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Verdicts as a Delta Lake table, partitioned by judge and protocol. */
final class DeltaVerdictStore extends VerdictStore {
  /** Two runs that make the table at once conflict; the second finds it made. */
  private static final int TRIES = 12;

  private static final Logger LOG = LoggerFactory.getLogger(DeltaVerdictStore.class);

  DeltaVerdictStore(SparkSession spark, String path) {
    super(spark, path);
  }

  @Override
  void create() throws IOException {
    setDamagedCheckpointsAside();
    for (int tries = 1; !read(() -> DeltaTable.isDeltaTable(spark, path)); tries++) {
      try {
        make();
      } catch (RuntimeException e) {
        if (tries == TRIES) {
          if (!removeDeadBeginning()) {
            throw e;
          }
          tries = 0;
        }
        // The other's first commit is a moment away.
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100L * tries));
      }
    }
  }

  /**
   * Removes a log without a commit, which a run that died while it made the table has left: Delta
   * takes it for a table's. Called when whoever else makes one has had its time.
   *
   * @return whether there was one
   */
  private boolean removeDeadBeginning() throws IOException {
    FileSystem files = fileSystem(spark, path);
    Path log = new Path(path, "_delta_log");
    if (!files.exists(log)) {
      return false;
    }
    for (FileStatus file : files.listStatus(log)) {
      if (file.getPath().getName().matches("\\d+\\..*")) {
        return false;
      }
    }
    LOG.warn("{} has no commit: it was left by a run that died, and is removed", log);
    return files.delete(log, true);
  }

  /**
   * A checkpoint of the log that was cut short would make the table unreadable, though the commits
   * that it sums up are still there. It is renamed, and the log is read from an earlier one. Only
   * who writes to the store does that; who reads says it.
   */
  private void setDamagedCheckpointsAside() throws IOException {
    FileSystem files = fileSystem(spark, path);
    for (FileStatus file : damagedCheckpoints()) {
      LOG.warn("{} is damaged and is set aside; the log's commits replace it", file.getPath());
      Path log = file.getPath().getParent();
      String name = file.getPath().getName();
      files.rename(file.getPath(), new Path(log, "_damaged." + name));
      files.delete(new Path(log, "." + name + ".crc"), false);
      files.delete(new Path(log, "_last_checkpoint"), false);
    }
  }

  private List<FileStatus> damagedCheckpoints() throws IOException {
    FileSystem files = fileSystem(spark, path);
    Path log = new Path(path, "_delta_log");
    List<FileStatus> damaged = new ArrayList<>();
    if (files.exists(log)) {
      for (FileStatus file : files.listStatus(log)) {
        boolean checkpoint = file.getPath().getName().matches("\\d+\\.checkpoint\\..*parquet");
        if (checkpoint && !isWhole(files, file)) {
          damaged.add(file);
        }
      }
    }
    return damaged;
  }

  /** Whether a Parquet file ends as one does. */
  private static boolean isWhole(FileSystem files, FileStatus file) {
    byte[] end = new byte[4];
    if (file.getLen() < 12) {
      return false;
    }
    try (FSDataInputStream in = files.open(file.getPath())) {
      in.readFully(file.getLen() - end.length, end);
      return new String(end, StandardCharsets.US_ASCII).equals("PAR1");
    } catch (ChecksumException e) {
      return false;
    } catch (IOException e) {
      // Not damage, but a store that cannot be reached: said where it is read.
      return true;
    }
  }

  private void make() {
    // Named rather than located: a location is put between backticks as it is.
    DeltaTableBuilder table =
        DeltaTable.createIfNotExists(spark).tableName("delta.`" + path.replace("`", "``") + "`");
    for (StructField field : VerdictTable.SCHEMA.fields()) {
      table = table.addColumn(field);
    }
    table
        .partitionedBy("judge", "protocol")
        .property("delta.appendOnly", "true")
        // What a checkpoint that is damaged is made of again.
        .property("delta.logRetentionDuration", "interval 365 days")
        .property("delta.dataSkippingStatsColumns", "verdict_key,sample_id,judged_at,run_id")
        .execute();
  }

  @Override
  boolean isThere() throws IOException {
    for (FileStatus checkpoint : damagedCheckpoints()) {
      throw UserError.failure(
          "%s is damaged: run or compact set it aside, and the log's commits replace it",
          checkpoint.getPath());
    }
    return Arrays.asList(table().columns()).contains(VERDICT_KEY);
  }

  @Override
  Dataset<Row> table() {
    return read(() -> spark.read().format("delta").load(path));
  }

  /** Reads the log; a commit in it that is no JSON is damage, and said as such. */
  private <T> T read(Supplier<T> reading) {
    try {
      return reading.get();
    } catch (Exception e) {
      // Scala throws what Java would have declared.
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof JsonProcessingException) {
          throw UserError.failure(
              "the store %s cannot be read, since a commit in its _delta_log is damaged: restore"
                  + " it, or choose another assize.store.path",
              path);
        }
      }
      throw e;
    }
  }

  @Override
  public void append(Dataset<Row> verdicts, String judge, String protocol, String commit) {
    verdicts
        .write()
        .format("delta")
        .mode("append")
        .option("mergeSchema", "true")
        .option("userMetadata", "assize " + commit)
        .save(path);
  }

  @Override
  public Compaction compact() {
    try {
      setDamagedCheckpointsAside();
    } catch (IOException e) {
      throw unusable(path, e);
    }
    for (int tries = 1; ; tries++) {
      try {
        return optimize();
      } catch (ConcurrentModificationException e) {
        // Another compaction took the same files: what is left is seen anew.
        if (tries == TRIES) {
          throw UserError.failure(
              "another compaction of the store %s is under way: wait for its end", path);
        }
      }
    }
  }

  private Compaction optimize() {
    List<Row> metrics =
        DeltaTable.forPath(spark, path)
            .optimize()
            .executeCompaction()
            .select("metrics.numFilesRemoved", "metrics.numFilesAdded")
            .collectAsList();
    return new Compaction(metrics.get(0).getLong(0), metrics.get(0).getLong(1));
  }
}
