package io.assize.judge.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.EngineConfig;
import io.assize.config.JudgeConfig;
import io.assize.judge.Completion;
import io.assize.judge.Prompt;
import io.assize.judge.Ruling;
import io.assize.judge.VerdictParser;
import io.assize.judge.djl.PromptTokenizer;
import io.assize.judge.model.ChatFormats;
import io.assize.judge.model.Checkpoint;
import io.assize.judge.model.CheckpointFiles;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.prompt.Segment;
import io.assize.testing.DemoJudge;
import io.assize.verdict.Choice;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Answers that come in channels, as OpenAI's harmony format has them
 * (developers.openai.com/cookbook/articles/openai-harmony): {@code analysis} is thinking, {@code
 * final} is the answer, and a decision stands in the latter wherever the text broke off.
 */
class ChannelsTest {
  private static final Path TINY = Path.of("src/test/resources/golden/tiny-llama");
  private static final List<String> MARKS =
      List.of("<|start|>", "<|end|>", "<|message|>", "<|channel|>", "<|return|>");
  private static final int VOCABULARY = 384;
  private static final long RETURN = VOCABULARY + 4;
  private static final String TEMPLATE =
      "{% for m in messages %}<|start|>{{ m.role }}<|message|>{{ m.content }}<|end|>{% endfor %}"
          + "{% if add_generation_prompt %}<|start|>assistant{% endif %}";
  private static final DecisionRule RULE = DecisionRule.FINAL_DECISION;

  @TempDir private Path dir;
  private PromptTokenizer tokenizer;
  private ModelText model;
  private MadeUpEngine engine;

  /** The tiny Llama with a vocabulary and a chat template of channels. */
  @BeforeEach
  void channels() throws IOException {
    ObjectMapper json = new ObjectMapper();
    for (String name : List.of("config.json", "model.safetensors.index.json")) {
      Files.copy(TINY.resolve(name), dir.resolve(name));
    }
    for (int part = 1; part <= 2; part++) {
      String name = "model-0000" + part + "-of-00002.safetensors";
      Files.copy(TINY.resolve(name), dir.resolve(name));
    }
    ObjectNode tokens = (ObjectNode) json.readTree(TINY.resolve("tokenizer.json").toFile());
    for (int i = 0; i < MARKS.size(); i++) {
      ObjectNode token = tokens.withArray("added_tokens").addObject();
      token.put("id", VOCABULARY + i).put("content", MARKS.get(i)).put("special", true);
      token.put("single_word", false).put("lstrip", false).put("rstrip", false);
      token.put("normalized", false);
    }
    json.writeValue(dir.resolve("tokenizer.json").toFile(), tokens);
    json.writeValue(
        dir.resolve("tokenizer_config.json").toFile(),
        json.createObjectNode().put("eos_token", "<|return|>").put("chat_template", TEMPLATE));
    try (Checkpoint checkpoint = CheckpointFiles.find(dir).open()) {
      tokenizer = new PromptTokenizer(checkpoint.tokenizerJson(), "tiny");
      model = new ModelText(tokenizer, new ChatFormats(checkpoint), checkpoint.endTokens(), 512);
    }
  }

