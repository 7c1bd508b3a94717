package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.config.SummaryConfig;
import io.assize.job.SummarizeJob;
import io.assize.spark.Sessions;
import io.assize.verdict.TableStore;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code summarize}: the summary tables of verdicts that are there. */
@Command(
    name = "summarize",
    description = "Makes the summary tables of verdicts and their corpus.",
    mixinStandardHelpOptions = true)
final class SummarizeCommand implements Callable<Integer> {
  @Option(names = "--verdicts", required = true, paramLabel = "DIR", description = "the verdicts")
  private String verdicts;

  @Option(
      names = "--corpus",
      required = true,
      paramLabel = "DIR",
      description = "the corpus they are about")
  private String corpus;

  @Option(
      names = "--scenarios",
      paramLabel = "FILE",
      defaultValue = "default",
      description = "a taxonomy file (default: the built-in one)")
  private String scenarios;

  @Option(names = "--out", required = true, paramLabel = "DIR", description = "for the tables")
  private String out;

  @Option(
      names = "-D",
      paramLabel = "key=value",
      description = "sets one key of assize.summary, as assize.summary.anchor=NAME")
  private Map<String, String> overrides = new LinkedHashMap<>();

  @Mixin private Output output;

  @Override
  public Integer call() {
    SummaryConfig config = AssizeConfig.summary(overrides);
    try (SparkSession spark = Sessions.open("summarize", Map.of())) {
      SummarizeJob.Result result =
          new SummarizeJob(spark, config, Output::progress).run(verdicts, corpus, scenarios, out);
      TableStore tables = new TableStore(spark, out);
      String text = RunCommand.winRates(tables) + "\n" + RunCommand.agreement(tables);
      output.print(result, "%s%n%d verdicts; tables in %s".formatted(text, result.verdicts(), out));
      return 0;
    }
  }
}
