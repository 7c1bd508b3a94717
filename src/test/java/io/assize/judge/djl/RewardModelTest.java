package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.UserError;
import io.assize.judge.Answering;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeSpec;
import io.assize.judge.Prompt;
import io.assize.judge.model.Precision;
import io.assize.prompt.PromptFields;
import io.assize.prompt.Protocol;
import io.assize.prompt.RequestMaker;
import io.assize.testing.DemoJudge;
import io.assize.verdict.Choice;
import io.assize.verdict.Order;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Reward models: the scores that transformers gives for tiny random checkpoints, golden files of
 * scripts/golden/make_reward.py.
 */
@HeldKernels
class RewardModelTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/reward");
  private static final String SETTINGS =
      "decision = score, slots = 4, context_length = 512, step_tokens = 64, precision = ";
  private static final RequestMaker SINGLE = new RequestMaker(Protocol.load("reward-single"));
  private static final RequestMaker PAIR = new RequestMaker(Protocol.load("reward"));

  @TempDir private Path dir;

  /** A chat with its score, as transformers gave it. */
  private record Scored(String prompt, String response, List<Long> tokens, double score) {
    Prompt single() {
      PromptFields fields = new PromptFields(prompt, List.of(response), null, "s", null);
      return Prompt.of(SINGLE.of("1", Order.SINGLE, fields), SINGLE.protocol());
    }

    Prompt against(Scored other) {
      PromptFields fields =
          new PromptFields(prompt, List.of(response, other.response), null, "s", null);
      return Prompt.of(PAIR.of("1", Order.AB, fields), PAIR.protocol());
    }
  }

  static List<String> names() throws IOException {
    try (Stream<Path> folders = Files.list(GOLDEN)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void scoresAreThoseOfTransformersAloneAndInBatches(String name) throws IOException {
    List<Scored> chats = golden(name);
    try (DjlJudge judge = open(name, "fp32")) {
      for (Scored chat : chats) {
        Completion completion = judge.submit(chat.single()).join();
        assertThat(completion.ruling().rating())
            .as(chat.toString())
            .isCloseTo(chat.score, within(1e-4));
        assertThat(completion.text()).isNull();
        assertThat(completion.finishReason()).isEqualTo(Completion.SCORED);
        assertThat(completion.promptTokens()).isEqualTo(chat.tokens.size() - padding(name, chat));
      }
    }
    try (DjlJudge judge = open(name, "fp32")) {
      List<CompletableFuture<Completion>> together =
          chats.stream().map(chat -> judge.submit(chat.single())).toList();
      for (int i = 0; i < chats.size(); i++) {
        assertThat(together.get(i).join().ruling().rating())
            .as(chats.get(i).toString())
            .isCloseTo(chats.get(i).score, within(1e-4));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void theHigherScoreWinsByTheProbabilityOfBradleyAndTerry(String name) throws IOException {
    List<Scored> chats = golden(name);
    Scored one = chats.get(0);
    Scored other = chats.get(1);
    double p = 1 / (1 + Math.exp(other.score - one.score));
    try (DjlJudge judge = open(name, "fp32")) {
      Completion there = judge.submit(one.against(other)).join();
      long read = judge.workDone().prefillTokens();
      Completion back = judge.submit(other.against(one)).join();
      Completion tie = judge.submit(one.against(one)).join();
      assertThat(there.ruling().probabilityFirst()).isCloseTo(p, within(1e-4));
      assertThat(there.ruling().choice())
          .isEqualTo(one.score > other.score ? Choice.FIRST : Choice.SECOND);
      assertThat(there.ruling().rating()).isNull();
      assertThat(there.text())
          .matches("Response 1 scores -?[0-9.E-]+, Response 2 scores -?[0-9.E-]+");
      assertThat(back.ruling().probabilityFirst())
          .isCloseTo(1 - there.ruling().probabilityFirst(), within(1e-15));
      assertThat(tie.ruling().choice()).isEqualTo(Choice.TIE);
      assertThat(tie.ruling().probabilityFirst()).isEqualTo(0.5);
      // What was scored once is not read again.
      assertThat(judge.workDone().prefillTokens()).isEqualTo(read);
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void aScoreDoesNotDependOnWhatElseIsScored(String name) throws IOException {
    List<Scored> chats = golden(name);
    String exact = "fp32, deterministic = true";
    assertThat(scores(name, exact, chats, true)).isEqualTo(scores(name, exact, chats, false));
  }

  /** Above all, that the head stands in the turned basis of int8. */
  @ParameterizedTest
  @MethodSource("names")
  void lowPrecisionsComeNear(String name) throws IOException {
    List<Scored> chats = golden(name);
    DoubleSummaryStatistics all = chats.stream().mapToDouble(Scored::score).summaryStatistics();
    double near = 0.1 * (all.getMax() - all.getMin());
    for (Precision precision : List.of(Precision.BF16, Precision.INT8)) {
      KernelSet here = KernelSet.used("cpu");
      assumeTrue(
          here.can(precision),
          () ->
              "skipped: kernels " + here.text() + " cannot do " + precision + " (docs/engine.md)");
      if (name.equals("gemma2") && precision == Precision.INT8) {
        continue;
      }
      String settings = precision.name().toLowerCase(Locale.ROOT);
      List<Double> together = scores(name, settings, chats, true);
      if (precision == Precision.INT8) {
        assertThat(together).isEqualTo(scores(name, settings, chats, false));
      }
      for (int i = 0; i < chats.size(); i++) {
        assertThat(together.get(i))
            .as("%s in %s: %s", name, precision, chats.get(i))
            .isCloseTo(chats.get(i).score, within(near));
      }
    }
  }

  /** The basis is made twice, in the graph and here: golden rows of the graph's own code. */
  @Test
  void theTurnedBasisIsTheGraphs() throws IOException {
    JsonNode rows =
        new ObjectMapper().readTree(GOLDEN.resolveSibling("turned-basis.json").toFile());
    assertThat(rows).hasSize(4);
    for (JsonNode row : rows) {
      float[] plain = new float[row.get("row").size()];
      for (int i = 0; i < plain.length; i++) {
        plain[i] = (float) row.get("row").get(i).asDouble();
      }
      float[] turned = TurnedBasis.spread(plain);
      for (int i = 0; i < turned.length; i++) {
        assertThat((double) turned[i]).isCloseTo(row.get("turned").get(i).asDouble(), within(1e-5));
      }
    }
  }

  @Test
  void aResponseThatDoesNotFitFailsWithTheShareThatWould() {
    Scored longest = new Scored("q", "word ".repeat(2000), List.of(), 0);
    Scored fits = new Scored("q", "yes", List.of(), 0);
    try (DjlJudge judge = open("qwen3", "fp32")) {
      assertThatThrownBy(judge.submit(fits.against(longest))::join)
          .cause()
          .isInstanceOfSatisfying(
              JudgeException.class,
              e -> {
                assertThat(e.reason()).isEqualTo(JudgeException.Reason.TOO_LONG);
                assertThat(e.fitting()).isBetween(0.0, 0.5);
              })
          .hasMessageContaining("more than the context of 512");
      assertThat(judge.submit(fits.single()).join().ruling().rating()).isFinite();
    }
  }

  @Test
  void whatDoesNotFitIsCutUntilItDoes() {
    PromptFields fields =
        new PromptFields("q", List.of("yes", "word ".repeat(2000)), null, "s", null);
    Answering.Attempts asked = new Answering.Attempts(PAIR.of("1", Order.AB, fields), null);
    try (DjlJudge judge = open("qwen3", "fp32")) {
      Completion cut = new Answering(judge, PAIR, true, 0).answer(asked).join();
      assertThat(asked.note()).contains("of [3, 10000] characters, cut in the middle to [3, ");
      assertThat(cut.promptTokens()).isBetween(400, 560);
      assertThat(cut.ruling().choice()).isNotNull();
    }
  }

  @Test
  void aRewardModelIsNotOpenedForWords() {
    assertThatThrownBy(
            () ->
                DjlJudge.open(
                    DemoJudge.config(GOLDEN.resolve("qwen3"), "decision = text, precision = fp32"),
                    "cpu"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is a reward model");
  }

  @Test
  void whoCancelsTakesNothingFromWhoWaitsForTheSame() {
    try (DjlJudge judge = open("qwen3", "fp32")) {
      Scored chat = new Scored("q", "word ".repeat(100), List.of(), 0);
      CompletableFuture<Completion> one = judge.submit(chat.single());
      CompletableFuture<Completion> other = judge.submit(chat.single());
      one.cancel(false);
      assertThat(other.join().ruling().rating()).isFinite();
      assertThat(judge.submit(chat.single()).join().ruling()).isEqualTo(other.join().ruling());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "reward/qwen3|score|pairwise|set assize.protocol to reward, reward-single",
        "reward/qwen3|critique|reward|set assize.judge.decision to score and name a reward model",
        "reward/qwen3|critique|pairwise|is a reward model (Qwen3ForSequenceClassification), which"
            + " has no words: set assize.judge.decision to score and assize.protocol to reward",
        "tiny-llama|score|reward|(LlamaForCausalLM) is no reward model: set decision to critique",
      })
  void modelDecisionAndProtocolAreOfOneKind(
      String model, String decision, String protocol, String message) {
    Path path = Path.of("src/test/resources/golden", model);
    String settings =
        "decision = " + decision + ", precision = fp32, context_length = 512, max_new_tokens = 8";
    assertThatThrownBy(
            () -> JudgeSpec.of(DemoJudge.config(path, settings), Protocol.load(protocol)))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"0\": \"LABEL_0\"|\"0\": \"a\", \"1\": \"b\"|the model has 2 labels (id2label)",
        "\"id2label\"|\"unknown\"|the model has 2 labels (num_labels)",
        "Qwen3ForSequenceClassification|Qwen3ForRewardModelWithGating|architecture"
            + " Qwen3ForRewardModelWithGating is not supported",
        "\"pad_token_id\": null|\"pad_token_id\": \"x\"|pad_token_id is \"x\": it must be a whole number",
      })
  void whatIsNoScoreOfOneLabelIsRefusedByName(String part, String by, String message)
      throws IOException {
    try (Stream<Path> files = Files.list(GOLDEN.resolve("qwen3"))) {
      for (Path file : files.toList()) {
        Files.copy(file, dir.resolve(file.getFileName()));
      }
    }
    Path config = dir.resolve("config.json");
    String json =
        Files.readString(config, StandardCharsets.UTF_8)
            .replaceFirst("\\{", "{\"pad_token_id\": null, ");
    assertThat(json).contains(part);
    Files.writeString(config, json.replace(part, by));
    assertThatThrownBy(
            () -> JudgeSpec.of(DemoJudge.config(dir, SETTINGS + "fp32"), Protocol.load("reward")))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining(message);
  }

  /** What costs a text nothing costs a score nothing: settings of writing are not in its key. */
  @Test
  void settingsOfWritingDoNotJudgeAgain() {
    Protocol protocol = Protocol.load("reward");
    Path model = GOLDEN.resolve("qwen3");
    String one = spec(model, protocol, "fp32");
    assertThat(spec(model, protocol, "fp32, max_new_tokens = 9, temperature = 1")).isEqualTo(one);
    assertThat(spec(GOLDEN.resolve("qwen2"), protocol, "fp32")).isNotEqualTo(one);
  }

  private static String spec(Path model, Protocol protocol, String settings) {
    return JudgeSpec.of(DemoJudge.config(model, SETTINGS + settings), protocol).fingerprint();
  }

  /** Tokens at the end that are padding: the model's end of a turn, in one of them. */
  private static int padding(String name, Scored chat) {
    return name.equals("llama") && chat.tokens.get(chat.tokens.size() - 1) == 1 ? 1 : 0;
  }

  private static List<Double> scores(
      String name, String precision, List<Scored> chats, boolean together) {
    List<Double> scores = new ArrayList<>();
    try (DjlJudge judge = open(name, precision)) {
      List<CompletableFuture<Completion>> futures = new ArrayList<>();
      for (Scored chat : chats) {
        futures.add(judge.submit(chat.single()));
        if (!together) {
          futures.get(futures.size() - 1).join();
        }
      }
      futures.forEach(future -> scores.add(future.join().ruling().rating()));
    }
    return scores;
  }

  private static DjlJudge open(String name, String precision) {
    return DjlJudge.open(DemoJudge.config(GOLDEN.resolve(name), SETTINGS + precision), "cpu");
  }

  private static List<Scored> golden(String name) throws IOException {
    JsonNode rows =
        new ObjectMapper().readTree(GOLDEN.resolve(name).resolve("scores.json").toFile());
    List<Scored> chats = new ArrayList<>();
    for (JsonNode row : rows) {
      List<Long> tokens = new ArrayList<>();
      row.get("tokens").forEach(token -> tokens.add(token.asLong()));
      chats.add(
          new Scored(
              row.get("prompt").asText(),
              row.get("response").asText(),
              tokens,
              row.get("score").asDouble()));
    }
    return chats;
  }
}
