package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.job.RequestsJob;
import io.assize.spark.Sessions;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code requests}: judging by files that a provider works off in its own time. */
@Command(
    name = "requests",
    description =
        "Judges by batch files: what a run would ask goes out, what comes back is taken in.",
    mixinStandardHelpOptions = true,
    subcommands = {
      RequestsCommand.Export.class,
      RequestsCommand.Import.class,
      CommandLine.HelpCommand.class
    })
final class RequestsCommand {
  private static final long MEGABYTE = 1_000_000;

  private RequestsCommand() {}

  /** {@code requests export}. */
  @Command(
      name = "export",
      description = "Writes what a run would ask as files for a provider's batch API.",
      mixinStandardHelpOptions = true)
  static final class Export implements Callable<Integer> {
    @Option(
        names = "--out",
        required = true,
        paramLabel = "DIR",
        description = "where the files go: a folder that is not there yet")
    private String out;

    @Option(
        names = "--answers",
        paramLabel = "PATH",
        description = "what came back already: only the questions that it leaves are written")
    private List<String> answers = List.of();

    @Option(
        names = "--without",
        split = ",",
        paramLabel = "NAME",
        description =
            "what the provider does not take: logprobs, max_tokens (gets max_completion_tokens),"
                + " temperature, top_p, seed, system")
    private List<String> without = List.of();

    @Option(
        names = "--most-requests",
        defaultValue = "50000",
        description = "of a file (default: ${DEFAULT-VALUE}, OpenAI's limit)")
    private int mostRequests;

    @Option(
        names = "--most-megabytes",
        defaultValue = "200",
        description = "of a file (default: ${DEFAULT-VALUE}, OpenAI's limit)")
    private int mostMegabytes;

    @CommandLine.Spec private CommandLine.Model.CommandSpec spec;
    @Mixin private ConfigOptions config;
    @Mixin private Output output;

    @Override
    public Integer call() {
      if (mostRequests < 1 || mostMegabytes < 1) {
        throw new CommandLine.ParameterException(
            spec.commandLine(), "--most-requests and --most-megabytes must be 1 or more");
      }
      AssizeConfig loaded = config.load();
      try (SparkSession spark = Sessions.open("requests", loaded.spark(), Output::progress)) {
        RequestsJob.Exported done =
            new RequestsJob(spark, loaded, without, Output::progress)
                .export(out, mostRequests, mostMegabytes * MEGABYTE, answers);
        output.print(
            done,
            String.format(
                Locale.ROOT,
                "%d requests in %d files in %s; %d others need none now",
                done.requests(),
                done.files().size(),
                done.folder(),
                done.done()));
        return 0;
      }
    }
  }

  /** {@code requests import}. */
  @Command(
      name = "import",
      description = "Takes what a provider answered to such files into the store of verdicts.",
      mixinStandardHelpOptions = true)
  static final class Import implements Callable<Integer> {
    @Parameters(
        paramLabel = "ANSWERS",
        arity = "1..*",
        description = "files of answers, folders of them, or patterns")
    private List<String> answers;

    @Mixin private ConfigOptions config;
    @Mixin private Output output;

    @Override
    public Integer call() {
      AssizeConfig loaded = config.load();
      try (SparkSession spark = Sessions.open("requests", loaded.spark(), Output::progress)) {
        RequestsJob.Imported done =
            new RequestsJob(spark, loaded, List.of(), Output::progress).take(answers);
        output.print(done, text(done));
        return 0;
      }
    }

    private static String text(RequestsJob.Imported done) {
      return String.format(
          Locale.ROOT,
          "%d answers: %d judged, %d failed, %d state no decision and need their question (requests"
              + " export --answers), %d of requests judged before, %d of no request of this"
              + " configuration%nstore %s; %d requests are still to be judged%n",
          done.answers(),
          done.judged(),
          done.failed(),
          done.undecided(),
          done.known(),
          done.foreign(),
          done.store(),
          done.pending());
    }
  }
}
