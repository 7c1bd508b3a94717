package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.job.EvaluationJob;
import io.assize.job.RunResult;
import io.assize.job.RunTable;
import io.assize.spark.Sessions;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code judge}: verdicts only. */
@Command(
    name = "judge",
    description = "Judges a corpus and writes the verdicts only.",
    mixinStandardHelpOptions = true)
final class JudgeCommand implements Callable<Integer> {
  @Mixin private ConfigOptions config;
  @Mixin private ModeOptions mode;
  @Mixin private Output output;

  @Override
  public Integer call() {
    AssizeConfig loaded = config.load();
    try (SparkSession spark = Sessions.open("judge", loaded.spark(), Output::progress)) {
      RunResult result = new EvaluationJob(spark, loaded, mode.get(), Output::progress).judgeOnly();
      output.print(RunTable.figures(result), Results.text(result));
      return Results.exitCode(result, loaded);
    }
  }
}
