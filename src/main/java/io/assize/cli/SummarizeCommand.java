package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.job.SummarizeJob;
import io.assize.report.Leaderboard;
import io.assize.spark.Sessions;
import io.assize.table.TableStore;
import java.util.List;
import java.util.Locale;
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
  @Option(
      names = "--verdicts",
      paramLabel = "DIR",
      description = "the verdicts; once for each folder, where several runs' are put together")
  private List<String> verdicts = List.of();

  @Option(names = "--corpus", paramLabel = "DIR", description = "the corpus they are about")
  private String corpus;

  @Option(
      names = "--scenarios",
      paramLabel = "FILE",
      description = "a taxonomy file (default: the built-in one)")
  private String scenarios;

  @Option(
      names = "--jury",
      paramLabel = "RULE",
      split = ",",
      description =
          "adds the judges' verdicts put together, as those of one more judge: majority, mean,"
              + " weighted, or several of them")
  private List<String> jury;

  @Option(names = "--out", paramLabel = "DIR", description = "for the tables")
  private String out;

  @Mixin private GivenConfig given;
  @Mixin private Output output;

  @Override
  public Integer call() {
    AssizeConfig judged =
        given
            .flag("assize.store.path", verdicts.isEmpty() ? null : verdicts.get(0), "--verdicts")
            .flag("assize.corpus.path", corpus, "--corpus")
            .flag("assize.scenarios", scenarios)
            .flags("assize.summary.jury.rules", jury)
            .load();
    // Another folder for the tables does not move the verdicts that lie in the file's.
    List<String> stores =
        verdicts.isEmpty() ? List.of(judged.store().pathIn(judged.output().dir())) : verdicts;
    AssizeConfig config = given.flag("assize.output.dir", out, "--out").load();
    String folder = config.output().dir();
    try (SparkSession spark = Sessions.open("summarize", config.spark(), Output::progress)) {
      SummarizeJob.Result result =
          new SummarizeJob(spark, config.summary(), Output::progress)
              .run(stores, config.corpus(), given.schema(config), config.scenarios(), folder);
      Leaderboard board = RunCommand.leaderboard(new TableStore(spark, folder));
      output.print(
          result,
          board.data(),
          String.format(
              Locale.ROOT,
              "%s%n%d verdicts; tables in %s",
              board.text(),
              result.verdicts(),
              folder));
      return 0;
    }
  }
}
