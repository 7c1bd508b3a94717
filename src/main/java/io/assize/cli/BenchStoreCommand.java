package io.assize.cli;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.array_join;
import static org.apache.spark.sql.functions.array_repeat;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.md5;
import static org.apache.spark.sql.functions.pmod;
import static org.apache.spark.sql.functions.repeat;

import com.typesafe.config.ConfigUtil;
import io.assize.config.AssizeConfig;
import io.assize.job.EvaluationJob;
import io.assize.job.GeneratedVerdicts;
import io.assize.job.RunResult;
import io.assize.spark.Sessions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench store}: what a night costs when nearly all verdicts are there. */
@Command(
    name = "store",
    description = "Generates a corpus and its verdicts, adds new rows, and measures the rebuild.",
    mixinStandardHelpOptions = true)
final class BenchStoreCommand implements Callable<Integer> {
  @Option(
      names = "--verdicts",
      paramLabel = "N",
      defaultValue = "1000000",
      description = "verdicts in the store: two a pair (default: ${DEFAULT-VALUE})")
  private long verdicts;

  @Option(
      names = "--new-share",
      paramLabel = "X",
      defaultValue = "0.01",
      description = "new rows, of those there (default: ${DEFAULT-VALUE})")
  private double newShare;

  @Option(
      names = "--work",
      paramLabel = "DIR",
      defaultValue = "bench-work/store",
      description = "for corpus and tables (default: ${DEFAULT-VALUE})")
  private Path work;

  @Mixin private GivenConfig given;
  @Mixin private Output output;

  /**
   * What was measured.
   *
   * @param stored verdicts in the store before the rebuild
   * @param judged new ones, by the length judge
   * @param planningSeconds until the rebuild knew what to judge
   * @param rebuildSeconds the whole rebuild, tables and all
   */
  record Result(long stored, long judged, double planningSeconds, double rebuildSeconds) {}

  @Override
  public Integer call() {
    long pairs = verdicts / 2;
    try (SparkSession spark =
        Sessions.open("bench store", given.load().spark(), Output::progress)) {
      generate(spark, pairs, "corpus");
      generate(spark, pairs + Math.round(pairs * newShare), "grown");
      Output.progress(String.format(Locale.ROOT, "filling the store with %d verdicts", 2 * pairs));
      GeneratedVerdicts.fill(spark, config("corpus"), "A critique of some length. ".repeat(20));
      RunResult rebuilt = new EvaluationJob(spark, config("grown"), Output::progress).run();
      Result result =
          new Result(
              rebuilt.reused(),
              rebuilt.judged(),
              rebuilt.work().planningSeconds(),
              seconds(rebuilt));
      output.print(
          result,
          String.format(
              Locale.ROOT,
              "%d verdicts in the store; rebuilt with %d new ones in %.1f s (planning %.1f s)",
              result.stored(),
              result.judged(),
              result.rebuildSeconds(),
              result.planningSeconds()));
      return 0;
    }
  }

  private AssizeConfig config(String corpus) {
    return AssizeConfig.parse(
        "assize { judge.kind = length, output { corpus = false, verdicts_csv = false } }",
        Map.of(
            "assize.corpus.path", quoted(corpus),
            "assize.store.path", quoted("verdicts"),
            "assize.output.dir", quoted("out")));
  }

  /** Pairs of 200 models, with a prompt of some 300 characters and answers of 200 to 900. */
  private void generate(SparkSession spark, long pairs, String name) {
    Column id = col("id");
    Column text = md5(id.cast("string").cast("binary"));
    spark
        .range(pairs)
        .select(
            concat(lit("pair-"), id).as(SAMPLE_ID),
            repeat(concat(text, lit(" ")), 9).as("prompt"),
            concat(lit("model-"), pmod(id, lit(200))).as(MODEL_A),
            concat(lit("model-"), pmod(id.plus(1).plus(pmod(id, lit(7))), lit(200))).as(MODEL_B),
            answer("a ", text, pmod(id, lit(20)).plus(6)).as(RESPONSE_A),
            answer("b ", text, pmod(id, lit(17)).plus(7)).as(RESPONSE_B),
            concat(lit("scenario "), pmod(id, lit(60))).as("scenario"))
        .write()
        .mode("overwrite")
        .parquet(work.resolve(name).toString());
  }

  /** So many words of some 35 characters. */
  private static Column answer(String begin, Column text, Column words) {
    return array_join(array_repeat(concat(lit(begin), text), words.cast("int")), " ");
  }

  private String quoted(String name) {
    return ConfigUtil.quoteString(work.resolve(name).toString());
  }

  private static double seconds(RunResult run) {
    return (run.finishedAt().toEpochMilli() - run.startedAt().toEpochMilli()) / 1e3;
  }
}
