package io.assize.cli;

import io.assize.config.EngineConfig;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.Completion;
import io.assize.judge.Prompt;
import io.assize.judge.WorkDone;
import io.assize.judge.djl.DjlJudge;
import io.assize.judge.djl.KernelSet;
import io.assize.judge.djl.PrecisionChoice;
import io.assize.verdict.Choice;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code bench}: measurements, beside peers where there are some. */
@Command(
    name = "bench",
    description = "Measures the engine, the store and the summaries on this machine.",
    mixinStandardHelpOptions = true,
    subcommands = {
      BenchStoreCommand.class,
      BenchSummaryCommand.class,
      BenchCoverageCommand.class,
      CommandLine.HelpCommand.class
    })
final class BenchCommand {
  private static final String PRECISION = "of the judge (default: the configuration's, or auto)";

  /** What is measured on; a flag goes before {@code -D}, and that before the file. */
  static final class Workload {
    /** Where neither a file nor a flag says anything. */
    private static final Map<String, String> DEFAULTS =
        Map.of(
            "assize.judge.max_new_tokens", "64",
            "assize.judge.context_length", "2048",
            "assize.judge.threads", "2");

    @Mixin private GivenConfig given;

    @Option(
        names = "--pairs",
        paramLabel = "FILE",
        description = "Auto-J's pairs, as testdata_pairwise.jsonl")
    private Path pairs;

    @Option(
        names = "--model",
        paramLabel = "PATH",
        description = "the judge (scripts/assize bench fetches the demo's and fills this in)")
    private Path model;

    @Option(
        names = "--count",
        paramLabel = "N",
        defaultValue = "256",
        description = "prompts (default: ${DEFAULT-VALUE})")
    private int count;

    @Option(
        names = "--new-tokens",
        paramLabel = "N",
        description = "most tokens of an answer (default: the configuration's, or 64)")
    private Integer newTokens;

    @Option(
        names = "--context",
        paramLabel = "N",
        description =
            "tokens of prompt and answer, longer pairs are passed over (default: the"
                + " configuration's, or 2048)")
    private Integer context;

    @Option(
        names = "--threads",
        paramLabel = "N",
        description = "CPU threads, ours and the peers' (default: the configuration's, or 2)")
    private Integer threads;

    /** What {@code precision} stands for here, null for the configuration's. */
    String resolved(String precision) {
      return EngineConfig.of(PrecisionChoice.here(config(precision, Map.of()), "cpu")).precision();
    }

    /** Opens the judge; {@code more} are keys of {@code assize.judge} that the measurement sets. */
    DjlJudge open(String precision, Map<String, Object> more) {
      return DjlJudge.open(config(precision, more), "cpu");
    }

    /** The judge as it is measured, but for its precision. */
    JudgeConfig config() {
      return config(null, Map.of());
    }

    private JudgeConfig config(String precision, Map<String, Object> more) {
      Map<String, String> flags = new LinkedHashMap<>();
      flags.put("model", model == null ? null : model.toString());
      flags.put("precision", precision);
      flags.put("max_new_tokens", text(newTokens));
      flags.put("context_length", text(context));
      flags.put("threads", text(threads));
      flags.put("decision", "text");
      more.forEach((key, value) -> flags.put(key, value.toString()));
      JudgeConfig judge = given.judge(DEFAULTS, flags);
      if (!judge.kind().equals("djl")) {
        throw UserError.configuration(
            "assize.judge.kind is %s: this measures a model in this process, djl", judge.kind());
      }
      return judge;
    }

    private static String text(Integer number) {
      return number == null ? null : number.toString();
    }

    /** The first prompts that fit, and what they are in tokens. */
    List<Prompt> prompts(DjlJudge judge) {
      if (pairs == null) {
        throw UserError.configuration("--pairs is missing: name Auto-J's pairs, as JSON lines");
      }
      int most = EngineConfig.of(config()).contextLength() - config().decoding().maxNewTokens() - 32;
      List<Prompt> fitting =
          BenchPrompts.read(pairs).stream()
              .filter(prompt -> judge.tokens(prompt.messages(), prompt.chat()).length <= most)
              .limit(count)
              .toList();
      if (fitting.size() < count) {
        throw UserError.configuration(
            "%s has %d prompts that fit, not %d: lower --count", pairs, fitting.size(), count);
      }
      return fitting;
    }
  }