  @AfterEach
  void close() {
    tokenizer.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "C analysis M Two is longer. E S assistant C final M It is one.;"
            + " <think>Two is longer.</think>It is one.; It is one.",
        "C analysis M a E S assistant C commentary M b E S assistant C final M c;"
            + " <think>ab</think>c; c",
        "C final M The final decision is Tie; The final decision is Tie; The final decision is Tie",
        "C analysis M The final decision is Response 1; <think>The final decision is Response 1; ''",
        "C analysis M x E S assistant C fin; <think>x; ''",
        "plain words; plain words; plain words",
      })
  void whatIsInTheFinalChannelIsTheAnswer(String written, String text, String said) {
    String read = AnswerText.of(tokenizer).read(tokens(written), true);
    assertThat(read).isEqualTo(text);
    assertThat(VerdictParser.withoutThinking(read)).isEqualTo(said);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "''; C final M",
        "C; final M",
        "C analysis M x; E S assistant C final M",
        "C analysis M x E; S assistant C final M",
        "C analysis M x E S; assistant C final M",
        "C analysis M x E S assistant C final; M",
        "C analysis M x E S assistant C final M; ''",
        "C analysis M x E S assistant C final M so; ''",
        "C ana; M E S assistant C final M",
      })
  void aTextGoesOnInTheFinalChannelWhereverItBrokeOff(String written, String more) {
    AnswerText reading = AnswerText.of(tokenizer);
    long[] found = reading.toFinal(tokens(written), true);
    assertThat(found).isEqualTo(tokens(more)).hasSizeLessThanOrEqualTo(reading.most(true));
    assertThat(reading.toFinal(tokens(written), false)).isEmpty();
  }

  @Test
  void aForcedDecisionStandsInTheFinalChannel() throws IOException {
    List<ChatMessage> chat = List.of(new ChatMessage("user", "Which?"));
    QuestionTokens question = new QuestionTokens(RULE, tokenizer);
    assertThat(question.after(model, chat, "model"))
        .isEqualTo(tokens("S user M Which? E S assistant C final M The final decision is"));
    assertThat(question.after(model, chat, "none"))
        .isEqualTo(tokenizer.encodeText("Which?The final decision is"));
  }

  @Test
  void aModelThatThinksToTheEndIsAskedInTheFinalChannel() throws IOException {
    try (GeneratingJudge judge = judge()) {
      writes("C analysis M The final decision is Response 2");
      Completion undecided = judge.submit(prompt()).join();
      assertThat(undecided.finishReason()).isEqualTo(Completion.FORCED);
      assertThat(undecided.text()).isEqualTo("<think>The final decision is Response 2");
      assertThat(undecided.ruling()).isNotNull();
    }
  }

  @Test
  void aDecisionInTheFinalChannelIsTheVerdict() throws IOException {
    try (GeneratingJudge judge = judge()) {
      writes("C analysis M One errs. E S assistant C final M The final decision is Response 2");
      Completion decided = judge.submit(prompt()).join();
      assertThat(decided.finishReason()).isEqualTo(Completion.STOP);
      assertThat(decided.text())
          .isEqualTo("<think>One errs.</think>The final decision is Response 2");
      assertThat(decided.ruling(RULE)).contains(Ruling.of(Choice.SECOND));
    }
  }

  private GeneratingJudge judge() throws IOException {
    JudgeConfig config =
        DemoJudge.config(
            dir,
            "precision = fp32, slots = 2, context_length = 512, max_new_tokens = 80,"
                + " decision = critique");
    BatchSettings batch = BatchSettings.of(EngineConfig.of(config), 512);
    engine = new MadeUpEngine(VOCABULARY + MARKS.size(), batch);
    return GeneratingJudge.start(config.decoding(), model, batch, () -> engine);
  }

  private static Prompt prompt() {
    return new Prompt(
        "q", List.of(new ChatMessage("user", "Which?")), "model", RULE, List.of(), null);
  }

  /** Has the model write something, and then end. */
  private void writes(String text) {
    long[] before = tokens("S assistant");
    long[] written = tokens(text);
    engine.favourite =
        context -> {
          for (int at = written.length; at >= 0; at--) {
            long[] soFar = AnswerText.joined(before, Arrays.copyOf(written, at));
            int from = context.length - soFar.length;
            if (from >= 0
                && Arrays.equals(soFar, Arrays.copyOfRange(context, from, context.length))) {
              return at == written.length ? RETURN : written[at];
            }
          }
          return -1;
        };
  }

  /** Tokens of a text in which S, E, M and C stand for the marks. */
  private long[] tokens(String text) {
    String spelled =
        text.replaceAll(" ?\\bS\\b ?", "<|start|>")
            .replaceAll(" ?\\bE\\b ?", "<|end|>")
            .replaceAll(" ?\\bM\\b ?", "<|message|>")
            .replaceAll(" ?\\bC\\b ?", "<|channel|>");
    return tokenizer.encode(List.of(new Segment(spelled, true)));
  }
}
