package io.assize.cli.bench;

import io.assize.cli.Output;
import io.assize.judge.Prompt;
import io.assize.judge.djl.DjlJudge;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench decisions}: what a critique costs. */
@Command(
    name = "decisions",
    description = "Rows a second with decision = forced against decision = critique, in turns.",
    mixinStandardHelpOptions = true)
final class DecisionsCommand implements Callable<Integer> {
  private static final String CRITIQUE = "critique";
  private static final String FORCED = "forced";

  @Mixin private Workload workload;
  @Mixin private Output output;

  @Option(names = "--precision", paramLabel = "<asked>", description = Workload.PRECISION)
  private String asked;

  @Option(names = "--runs", paramLabel = "<runs>", defaultValue = "5", description = "paired runs")
  private int runs;

  /**
   * What was measured.
   *
   * @param newTokens the most of an answer
   * @param runs rounds that count
   * @param seconds each kind of decision's median over all prompts
   * @param forcedTimesAsFast the median over rounds
   */
  record DecisionsResult(
      String precision,
      int prompts,
      int newTokens,
      int runs,
      Map<String, Double> seconds,
      Map<String, Double> rowsPerSecond,
      double forcedTimesAsFast) {

    /** The same for people. */
    String text() {
      return String.format(
          Locale.ROOT,
          "%d prompts, at most %d new tokens, %d paired runs, precision %s; medians%n"
              + "critique %.2f rows/s, forced %.2f rows/s: %.2f times as many%n",
          prompts,
          newTokens,
          runs,
          precision,
          rowsPerSecond.get(CRITIQUE),
          rowsPerSecond.get(FORCED),
          forcedTimesAsFast);
    }
  }

  @Override
  public Integer call() {
    String precision = workload.resolved(asked);
    List<Prompt> prompts;
    try (DjlJudge judge = workload.open(precision, Map.of("slots", 1))) {
      prompts = workload.prompts(judge);
    }
    PairedRuns measured = new PairedRuns(runs);
    for (int round = 0; round <= runs; round++) {
      List<Measurement> measurements = new ArrayList<>();
      for (String decision : List.of(CRITIQUE, FORCED)) {
        try (DjlJudge judge = workload.open(precision, Map.of("decision", decision))) {
          measurements.add(Measurement.of(decision, judge, prompts));
        }
      }
      measured.add(round, measurements);
    }
    Map<String, Double> seconds = measured.medians(Measurement::seconds);
    Map<String, Double> rowsPerSecond = new LinkedHashMap<>();
    seconds.forEach((decision, taken) -> rowsPerSecond.put(decision, prompts.size() / taken));
    DecisionsResult result =
        new DecisionsResult(
            precision,
            prompts.size(),
            workload.config().decoding().maxNewTokens(),
            runs,
            seconds,
            rowsPerSecond,
            measured.medianRatio(CRITIQUE, FORCED, Measurement::seconds));
    output.print(result, result.text());
    return 0;
  }
}