  /** One measurement of one program. */
  record Measured(String program, double seconds, long promptTokens, long newTokens) {
    double rate() {
      return (promptTokens + newTokens) / seconds;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "%s %.1f tokens/s (%.1f s, %d + %d tokens)",
          program,
          rate(),
          seconds,
          promptTokens,
          newTokens);
    }
  }

  /** What {@code bench engine} prints. */
  record EngineResult(
      String precision,
      int prompts,
      int runs,
      Map<String, Double> tokensPerSecond,
      Map<String, Double> ratios,
      Map<String, String> failedPeers,
      double rowsPerSecond,
      double reusedShare,
      double productGops,
      double prefillShareOfProducts,
      double readGbPerSecond,
      double decodeShareOfReads) {}

  /** Our engine and its peers on the same prompts, in turns. */
  @Command(
      name = "engine",
      description =
          "Whole work (reading and writing) on real prompts, ours and the peers' in turns.",
      mixinStandardHelpOptions = true)
  int engine(
      @Mixin Workload workload,
      @Mixin Output output,
      @Option(names = "--precision", description = PRECISION) String asked,
      @Option(names = "--runs", defaultValue = "5", description = "paired runs") int runs,
      @Option(
              names = "--peers",
              split = ",",
              defaultValue = "",
              description = "of llama-native, llama-wheel, transformers, onnx-genai")
          List<String> peers,
      @Option(names = "--work", defaultValue = "bench-work", description = "for the peers' files")
          Path work)
      throws IOException, InterruptedException {
    String precision = workload.resolved(asked);
    List<String> programs =
        new ArrayList<>(peers.stream().filter(peer -> !peer.isBlank()).toList());
    Map<String, String> failed = new LinkedHashMap<>();
    List<Prompt> prompts;
    double[] rates;
    Path request;
    WorkDone done = WorkDone.NONE;
    Map<String, List<Measured>> measured = new LinkedHashMap<>();
    try (DjlJudge judge = workload.open(precision, Map.of("slots", 1))) {
      prompts = workload.prompts(judge);
      request = writeRequest(judge, prompts, workload.config(), work);
      rates = judge.machineRates();
    }
    for (String peer : List.copyOf(programs)) {
      if (peer("prepare", peer, request, work, failed) == null) {
        programs.remove(peer);
      }
    }
    for (int run = 0; run <= runs; run++) {
      List<Measured> round = new ArrayList<>();
      // Anew each time, as the peers: one that has read these prompts before would reuse them.
      try (DjlJudge judge = workload.open(precision, Map.of())) {
        round.add(ours("assize", judge, prompts));
        done = judge.workDone();
      }
      for (String peer : List.copyOf(programs)) {
        JsonNode one = peer("run", peer, request, work, failed);
        if (one == null) {
          // What it measured before is no row of pairs.
          programs.remove(peer);
          measured.remove(peer);
        } else {
          round.add(measured(peer, one));
        }
      }
      keep(run, runs, round, measured);
    }
    double[] reached = reached(workload, precision, prompts);
    EngineResult result =
        new EngineResult(
            precision,
            prompts.size(),
            runs,
            medians(measured),
            ratios(measured),
            failed,
            prompts.size() / median(measured.get("assize").stream().map(Measured::seconds)),
            done.reusedShare(),
            rates[0] / 1e9,
            reached[0] / rates[0],
            rates[1] / 1e9,
            reached[1] / rates[1]);
    output.print(result, text(result));
    return 0;
  }

  private static Measured measured(String peer, JsonNode one) {
    return new Measured(
        peer,
        one.get("seconds").asDouble(),
        one.get("prompt_tokens").asLong(),
        one.get("new_tokens").asLong());
  }

  /** Notes a round's measurements, unless it is the first of several, which warms up. */
  private static void keep(
      int run, int runs, List<Measured> round, Map<String, List<Measured>> measured) {
    for (Measured one : round) {
      Output.progress((run == 0 ? "warm-up: " : "run " + run + ": ") + one);
      if (run > 0 || runs == 0) {
        measured.computeIfAbsent(one.program(), p -> new ArrayList<>()).add(one);
      }
    }
  }

  /** What {@code bench decisions} prints. */
  record DecisionsResult(
      String precision,
      int prompts,
      int newTokens,
      int runs,
      Map<String, Double> seconds,
      Map<String, Double> rowsPerSecond,
      double forcedTimesAsFast) {}

  /** What a critique costs. */
  @Command(
      name = "decisions",
      description = "Rows a second with decision = forced against decision = critique, in turns.",
      mixinStandardHelpOptions = true)
  int decisions(
      @Mixin Workload workload,
      @Mixin Output output,
      @Option(names = "--precision", description = PRECISION) String asked,
      @Option(names = "--runs", defaultValue = "5", description = "paired runs") int runs) {
    String precision = workload.resolved(asked);
    List<Prompt> prompts;
    try (DjlJudge judge = workload.open(precision, Map.of("slots", 1))) {
      prompts = workload.prompts(judge);
    }
    Map<String, List<Measured>> measured = new LinkedHashMap<>();
    for (int run = 0; run <= runs; run++) {
      List<Measured> round = new ArrayList<>();
      for (String decision : List.of("critique", "forced")) {
        try (DjlJudge judge = workload.open(precision, Map.of("decision", decision))) {
          round.add(ours(decision, judge, prompts));
        }
      }
      keep(run, runs, round, measured);
    }
    List<Measured> critiques = measured.get("critique");
    List<Measured> forced = measured.get("forced");
    Map<String, Double> seconds = new LinkedHashMap<>();
    measured.forEach(
        (decision, all) -> seconds.put(decision, median(all.stream().map(Measured::seconds))));
    Map<String, Double> rate = new LinkedHashMap<>();
    seconds.forEach((decision, taken) -> rate.put(decision, prompts.size() / taken));
    DecisionsResult result =
        new DecisionsResult(
            precision,
            prompts.size(),
            workload.config().decoding().maxNewTokens(),
            runs,
            seconds,
            rate,
            median(
                IntStream.range(0, forced.size())
                    .mapToObj(i -> critiques.get(i).seconds() / forced.get(i).seconds())));
    output.print(
        result,
        String.format(
            Locale.ROOT,
            "%d prompts, at most %d new tokens, %d paired runs, precision %s; medians%n"
                + "critique %.2f rows/s, forced %.2f rows/s: %.2f times as many%n",
            prompts.size(),
            workload.config().decoding().maxNewTokens(),
            runs,
            precision,
            rate.get("critique"),
            rate.get("forced"),
            result.forcedTimesAsFast()));
    return 0;
  }

  private static Measured ours(String name, DjlJudge judge, List<Prompt> prompts) {
    long start = System.nanoTime();
    List<CompletableFuture<Completion>> futures = prompts.stream().map(judge::submit).toList();
    long read = 0;
    long written = 0;
    for (CompletableFuture<Completion> future : futures) {
      read += future.join().promptTokens();
      written += future.join().generatedTokens();
    }
    return new Measured(name, (System.nanoTime() - start) / 1e9, read, written);
  }

  /**
   * Operations a second while prompts alone are read, two for each of the layers' weights; and
   * bytes a second while one sequence writes, the weights once a token.
   */
  private static double[] reached(Workload workload, String precision, List<Prompt> prompts) {
    try (DjlJudge judge = workload.open(precision, Map.of("slots", 1, "prefix_reuse", false))) {
      List<Prompt> some = prompts.subList(0, Math.min(24, prompts.size()));
      judge.submit(some.get(0)).join();
      WorkDone before = judge.workDone();
      for (Prompt prompt : some) {
        long[] tokens = judge.tokens(prompt.messages(), prompt.chat());
        judge.logProbability(tokens, new long[] {tokens[0]}).join();
      }
      WorkDone read = judge.workDone().minus(before);
      before = judge.workDone();
      some.stream().limit(4).forEach(prompt -> judge.submit(prompt).join());
      WorkDone wrote = judge.workDone().minus(before);
      return new double[] {
        read.prefillRate() * 2 * judge.layerWeights(), wrote.decodeRate() * judge.weightBytes()
      };
    }
  }

  /** What {@code bench precision} prints for a precision. */
  record PrecisionResult(
      String precision,
      boolean deterministic,
      double perplexity,
      double perplexityOverFp32,
      double decisionsAsFp32,
      double decisionsAloneAsTogether,
      double meanShift,
      double textsAloneAsTogether) {}

  /** How far precisions differ from float32, and rows in a batch from the same rows alone. */
  @Command(
      name = "precision",
      description =
          "Perplexity and decisions of each precision against float32, and of rows alone against"
              + " full batches.",
      mixinStandardHelpOptions = true)
  int precision(
      @Mixin Workload workload,
      @Mixin Output output,
      @Option(
              names = "--precisions",
              split = ",",
              defaultValue = "auto",
              description = "the first is the reference (default: fp32, and what else there is)")
          List<String> asked,
      @Option(names = "--texts", defaultValue = "24", description = "prompts that write texts")
          int texts,
      @Option(names = "--deterministic") boolean deterministic) {
    List<String> precisions = asked.equals(List.of("auto")) ? allPrecisions() : asked;
    boolean exact = deterministic || EngineConfig.of(workload.config()).deterministic();
    List<PrecisionResult> results = new ArrayList<>();
    List<Completion> reference = null;
    double fp32 = Double.NaN;
    for (String precision : precisions) {
      Map<String, Object> full = Map.of("deterministic", exact);
      Map<String, Object> single =
          Map.of("slots", 1, "prefix_reuse", false, "deterministic", exact);
      List<Prompt> prompts;
      List<Prompt> some;
      List<Completion> textsTogether;
      double perplexity;
      try (DjlJudge judge = workload.open(precision, full)) {
        prompts = workload.prompts(judge);
        some = prompts.subList(0, Math.min(texts, prompts.size()));
        perplexity = perplexity(judge, some);
        textsTogether = together(judge, withNeighbours(some, prompts), some);
      }
      List<Completion> textsAlone = alone(workload, precision, single, some);
      List<Completion> together;
      try (DjlJudge judge = workload.open(precision, with(full, "decision", "forced"))) {
        together = together(judge, prompts, prompts);
      }
      List<Completion> alone =
          alone(workload, precision, with(single, "decision", "forced"), prompts);
      if (reference == null) {
        reference = together;
        fp32 = perplexity;
      }
      PrecisionResult result =
          new PrecisionResult(
              precision,
              exact,
              perplexity,
              perplexity / fp32 - 1,
              share(choices(together), choices(reference)),
              share(choices(together), choices(alone)),
              IntStream.range(0, alone.size())
                  .mapToDouble(
                      i ->
                          together.get(i).ruling().probabilityFirst()
                              - alone.get(i).ruling().probabilityFirst())
                  .average()
                  .orElse(0),
              share(
                  textsTogether.stream().map(Completion::text).toList(),
                  textsAlone.stream().map(Completion::text).toList()));
      Output.progress(result.toString());
      results.add(result);
    }
    StringBuilder text = new StringBuilder();
    for (PrecisionResult r : results) {
      text.append(
          String.format(
              Locale.ROOT,
              "%-5s perplexity %.3f (%+.2f %%), decisions as %s's %.1f %%, alone as together %.1f %%"
                  + " (mean shift of probability_a %+.1e), texts alone as together %.1f %%%n",
              r.precision(),
              r.perplexity(),
              100 * r.perplexityOverFp32(),
              precisions.get(0),
              100 * r.decisionsAsFp32(),
              100 * r.decisionsAloneAsTogether(),
              r.meanShift(),
              100 * r.textsAloneAsTogether()));
    }
    output.print(Map.of("results", results), text.toString());
    return 0;
  }

  private static double perplexity(DjlJudge judge, List<Prompt> prompts) {
    double sum = 0;
    long count = 0;
    for (Prompt prompt : prompts) {
      long[] tokens = judge.tokens(prompt.messages(), prompt.chat());
      long[] rest = Arrays.copyOfRange(tokens, 1, tokens.length);
      sum += judge.logProbability(new long[] {tokens[0]}, rest).join();
      count += rest.length;
    }
    return Math.exp(-sum / count);
  }

  private static List<Prompt> shuffled(List<Prompt> prompts) {
    List<Prompt> shuffled = new ArrayList<>(prompts);
    Collections.shuffle(shuffled, new Random(1));
    return shuffled;
  }

  /** Some prompts, and up to three times as many others. */
  private static List<Prompt> withNeighbours(List<Prompt> some, List<Prompt> all) {
    List<Prompt> both = new ArrayList<>(some);
    shuffled(all).stream()
        .limit(3L * some.size())
        .filter(prompt -> !some.contains(prompt))
        .forEach(both::add);
    return both;
  }

  /** Hands in all prompts at once, in an order of their own, and gives the answers of some. */
  private static List<Completion> together(DjlJudge judge, List<Prompt> all, List<Prompt> wanted) {
    Map<String, CompletableFuture<Completion>> futures = new LinkedHashMap<>();
    shuffled(all).forEach(prompt -> futures.put(prompt.id(), judge.submit(prompt)));
    return wanted.stream().map(prompt -> futures.get(prompt.id()).join()).toList();
  }

  private static Map<String, Object> with(Map<String, Object> settings, String key, Object value) {
    Map<String, Object> more = new LinkedHashMap<>(settings);
    more.put(key, value);
    return more;
  }

  private static List<Completion> alone(
      Workload workload, String precision, Map<String, Object> settings, List<Prompt> prompts) {
    try (DjlJudge judge = workload.open(precision, settings)) {
      return prompts.stream().map(prompt -> judge.submit(prompt).join()).toList();
    }
  }

  private static List<Choice> choices(List<Completion> completions) {
    return completions.stream().map(completion -> completion.ruling().choice()).toList();
  }

  private static <T> double share(List<T> some, List<T> others) {
    long same =
        IntStream.range(0, some.size()).filter(i -> some.get(i).equals(others.get(i))).count();
    return (double) same / some.size();
  }

  private static Path writeRequest(
      DjlJudge judge, List<Prompt> prompts, JudgeConfig config, Path work) throws IOException {
    ObjectNode request = new ObjectMapper().createObjectNode();
    request.put("model", Path.of(config.model()).toAbsolutePath().toString());
    request.put("threads", EngineConfig.of(config).threads());
    request.put("new_tokens", config.decoding().maxNewTokens());
    request.put("context", EngineConfig.of(config).contextLength());
    ArrayNode array = request.putArray("prompts");
    for (Prompt prompt : prompts) {
      ArrayNode tokens = array.addArray();
      for (long token : judge.tokens(prompt.messages(), prompt.chat())) {
        tokens.add(token);
      }
    }
    Files.createDirectories(work);
    Path file = work.resolve("request.json");
    Files.writeString(file, request.toString());
    return file;
  }

  /** What this processor can do, float32 first. */
  private static List<String> allPrecisions() {
    List<String> all = new ArrayList<>(KernelSet.used("cpu").precisions());
    Collections.reverse(all);
    return all;
  }

  /**
   * What a peer gives; null where it fails, which is told and costs its row alone.
   *
   * @param failed takes the reason
   */
  private static JsonNode peer(
      String verb, String peer, Path request, Path work, Map<String, String> failed)
      throws InterruptedException {
    Output.progress(verb + " " + peer);
    try {
      Process process =
          new ProcessBuilder(
                  "scripts/bench-peer",
                  verb,
                  peer,
                  request.toString(),
                  work.toAbsolutePath().toString())
              .redirectError(ProcessBuilder.Redirect.INHERIT)
              .start();
      String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() == 0) {
        return new ObjectMapper().readTree(out.isBlank() ? "{}" : out);
      }
      failed.put(peer, verb + " ended with " + process.exitValue() + ": its reason stands above");
    } catch (IOException e) {
      failed.put(peer, verb + " failed: " + e.getMessage());
    }
    Output.progress(peer + ": " + failed.get(peer));
    return null;
  }

  private static Map<String, Double> medians(Map<String, List<Measured>> measured) {
    Map<String, Double> medians = new LinkedHashMap<>();
    measured.forEach(
        (program, runs) -> medians.put(program, median(runs.stream().map(Measured::rate))));
    return medians;
  }

  /** Medians over paired runs of our tokens a second over each peer's: texts differ in length. */
  private static Map<String, Double> ratios(Map<String, List<Measured>> measured) {
    List<Measured> ours = measured.get("assize");
    Map<String, Double> ratios = new LinkedHashMap<>();
    measured.forEach(
        (program, runs) -> {
          if (!program.equals("assize")) {
            ratios.put(
                program,
                median(
                    IntStream.range(0, runs.size())
                        .mapToObj(i -> ours.get(i).rate() / runs.get(i).rate())));
          }
        });
    return ratios;
  }

  private static double median(Stream<Double> values) {
    double[] sorted = values.mapToDouble(Double::doubleValue).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }

  private static String text(EngineResult r) {
    StringBuilder text = new StringBuilder();
    text.append(
        String.format(
            Locale.ROOT,
            "%d prompts, %d paired runs, precision %s; medians%n",
            r.prompts(),
            r.runs(),
            r.precision()));
    r.tokensPerSecond()
        .forEach(
            (program, rate) ->
                text.append(
                    String.format(
                        Locale.ROOT,
                        "%-14s %8.1f tokens/s%s%n",
                        program,
                        rate,
                        r.ratios().containsKey(program)
                            ? String.format(
                                Locale.ROOT,
                                "   assize is %.2f times as fast",
                                r.ratios().get(program))
                            : String.format(Locale.ROOT, "   %.2f rows/s", r.rowsPerSecond()))));
    r.failedPeers()
        .forEach(
            (peer, why) ->
                text.append(String.format(Locale.ROOT, "%-14s failed: %s%n", peer, why)));
    text.append(
        String.format(
            Locale.ROOT,
            "%.1f %% of the prompts' tokens were not read, but reused%n"
                + "best %s products here %.0f GOP/s; reading prompts alone reaches %.0f %% of them%n"
                + "best reading of memory here %.1f GB/s; one sequence writing reaches %.0f %% of it%n",
            100 * r.reusedShare(),
            r.precision().equals("int8") ? "int8" : "fp32",
            r.productGops(),
            100 * r.prefillShareOfProducts(),
            r.readGbPerSecond(),
            100 * r.decodeShareOfReads()));
    return text.toString();
  }
}
