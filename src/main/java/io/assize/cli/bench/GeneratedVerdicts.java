package io.assize.cli.bench;

import static io.assize.table.ColumnNames.JUDGED_AT;
import static io.assize.table.ColumnNames.RUN_ID;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static io.assize.table.ColumnNames.VERDICT_KEY;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.current_timestamp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.assize.config.AssizeConfig;
import io.assize.job.RequestKeys;
import io.assize.store.VerdictStore;
import io.assize.store.VerdictTable;
import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;

/**
 * A store of verdicts that no judge gave. Their keys are those of a pairwise corpus's requests, so
 * a run reuses them.
 */
final class GeneratedVerdicts {
  private GeneratedVerdicts() {}

  /** Fills the configured store; decisions by the key, the critique always the same. */
  static void fill(SparkSession spark, AssizeConfig config, String critique) {
    RequestKeys requests = RequestKeys.of(spark, config);
    Column[] columns =
        Arrays.stream(VerdictTable.SCHEMA.fields())
            .map(field -> column(field, requests, critique))
            .toArray(Column[]::new);
    VerdictStore store = VerdictStore.find(spark, config);
    store.prepare();
    store.append(
        requests.keys().select(columns), requests.judge(), requests.protocol(), "generated");
  }

  private static Column column(StructField field, RequestKeys requests, String critique) {
    Column value =
        switch (field.name()) {
          case VERDICT_KEY, SAMPLE_ID, "order" -> col(field.name());
          case "judge" -> lit(requests.judge());
          case "protocol" -> lit(requests.protocol());
          case "decision" -> when(col(VERDICT_KEY).lt("8"), "a").otherwise("b");
          case "status" -> lit("ok");
          case "critique" -> lit(critique);
          case JUDGED_AT -> current_timestamp();
          case RUN_ID -> lit("generated");
          default -> lit(null);
        };
    return value.cast(field.dataType()).as(field.name());
  }
}
