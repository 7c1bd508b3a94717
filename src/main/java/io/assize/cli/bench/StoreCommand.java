package io.assize.cli.bench;

import com.typesafe.config.ConfigUtil;
import io.assize.cli.GivenConfig;
import io.assize.cli.Output;
import io.assize.config.AssizeConfig;
import io.assize.job.EvaluationJob;
import io.assize.job.RunResult;
import io.assize.spark.Sessions;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench store}: what a night costs when nearly all verdicts are there. */
@Command(
    name = "store",
    description = "Generates a corpus and its verdicts, adds new rows, and measures the rebuild.",
    mixinStandardHelpOptions = true)
final class StoreCommand implements Callable<Integer> {
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
      GeneratedPairs.write(spark, pairs, path("corpus"));
      GeneratedPairs.write(spark, pairs + Math.round(pairs * newShare), path("grown"));
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

  private String quoted(String name) {
    return ConfigUtil.quoteString(path(name));
  }

  private String path(String name) {
    return work.resolve(name).toString();
  }

  private static double seconds(RunResult run) {
    return (run.finishedAt().toEpochMilli() - run.startedAt().toEpochMilli()) / 1e3;
  }
}
