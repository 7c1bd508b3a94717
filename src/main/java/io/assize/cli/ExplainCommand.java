package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.job.ExplainJob;
import io.assize.job.Explanation;
import io.assize.spark.Sessions;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code explain}: how one row came to its outcome. */
@Command(
    name = "explain",
    description = "Shows a row's prompts, critiques, verdicts and how they became one outcome.",
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Parameters(paramLabel = "SAMPLE_ID", description = "the row")
  private String sampleId;

  @Mixin private ConfigOptions config;
  @Mixin private Output output;

  @Override
  public Integer call() {
    AssizeConfig loaded = config.load();
    try (SparkSession spark = Sessions.open("explain", loaded.spark(), Output::progress)) {
      Explanation explanation = new ExplainJob(spark, loaded).run(sampleId);
      output.print(explanation, ExplanationText.of(explanation));
      return 0;
    }
  }
}
