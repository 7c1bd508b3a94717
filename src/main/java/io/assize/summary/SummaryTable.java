package io.assize.summary;

import io.assize.table.Table;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * A table that a leaderboard is made of. Most are {@link LevelTable}s; a new one is a class and a
 * line in {@link SummaryTables#ALL}.
 */
public interface SummaryTable {
  /** What it is. */
  Table<?> table();

  /** All its rows, in their order. */
  Dataset<Row> rows(Summary summary);
}
