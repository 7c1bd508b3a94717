package io.assize.cli.bench;

import io.assize.cli.Output;
import io.assize.config.EngineConfig;
import io.assize.judge.Completion;
import io.assize.judge.Prompt;
import io.assize.judge.djl.DjlJudge;
import io.assize.judge.djl.KernelSet;
import io.assize.verdict.Choice;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * {@code bench precision}: how far precisions differ from float32, and rows in a batch from the
 * same rows alone.
 */
@Command(
    name = "precision",
    description =
        "Perplexity and decisions of each precision against float32, and of rows alone against"
            + " full batches.",
    mixinStandardHelpOptions = true)
final class PrecisionCommand implements Callable<Integer> {
  @Mixin private Workload workload;
  @Mixin private Output output;

  @Option(
      names = "--precisions",
      paramLabel = "<asked>",
      split = ",",
      defaultValue = "auto",
      description = "the first is the reference (default: fp32, and what else there is)")
  private List<String> asked;

  @Option(
      names = "--texts",
      paramLabel = "<texts>",
      defaultValue = "24",
      description = "prompts that write texts")
  private int texts;

  @Option(names = "--deterministic")
  private boolean deterministic;

  /**
   * What is printed of one precision; {@code fp32} stands for the first, the reference.
   *
   * @param perplexityOverFp32 0.01: one percent more
   * @param decisionsAsFp32 the share of prompts whose decision is the reference's
   * @param decisionsAloneAsTogether the share whose decision is the same alone and in a batch
   * @param meanShift of the probability of the first answer, in a batch against alone
   * @param textsAloneAsTogether the share whose text is the same to the letter
   */
  record PrecisionResult(
      String precision,
      boolean deterministic,
      double perplexity,
      double perplexityOverFp32,
      double decisionsAsFp32,
      double decisionsAloneAsTogether,
      double meanShift,
      double textsAloneAsTogether) {}

  /**
   * What the judge gave in one precision, to the prompts in full batches and to each one alone.
   *
   * @param perplexity of the prompts that write texts
   */
  private record Observation(
      double perplexity,
      List<Completion> textsTogether,
      List<Completion> textsAlone,
      List<Completion> together,
      List<Completion> alone) {

    double meanShift() {
      return IntStream.range(0, alone.size())
          .mapToDouble(
              i ->
                  together.get(i).ruling().probabilityFirst()
                      - alone.get(i).ruling().probabilityFirst())
          .average()
          .orElse(0);
    }
  }

  @Override
  public Integer call() {
    List<String> precisions = asked.equals(List.of("auto")) ? allPrecisions() : asked;
    boolean exact = deterministic || EngineConfig.of(workload.config()).deterministic();
    List<PrecisionResult> results = new ArrayList<>();
    Observation reference = null;
    for (String precision : precisions) {
      Observation observed = observe(precision, exact);
      reference = reference == null ? observed : reference;
      PrecisionResult result =
          new PrecisionResult(
              precision,
              exact,
              observed.perplexity(),
              observed.perplexity() / reference.perplexity() - 1,
              share(choices(observed.together()), choices(reference.together())),
              share(choices(observed.together()), choices(observed.alone())),
              observed.meanShift(),
              share(texts(observed.textsTogether()), texts(observed.textsAlone())));
      Output.progress(result.toString());
      results.add(result);
    }
    output.print(Map.of("results", results), text(results));
    return 0;
  }

  /** What this processor can do, float32 first. */
  private static List<String> allPrecisions() {
    List<String> all = new ArrayList<>(KernelSet.used("cpu").precisions());
    Collections.reverse(all);
    return all;
  }

  private Observation observe(String precision, boolean exact) {
    Map<String, Object> full = Map.of("deterministic", exact);
    Map<String, Object> single = Map.of("slots", 1, "prefix_reuse", false, "deterministic", exact);
    List<Prompt> prompts;
    List<Prompt> chosen;
    List<Completion> textsTogether;
    double perplexity;
    try (DjlJudge judge = workload.open(precision, full)) {
      prompts = workload.prompts(judge);
      chosen = prompts.subList(0, Math.min(texts, prompts.size()));
      perplexity = perplexity(judge, chosen);
      textsTogether = together(judge, withNeighbours(chosen, prompts), chosen);
    }
    List<Completion> textsAlone = alone(precision, single, chosen);
    List<Completion> together;
    try (DjlJudge judge = workload.open(precision, forced(full))) {
      together = together(judge, prompts, prompts);
    }
    List<Completion> alone = alone(precision, forced(single), prompts);
    return new Observation(perplexity, textsTogether, textsAlone, together, alone);
  }

  private static Map<String, Object> forced(Map<String, Object> settings) {
    Map<String, Object> more = new HashMap<>(settings);
    more.put("decision", "forced");
    return more;
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

  /** Some prompts, and up to three times as many others. */
  private static List<Prompt> withNeighbours(List<Prompt> chosen, List<Prompt> all) {
    List<Prompt> both = new ArrayList<>(chosen);
    shuffled(all).stream()
        .limit(3L * chosen.size())
        .filter(prompt -> !chosen.contains(prompt))
        .forEach(both::add);
    return both;
  }

  /** Hands in all prompts at once, in an order of their own, and gives the answers of some. */
  private static List<Completion> together(DjlJudge judge, List<Prompt> all, List<Prompt> wanted) {
    Map<String, CompletableFuture<Completion>> futures = new LinkedHashMap<>();
    shuffled(all).forEach(prompt -> futures.put(prompt.id(), judge.submit(prompt)));
    return wanted.stream().map(prompt -> futures.get(prompt.id()).join()).toList();
  }

  private static List<Prompt> shuffled(List<Prompt> prompts) {
    List<Prompt> shuffled = new ArrayList<>(prompts);
    Collections.shuffle(shuffled, new Random(1));
    return shuffled;
  }

  /** The answers of prompts that are handed in one after the other. */
  private List<Completion> alone(
      String precision, Map<String, Object> settings, List<Prompt> prompts) {
    try (DjlJudge judge = workload.open(precision, settings)) {
      return prompts.stream().map(prompt -> judge.submit(prompt).join()).toList();
    }
  }

  private static List<Choice> choices(List<Completion> completions) {
    return completions.stream().map(completion -> completion.ruling().choice()).toList();
  }

  private static List<String> texts(List<Completion> completions) {
    return completions.stream().map(Completion::text).toList();
  }

  /** The share of places where two lists are equal. */
  private static <T> double share(List<T> these, List<T> others) {
    long same =
        IntStream.range(0, these.size()).filter(i -> these.get(i).equals(others.get(i))).count();
    return (double) same / these.size();
  }

  private static String text(List<PrecisionResult> results) {
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
              results.get(0).precision(),
              100 * r.decisionsAsFp32(),
              100 * r.decisionsAloneAsTogether(),
              r.meanShift(),
              100 * r.textsAloneAsTogether()));
    }
    return text.toString();
  }
}
