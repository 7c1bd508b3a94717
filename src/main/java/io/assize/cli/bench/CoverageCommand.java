package io.assize.cli.bench;

import io.assize.cli.GivenConfig;
import io.assize.cli.Output;
import io.assize.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench coverage}: how often the 95 % intervals hold the truth. */
@Command(
    name = "coverage",
    description = "Makes leaderboards of known truth, and counts how often intervals hold it.",
    mixinStandardHelpOptions = true)
final class CoverageCommand implements Callable<Integer> {
  @Option(
      names = "--boards",
      paramLabel = "N",
      defaultValue = "2000",
      description = "leaderboards of each kind (default: ${DEFAULT-VALUE})")
  private int boards;

  @Option(
      names = "--seed",
      paramLabel = "N",
      description =
          "equal seeds give equal tables (default: assize.summary.seed of the configuration, or 1)")
  private String seed;

  @Option(names = "--plot", paramLabel = "FILE", description = "writes the plot, as SVG")
  private Path plot;

  @Mixin private GivenConfig given;
  @Mixin private Output output;

  @Override
  public Integer call() {
    long drawn = given.flag("assize.summary.seed", seed).load().summary().intervals().seed();
    List<CoverageResult> results = Coverage.run(boards, drawn);
    if (plot != null) {
      try {
        Files.writeString(plot, CoveragePlot.svg(results));
      } catch (IOException e) {
        throw UserError.failure("%s cannot be written: check --plot", plot);
      }
    }
    output.print(Map.of("results", results), table(results));
    return results.stream().allMatch(CoverageResult::holds) ? 0 : 1;
  }

  private static String table(List<CoverageResult> results) {
    StringBuilder text = new StringBuilder();
    text.append("| intervals of 95 % | wanted | coverage | ± | intervals | mean width |\n");
    text.append("|---|---|---|---|---|---|\n");
    for (CoverageResult r : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "| %s | %s | %s%.1f %%%s | %.1f | %d | %s |%n",
              r.name(),
              wanted(r),
              r.holds() ? "" : "**",
              100 * r.coverage(),
              r.holds() ? "" : "**",
              100 * r.error(),
              r.intervals(),
              Double.isNaN(r.meanWidth())
                  ? "–"
                  : String.format(Locale.ROOT, "%.3f", r.meanWidth())));
    }
    return text.toString();
  }

  private static String wanted(CoverageResult r) {
    return r.most() >= 1
        ? String.format(Locale.ROOT, "≥ %.1f", 100 * r.least())
        : String.format(Locale.ROOT, "%.1f–%.1f", 100 * r.least(), 100 * r.most());
  }
}
