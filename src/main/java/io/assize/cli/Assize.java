package io.assize.cli;

import io.assize.config.UserError;
import io.assize.job.Versions;
import java.io.PrintWriter;
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
      PlanSampleCommand.class,
      ExplainCommand.class,
      CompactCommand.class,
      ImportCommand.class,
      BenchCommand.class
    })
public final class Assize implements Runnable {
  /** Exit code of a run that finished over the allowed share of failed rows. */
  static final int TOO_MANY_FAILED = 3;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  /** Runs a command and ends the process with its exit code. */
  public static void main(String[] arguments) {
    System.exit(execute(arguments));
  }

  /** Runs a command. */
  static int execute(String... arguments) {
    return new CommandLine(new Assize())
        .setExecutionExceptionHandler(Assize::explain)
        .setCaseInsensitiveEnumValuesAllowed(true)
        .execute(arguments);
  }

  @Override
  public void run() {
    throw new CommandLine.ParameterException(spec.commandLine(), "name a command");
  }

  private static int explain(Exception e, CommandLine commandLine, CommandLine.ParseResult parsed)
      throws Exception {
    PrintWriter err = commandLine.getErr();
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof UserError error) {
        err.println("assize: " + error.getMessage());
        return error.exitCode();
      }
    }
    err.println(
        "assize: failed with " + firstLine(e) + ": this looks like a bug; its trace follows");
    e.printStackTrace(err);
    return CommandLine.ExitCode.SOFTWARE;
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e).lines().findFirst().orElse("an unnamed error");
  }

  /** Gives the jar's version. */
  static final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
      return new String[] {"assize " + Versions.ASSIZE};
    }
  }
}
