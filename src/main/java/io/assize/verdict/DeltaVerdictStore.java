package io.assize.verdict;

import io.delta.tables.DeltaTable;
import io.delta.tables.DeltaTableBuilder;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;

/** Verdicts as a Delta Lake table, partitioned by judge and protocol. */
final class DeltaVerdictStore extends VerdictStore {
  /** Two runs that make the table at once conflict; the second finds it made. */
  private static final int TRIES = 5;

  DeltaVerdictStore(SparkSession spark, String path) {
    super(spark, path);
  }

  @Override
  void create() {
    for (int tries = 1; !DeltaTable.isDeltaTable(spark, path); tries++) {
      try {
        make();
      } catch (RuntimeException e) {
        if (tries == TRIES) {
          throw e;
        }
      }
    }
  }

  private void make() {
    DeltaTableBuilder table = DeltaTable.createIfNotExists(spark).location(path);
    for (StructField field : Verdict.SCHEMA.fields()) {
      table = table.addColumn(field);
    }
    table
        .partitionedBy("judge", "protocol")
        .property("delta.appendOnly", "true")
        .property("delta.dataSkippingStatsColumns", "verdict_key,sample_id,judged_at,run_id")
        .execute();
  }

  @Override
  Dataset<Row> table() {
    return spark.read().format("delta").load(path);
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
    List<Row> metrics =
        DeltaTable.forPath(spark, path)
            .optimize()
            .executeCompaction()
            .select("metrics.numFilesRemoved", "metrics.numFilesAdded")
            .collectAsList();
    return new Compaction(metrics.get(0).getLong(0), metrics.get(0).getLong(1));
  }
}
