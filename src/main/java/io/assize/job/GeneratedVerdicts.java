package io.assize.job;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.current_timestamp;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;

import io.assize.config.AssizeConfig;
import io.assize.corpus.CorpusReader;
import io.assize.corpus.CorpusSchema;
import io.assize.judge.JudgeSpec;
import io.assize.prompt.Protocol;
import io.assize.scenario.Taxonomy;
import io.assize.verdict.Order;
import io.assize.verdict.Verdict;
import io.assize.verdict.VerdictStore;
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
    Protocol protocol = Protocol.load(config.protocol());
    JudgeSpec judge = JudgeSpec.of(config.judge(), protocol);
    JudgeStage stage =
        JudgeStage.of(
            judge,
            protocol,
            Taxonomy.load(config.scenarios()),
            Order.shown(config.orders()),
            0,
            "generated");
    Dataset<Row> valid =
        new CorpusReader(spark).read(config.corpus(), CorpusSchema.PAIRWISE).valid();
    Dataset<Row> keys = stage.keys(stage.requests(valid, null));
    Column[] columns =
        Arrays.stream(Verdict.SCHEMA.fields())
            .map(field -> column(field, judge, protocol, critique))
            .toArray(Column[]::new);
    VerdictStore.open(spark, config.store().pathIn(config.output().dir()), config.store().format())
        .append(keys.select(columns), judge.name(), protocol.name(), "generated");
  }

  private static Column column(
      StructField field, JudgeSpec judge, Protocol protocol, String critique) {
    Column value =
        switch (field.name()) {
          case "verdict_key", "sample_id", "order" -> col(field.name());
          case "judge" -> lit(judge.name());
          case "protocol" -> lit(protocol.name());
          case "decision" -> when(col("verdict_key").lt("8"), "a").otherwise("b");
          case "status" -> lit("ok");
          case "critique" -> lit(critique);
          case "judged_at" -> current_timestamp();
          case "run_id" -> lit("generated");
          default -> lit(null);
        };
    return value.cast(field.dataType()).as(field.name());
  }
}
