package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.config.LocalPath;
import io.assize.job.ImportJob;
import io.assize.spark.Sessions;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code import FORMAT}: public data as corpus and verdicts. */
@Command(
    name = "import",
    description = "Brings public data in as corpus and verdicts.",
    mixinStandardHelpOptions = true,
    subcommands = CommandLine.HelpCommand.class)
final class ImportCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "name a format: autoj, alpaca-eval or autoj-templates");
  }

  /** What every format needs. */
  static final class Paths {
    @Option(names = "--input", required = true, paramLabel = "PATH", description = "what to read")
    private String input;

    @Option(names = "--out", paramLabel = "DIR", description = "where to write")
    private String out;

    @Mixin private GivenConfig given;
    @Mixin private Output output;

    private AssizeConfig config() {
      return given.flag("assize.output.dir", out, "--out").load();
    }

    private int data(String name, BiFunction<ImportJob, String, ImportJob.Result> work) {
      AssizeConfig config = config();
      try (SparkSession spark = Sessions.open("import " + name, config.spark(), Output::progress)) {
        ImportJob.Result result = work.apply(new ImportJob(spark), config.output().dir());
        output.print(
            result,
            String.format(
                Locale.ROOT,
                "%d rows of corpus, %d verdicts, %d rows quarantined in %s",
                result.corpus(),
                result.verdicts(),
                result.quarantined(),
                config.output().dir()));
        return 0;
      }
    }
  }

  @Command(
      name = "autoj",
      description = "Auto-J's test sets and the outputs recorded for them.",
      mixinStandardHelpOptions = true)
  int autoj(@Mixin Paths paths) {
    return paths.data("autoj", (job, out) -> job.autoJ(paths.input, out));
  }

  @Command(
      name = "alpaca-eval",
      description = "AlpacaEval's annotations: a file or a folder, plain or gzip.",
      mixinStandardHelpOptions = true)
  int alpacaEval(@Mixin Paths paths) {
    return paths.data("alpaca-eval", (job, out) -> job.alpacaEval(paths.input, out));
  }

  @Command(
      name = "autoj-templates",
      description = "The Auto-J judge's own prompts, as protocol files.",
      mixinStandardHelpOptions = true)
  int autojTemplates(@Mixin Paths paths) {
    List<Path> files =
        ImportJob.autoJTemplates(
            LocalPath.of(paths.input), LocalPath.of(paths.config().output().dir()));
    StringBuilder text = new StringBuilder();
    files.forEach(file -> text.append(file).append('\n'));
    paths.output.print(
        Map.of("files", files.stream().map(Path::toString).toList()), text.toString());
    return 0;
  }
}
