package io.assize.spark.base;

import java.util.ArrayDeque;
import java.util.Deque;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.storage.StorageLevel;

/** What is held in memory and on the executors' disks until this is closed, however it ends. */
public final class Kept implements AutoCloseable {
  private final Deque<Runnable> releases = new ArrayDeque<>();

  /** Holds a table. */
  public Dataset<Row> keep(Dataset<Row> rows) {
    Dataset<Row> kept = rows.persist(StorageLevel.MEMORY_AND_DISK());
    releases.push(kept::unpersist);
    return kept;
  }

  /** Holds a collection. */
  public <T> JavaRDD<T> keep(JavaRDD<T> rows) {
    JavaRDD<T> kept = rows.persist(StorageLevel.MEMORY_AND_DISK());
    releases.push(kept::unpersist);
    return kept;
  }

  @Override
  public void close() {
    while (!releases.isEmpty()) {
      releases.pop().run();
    }
  }
}
