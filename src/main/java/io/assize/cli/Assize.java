package io.assize.cli;

import io.assize.cli.bench.BenchCommand;
import io.assize.config.Secrets;
import io.assize.job.Versions;
import io.assize.spark.Locales;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** The command line: {@code assize COMMAND …}, the same under java and under spark-submit. */
@Command(
    name = "assize",
    description = "LLM-as-a-judge on Apache Spark.",
    mixinStandardHelpOptions = true,
    versionProvider = Assize.Version.class,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:done",
      "1:failed; one line says why and what to do",
      "2:wrong usage or configuration",
      "3:finished, but over the allowed share of failed rows"
    },
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      JudgeCommand.class,
      SummarizeCommand.class,
      PairsCommand.class,
      PlanSampleCommand.class,
      ExplainCommand.class,
      CompactCommand.class,
      ImportCommand.class,
      RequestsCommand.class,
      BenchCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Assize implements Runnable {
  /** Exit code of a run that finished over the allowed share of failed rows. */
  static final int TOO_MANY_FAILED = 3;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  @CommandLine.Option(
      names = "--verbose",
      scope = CommandLine.ScopeType.INHERIT,
      description = "show the trace of an error, too")
  private boolean verbose;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    Ending ending = Ending.watch();
    Logs.settle();
    int code = execute(arguments);
    ending.done();
    System.exit(code);
  }

  /** Runs a command; whatever is thrown ends as one line and an exit code. */
  static int execute(String... arguments) {
    Assize assize = new Assize();
    return assize.execute(commandLine(assize), arguments);
  }

  /** All commands. */
  static CommandLine commandLine(Assize assize) {
    CommandLine all = new CommandLine(assize);
    ImportCommand.addFormats(all.getSubcommands().get("import"));
    return all;
  }

  int execute(CommandLine commandLine, String... arguments) {
    Locales.settle();
    commandLine
        .setExecutionExceptionHandler((e, command, parsed) -> explain(e))
        .setParameterExceptionHandler((e, given) -> misused(e))
        .setExpandAtFiles(false)
        .setCaseInsensitiveEnumValuesAllowed(true);
    try {
      return commandLine.execute(arguments);
    } catch (Throwable e) {
      return explain(e);
    }
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "name a command");
  }

  private int explain(Throwable e) {
    if (Ending.underWay()) {
      // What is thrown while the process is being stopped is the stopping's.
      return CommandLine.ExitCode.SOFTWARE;
    }
    Failure failure = Failure.of(e);
    String where = failure.bug() ? "; " + Logs.write(e) : "";
    System.err.println("assize: " + failure.line() + where);
    if (verbose) {
      System.err.print(Logs.trace(e));
    }
    return failure.exitCode();
  }

  private static int misused(CommandLine.ParameterException e) {
    StringBuilder line = new StringBuilder(said(e).replaceAll("\\s+", " "));
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched
        && !unmatched.getSuggestions().isEmpty()) {
      line.append("; did you mean ").append(String.join(" or ", unmatched.getSuggestions()));
      line.append('?');
    }
    System.err.println(
        "assize: "
            + Secrets.hide(line.toString())
            + " ("
            + e.getCommandLine().getCommandSpec().qualifiedName()
            + " --help tells its usage)");
    return CommandLine.ExitCode.USAGE;
  }

  private static String said(CommandLine.ParameterException e) {
    Map<String, CommandLine> commands = e.getCommandLine().getSubcommands();
    if (e instanceof CommandLine.UnmatchedArgumentException unmatched && !commands.isEmpty()) {
      String first = unmatched.getUnmatched().get(0);
      if (!first.startsWith("-")) {
        return "there is no command "
            + first
            + "; there are "
            + String.join(", ", commands.keySet());
      }
    }
    return String.valueOf(e.getMessage()).replaceFirst("^Error: ", "");
  }

  /** Gives the jar's version. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"assize " + Versions.ASSIZE};
    }
  }
}
