package io.assize.judge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.AssizeConfig;
import io.assize.config.HttpConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.Settings;
import io.assize.judge.Judge;
import io.assize.judge.Prompt;
import io.assize.judge.Ruling;
import io.assize.judge.djl.DjlJudge;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.testing.DemoJudge;
import io.assize.testing.LlamaCpp;
import io.assize.testing.Programs;
import io.assize.testing.PublicData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same file asked the same question, by llama.cpp's server and by this JVM. */
@Tag("slow")
class LlamaServerTest {
  private static final int PAIRS = Integer.getInteger("assize.test.pairs", 12);

  @TempDir static Path dir;
  private static Programs.Running server;
  private static int port;
  private static DjlJudge here;

  @BeforeAll
  static void start() throws Exception {
    port = Programs.freePort();
    server = LlamaCpp.serve(dir, port);
    here =
        DjlJudge.open(
            DemoJudge.config(
                DemoJudge.path(),
                "precision = fp32, slots = 4, context_length = 2048, decision = forced"),
            "cpu");
  }

  @AfterAll
  static void stop() {
    server.close();
    here.close();
  }

  @Test
  void itsDecisionsAreThoseOfAJudgeInTheJvm() throws IOException {
    List<Prompt> prompts = pairs();
    List<Ruling> ours = rulings(here, prompts);
    try (HttpJudge there = judge(HttpConfig.LLAMA_SERVER)) {
      List<Ruling> theirs = rulings(there, prompts);
      keep(ours, theirs);
      assertThat(same(ours, theirs)).isGreaterThanOrEqualTo(0.95);
      assertThat(first(theirs)).isCloseTo(first(ours), within(0.03));
      // A small judge often says the same of all: its probabilities tell more than its decisions.
      for (int i = 0; i < prompts.size(); i++) {
        assertThat(theirs.get(i).probabilityFirst())
            .as(prompts.get(i).id())
            .isCloseTo(ours.get(i).probabilityFirst(), within(0.1));
      }
    }
  }

  /** The figures, for whoever reads the test's output. */
  private static void keep(List<Ruling> ours, List<Ruling> theirs) {
    DoubleSummaryStatistics apart =
        IntStream.range(0, ours.size())
            .mapToDouble(
                i -> Math.abs(ours.get(i).probabilityFirst() - theirs.get(i).probabilityFirst()))
            .summaryStatistics();
    long sides =
        IntStream.range(0, ours.size())
            .filter(
                i -> ours.get(i).probabilityFirst() > 0.5 == theirs.get(i).probabilityFirst() > 0.5)
            .count();
    System.out.printf(
        Locale.ROOT,
        "%d pairs: %.1f %% of decisions equal, %d lean to the same response; the first preferred"
            + " %.4f here, %.4f there; probabilities apart by %.4f on average, %.4f at most; decisions"
            + " here %s%n",
        ours.size(),
        100 * same(ours, theirs),
        sides,
        first(ours),
        first(theirs),
        apart.getAverage(),
        apart.getMax(),
        ours.stream().collect(Collectors.groupingBy(Ruling::choice, Collectors.counting())));
  }

  private static List<Ruling> rulings(Judge judge, List<Prompt> prompts) {
    List<CompletableFuture<Ruling>> asked =
        prompts.stream()
            .map(prompt -> judge.submit(prompt).thenApply(completion -> completion.ruling()))
            .toList();
    return asked.stream().map(CompletableFuture::join).toList();
  }

  private static double same(List<Ruling> ours, List<Ruling> theirs) {
    return IntStream.range(0, ours.size())
        .mapToDouble(i -> ours.get(i).choice() == theirs.get(i).choice() ? 1 : 0)
        .average()
        .orElseThrow();
  }

  /** The mean preference for the response shown first. */
  private static double first(List<Ruling> rulings) {
    return rulings.stream().mapToDouble(Ruling::probabilityFirst).average().orElseThrow();
  }

  /** The shortest of Auto-J's pairs, in a short wording; without them, of the demo's. */
  private static List<Prompt> pairs() throws IOException {
    Optional<Path> data = PublicData.autoJIfThere();
    Stream<String> texts =
        data.isPresent()
            ? Files.readAllLines(data.get().resolve("pairwise_test.jsonl")).stream()
                .map(LlamaServerTest::json)
                .map(row -> text(row, row.get("response 1"), row.get("response 2")))
            : Settings.resource("demo/outputs.jsonl")
                .lines()
                .map(LlamaServerTest::json)
                .flatMap(LlamaServerTest::demo);
    return texts
        .sorted(Comparator.comparingInt(String::length))
        .limit(PAIRS)
        .map(text -> prompt(text, DecisionRule.FINAL_DECISION))
        .toList();
  }

  private static Stream<String> demo(JsonNode row) {
    List<JsonNode> responses = new ArrayList<>();
    row.get("responses").forEach(responses::add);
    return IntStream.range(0, responses.size())
        .mapToObj(i -> text(row, responses.get(i), responses.get((i + 1) % responses.size())));
  }

  private static String text(JsonNode row, JsonNode first, JsonNode second) {
    return "Query: %s\n\nResponse 1: %s\n\nResponse 2: %s\n\nWhich response answers the query better?"
        .formatted(row.get("prompt").asText(), first.asText(), second.asText());
  }

  private static JsonNode json(String line) {
    try {
      return new ObjectMapper().readTree(line);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Prompt prompt(String text, DecisionRule rule) {
    return new Prompt(text, List.of(new ChatMessage("user", text)), "model", rule, List.of(), null);
  }

  private static HttpJudge judge(String question) {
    JudgeConfig config =
        AssizeConfig.parse(
                """
                assize { corpus.path = none, output.dir = none
                  judge { kind = http, model = smollm2, decision = forced
                    http { url = "http://127.0.0.1:%d/v1", concurrency = 4, question = %s } } }
                """
                    .formatted(port, question),
                Map.of())
            .judge();
    return new HttpJudge(config, name -> null);
  }
}
