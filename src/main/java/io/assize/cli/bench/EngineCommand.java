package io.assize.cli.bench;

import io.assize.cli.Output;
import io.assize.judge.Prompt;
import io.assize.judge.WorkDone;
import io.assize.judge.djl.DjlJudge;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench engine}: our engine and its peers on the same prompts, in turns. */
@Command(
    name = "engine",
    description = "Whole work (reading and writing) on real prompts, ours and the peers' in turns.",
    mixinStandardHelpOptions = true)
final class EngineCommand implements Callable<Integer> {
  private static final String OURS = "assize";

  /** Prompts that are read alone, and of them those whose answers are written alone. */
  private static final int READ_ALONE = 24;

  private static final int WRITTEN_ALONE = 4;

  @Mixin private Workload workload;
  @Mixin private Output output;

  @Option(names = "--precision", paramLabel = "<asked>", description = Workload.PRECISION)
  private String asked;

  @Option(names = "--runs", paramLabel = "<runs>", defaultValue = "5", description = "paired runs")
  private int runs;

  @Option(
      names = "--peers",
      paramLabel = "<peers>",
      split = ",",
      defaultValue = "",
      description = "of llama-native, llama-wheel, transformers, onnx-genai")
  private List<String> peerNames;

  @Option(
      names = "--work",
      paramLabel = "<work>",
      defaultValue = "bench-work",
      description = "for the peers' files")
  private Path work;

  @Override
  public Integer call() throws IOException, InterruptedException {
    String precision = workload.resolved(asked);
    List<Prompt> prompts;
    EnginePeers peers;
    double[] best;
    try (DjlJudge judge = workload.open(precision, Map.of("slots", 1))) {
      prompts = workload.prompts(judge);
      Path request = EnginePeers.writeRequest(judge, prompts, workload.config(), work);
      peers = new EnginePeers(peerNames, request, work);
      best = judge.machineRates();
    }
    peers.prepare();
    PairedRuns measured = new PairedRuns(runs);
    WorkDone done = WorkDone.NONE;
    for (int round = 0; round <= runs; round++) {
      List<Measurement> measurements = new ArrayList<>();
      // Anew each time, as the peers: one that has read these prompts before would reuse them.
      try (DjlJudge judge = workload.open(precision, Map.of())) {
        measurements.add(Measurement.of(OURS, judge, prompts));
        done = judge.workDone();
      }
      for (String peer : peers.names()) {
        Optional<Measurement> one = peers.measure(peer);
        one.ifPresentOrElse(measurements::add, () -> measured.drop(peer));
      }
      measured.add(round, measurements);
    }
    double[] reached = reached(precision, prompts);
    EngineResult result =
        new EngineResult(
            precision,
            prompts.size(),
            runs,
            measured.medians(Measurement::rate),
            measured.medianRatios(OURS, Measurement::rate),
            peers.failed(),
            new EngineResult.Ours(
                prompts.size() / measured.median(OURS, Measurement::seconds), done.reusedShare()),
            new EngineResult.Reached(
                best[0] / 1e9, reached[0] / best[0], best[1] / 1e9, reached[1] / best[1]));
    output.print(result, result.text());
    return 0;
  }

  /**
   * Operations a second while prompts alone are read, two for each of the layers' weights; and
   * bytes a second while one sequence writes, the weights once a token.
   */
  private double[] reached(String precision, List<Prompt> prompts) {
    try (DjlJudge judge = workload.open(precision, Map.of("slots", 1, "prefix_reuse", false))) {
      List<Prompt> few = prompts.subList(0, Math.min(READ_ALONE, prompts.size()));
      judge.submit(few.get(0)).join();
      WorkDone before = judge.workDone();
      for (Prompt prompt : few) {
        long[] tokens = judge.tokens(prompt.messages(), prompt.chat());
        judge.logProbability(tokens, new long[] {tokens[0]}).join();
      }
      WorkDone read = judge.workDone().minus(before);
      before = judge.workDone();
      few.stream().limit(WRITTEN_ALONE).forEach(prompt -> judge.submit(prompt).join());
      WorkDone wrote = judge.workDone().minus(before);
      return new double[] {
        read.prefillRate() * 2 * judge.layerWeights(), wrote.decodeRate() * judge.weightBytes()
      };
    }
  }
}
