package io.assize.cli;

import io.assize.config.AssizeConfig;
import io.assize.config.LocalPath;
import io.assize.corpus.importer.Importer;
import io.assize.job.ImportJob;
import io.assize.spark.Sessions;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.apache.spark.sql.SparkSession;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code import FORMAT}: public data as corpus and verdicts. */
@Command(
    name = "import",
    description = "Brings public data in as corpus and verdicts.",
    mixinStandardHelpOptions = true)
final class ImportCommand implements Runnable {
  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Gives the command its formats. */
  static void addFormats(CommandLine command) {
    for (Importer importer : Importer.ALL) {
      CommandLine format = new CommandLine(new Format(importer));
      format.getCommandSpec().usageMessage().description(importer.description());
      command.addSubcommand(importer.format(), format);
    }
    command.addSubcommand("autoj-templates", new AutoJTemplates());
    command.addSubcommand("autoj-criteria", new AutoJCriteria());
    command.addSubcommand("help", new CommandLine.HelpCommand());
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(
        spec.commandLine(), "name a format: " + String.join(", ", spec.subcommands().keySet()));
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
  }

  /** A format of data. */
  @Command(mixinStandardHelpOptions = true)
  private static final class Format implements Callable<Integer> {
    private final Importer importer;

    @Mixin private Paths paths;

    Format(Importer importer) {
      this.importer = importer;
    }

    @Override
    public Integer call() {
      AssizeConfig config = paths.config();
      String name = "import " + importer.format();
      try (SparkSession spark = Sessions.open(name, config.spark(), Output::progress)) {
        String output = config.output().dir();
        ImportJob.Result result = new ImportJob(spark).run(importer, paths.input, output);
        paths.output.print(
            result,
            String.format(
                Locale.ROOT,
                "%d rows of corpus, %d verdicts, %d rows quarantined in %s",
                result.corpus(),
                result.verdicts(),
                result.quarantined(),
                output));
        return 0;
      }
    }
  }

  @Command(
      description = "Auto-J's criteria for each scenario, as a file for assize.scenarios.",
      mixinStandardHelpOptions = true)
  private static final class AutoJCriteria implements Callable<Integer> {
    @Mixin private Paths paths;

    @Override
    public Integer call() {
      Path file =
          ImportJob.autoJCriteria(
              LocalPath.of(paths.input), LocalPath.of(paths.config().output().dir()));
      paths.output.print(Map.of("file", file.toString()), file + "\n");
      return 0;
    }
  }

  @Command(
      description = "The Auto-J judge's own prompts, as protocol files.",
      mixinStandardHelpOptions = true)
  private static final class AutoJTemplates implements Callable<Integer> {
    @Mixin private Paths paths;

    @Override
    public Integer call() {
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
}
