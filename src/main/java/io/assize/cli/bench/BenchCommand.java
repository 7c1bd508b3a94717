package io.assize.cli.bench;

import picocli.CommandLine;
import picocli.CommandLine.Command;

/** {@code bench}: measurements, beside peers where there are some; a program is a subcommand. */
@Command(
    name = "bench",
    description = "Measures the engine, the store and the summaries on this machine.",
    mixinStandardHelpOptions = true,
    subcommands = {
      StoreCommand.class,
      SummaryCommand.class,
      CoverageCommand.class,
      CommandLine.HelpCommand.class,
      DecisionsCommand.class,
      EngineCommand.class,
      PrecisionCommand.class
    })
public final class BenchCommand {}
