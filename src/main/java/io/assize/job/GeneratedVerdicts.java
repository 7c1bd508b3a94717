package io.assize.job;

import static io.assize.table.ColumnNames.JUDGED_AT;
import static io.assize.table.ColumnNames.RUN_ID;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static io.assize.table.ColumnNames.VERDICT_KEY;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.current_timestamp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.assize.config.AssizeConfig;
import io.assize.corpus.CorpusReader;
import io.assize.store.VerdictStore;
import io.assize.store.VerdictTable;
import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructField;

/**
 * For benchmarks: a store of verdicts that no judge gave. Their keys are those of a pairwise
 * corpus's requests, so a run reuses them.
 */
public final class GeneratedVerdicts {
  private GeneratedVerdicts() {}

  /** Fills the configured store; decisions by the key, the critique always the same. */
  public static void fill(SparkSession spark, AssizeConfig config, String critique) {
    JudgeStage stage = JudgeStage.of(spark, config, "generated");
    String judge = stage.spec().name();
    String protocol = stage.maker().protocol().name();
    Dataset<Row> valid = new CorpusReader(spark).read(config.corpus(), stage.schema()).valid();
    Dataset<Row> keys = stage.keys(stage.requests(valid));
    Column[] columns =
        Arrays.stream(VerdictTable.SCHEMA.fields())
            .map(field -> column(field, judge, protocol, critique))
            .toArray(Column[]::new);
    VerdictStore store = VerdictStore.find(spark, config);
    store.prepare();
    store.append(keys.select(columns), judge, protocol, "generated");
  }

  private static Column column(StructField field, String judge, String protocol, String critique) {
    Column value =
        switch (field.name()) {
          case VERDICT_KEY, SAMPLE_ID, "order" -> col(field.name());
          case "judge" -> lit(judge);
          case "protocol" -> lit(protocol);
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
