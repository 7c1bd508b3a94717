package io.assize.cli;

import io.assize.config.LocalPath;
import io.assize.job.ImportJob;
import io.assize.spark.Sessions;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
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

    @Option(names = "--out", required = true, paramLabel = "DIR", description = "where to write")
    private String out;

    @Mixin private Output output;

    private int data(String name, Function<ImportJob, ImportJob.Result> work) {
      try (SparkSession spark = Sessions.open("import " + name, Map.of())) {
        ImportJob.Result result = work.apply(new ImportJob(spark));
        output.print(
            result,
            "%d rows of corpus, %d verdicts, %d rows quarantined in %s"
                .formatted(result.corpus(), result.verdicts(), result.quarantined(), out));
        return 0;
      }
    }
  }

  @Command(
      name = "autoj",
      description = "Auto-J's test sets and the outputs recorded for them.",
      mixinStandardHelpOptions = true)
  int autoj(@Mixin Paths paths) {
    return paths.data("autoj", job -> job.autoJ(paths.input, paths.out));
  }

  @Command(
      name = "alpaca-eval",
      description = "AlpacaEval's annotations: a file or a folder, plain or gzip.",
      mixinStandardHelpOptions = true)
  int alpacaEval(@Mixin Paths paths) {
    return paths.data("alpaca-eval", job -> job.alpacaEval(paths.input, paths.out));
  }

  @Command(
      name = "autoj-templates",
      description = "The Auto-J judge's own prompts, as protocol files.",
      mixinStandardHelpOptions = true)
  int autojTemplates(@Mixin Paths paths) {
    List<Path> files = ImportJob.autoJTemplates(LocalPath.of(paths.input), LocalPath.of(paths.out));
    StringBuilder text = new StringBuilder();
    files.forEach(file -> text.append(file).append('\n'));
    paths.output.print(
        Map.of("files", files.stream().map(Path::toString).toList()), text.toString());
    return 0;
  }
}
