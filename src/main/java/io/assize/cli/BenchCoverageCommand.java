package io.assize.cli;

import io.assize.config.UserError;
import io.assize.stats.Coverage;
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
final class BenchCoverageCommand implements Callable<Integer> {
  private static final int ROW = 22;
  private static final int LEFT = 330;
  private static final int WIDTH = 360;
  private static final double LEAST = 0.92;
  private static final double MOST = 1.0;

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
    long drawn = given.flag("assize.summary.seed", seed).load().summary().seed();
    List<Coverage.Result> results = Coverage.run(boards, drawn);
    if (plot != null) {
      try {
        Files.writeString(plot, svg(results));
      } catch (IOException e) {
        throw UserError.failure("%s cannot be written: check --plot", plot);
      }
    }
    output.print(Map.of("results", results), table(results));
    return results.stream().allMatch(Coverage.Result::holds) ? 0 : 1;
  }

  private static String table(List<Coverage.Result> results) {
    StringBuilder text = new StringBuilder();
    text.append("| intervals of 95 % | wanted | coverage | ± | intervals | mean width |\n");
    text.append("|---|---|---|---|---|---|\n");
    for (Coverage.Result r : results) {
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

  private static String wanted(Coverage.Result r) {
    return r.most() >= 1
        ? String.format(Locale.ROOT, "≥ %.1f", 100 * r.least())
        : String.format(Locale.ROOT, "%.1f–%.1f", 100 * r.least(), 100 * r.most());
  }

  /** Each condition's coverage as a dot with two standard errors, over the band that is wanted. */
  private static String svg(List<Coverage.Result> results) {
    int height = ROW * (results.size() + 2);
    StringBuilder svg = new StringBuilder();
    svg.append(
        String.format(
            Locale.ROOT,
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\""
                + " font-family=\"sans-serif\" font-size=\"12\">%n"
                + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
            LEFT + WIDTH + 40,
            height));
    for (int percent = 92; percent <= 100; percent += 2) {
      double x = x(percent / 100.0);
      line(svg, x, ROW / 2.0, x, height - ROW, percent == 94 || percent == 96 ? "#888" : "#ddd");
      text(svg, x - 10, height - ROW / 2.0, percent + " %");
    }
    line(svg, x(0.95), ROW / 2.0, x(0.95), height - ROW, "#444");
    for (int i = 0; i < results.size(); i++) {
      Coverage.Result r = results.get(i);
      double y = ROW * (i + 1);
      text(svg, 8, y + 4, r.name());
      line(svg, x(r.coverage() - 2 * r.error()), y, x(r.coverage() + 2 * r.error()), y, "#06c");
      svg.append(
          String.format(
              Locale.ROOT,
              "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"4\" fill=\"%s\"/>%n",
              x(r.coverage()),
              y,
              r.holds() ? "#06c" : "#c00"));
    }
    return svg.append("</svg>\n").toString();
  }

  private static double x(double coverage) {
    double inside = Math.max(LEAST, Math.min(MOST, coverage));
    return LEFT + WIDTH * (inside - LEAST) / (MOST - LEAST);
  }

  private static void line(
      StringBuilder svg, double x1, double y1, double x2, double y2, String colour) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>%n",
            x1,
            y1,
            x2,
            y2,
            colour));
  }

  private static void text(StringBuilder svg, double x, double y, String text) {
    svg.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%.1f\">%s</text>%n",
            x,
            y,
            text.replace("&", "&amp;").replace("<", "&lt;")));
  }
}
