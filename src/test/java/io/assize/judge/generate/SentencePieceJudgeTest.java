package io.assize.judge.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.JudgeConfig;
import io.assize.judge.Completion;
import io.assize.judge.JudgeProvider;
import io.assize.judge.JudgeSpec;
import io.assize.judge.Prompt;
import io.assize.judge.Question;
import io.assize.judge.Reading;
import io.assize.judge.Ruling;
import io.assize.judge.djl.DjlJudge;
import io.assize.judge.djl.PromptTokenizer;
import io.assize.judge.model.ChatFormats;
import io.assize.judge.model.Checkpoint;
import io.assize.judge.model.CheckpointFiles;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.prompt.Segment;
import io.assize.testing.DemoJudge;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.StreamSupport;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A judge whose tokenizer is of SentencePiece's kind reads chats and questions as one text, and
 * finds allowed answers as probable as transformers does (scripts/golden/make_sentencepiece.py).
 */
class SentencePieceJudgeTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/sentencepiece");
  private static final List<DecisionRule> RULES =
      List.of(DecisionRule.FINAL_DECISION, DecisionRule.RATING);

  /** A chat of the golden file. */
  private record Chat(List<ChatMessage> messages, JsonNode golden) {
    private double[] probabilities(DecisionRule rule, String where) {
      return doubles(golden.path(rule.kind().name()).path(where));
    }

    private long[] ids() {
      return Arrays.stream(doubles(golden.path("ids"))).mapToLong(id -> (long) id).toArray();
    }

    private Prompt asked(DecisionRule rule) {
      return new Prompt("id", messages, "model", rule, List.of(), null);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "first"})
  void aForcedDecisionIsAsProbableAsTransformersSays(String kind) throws IOException {
    String forced = "precision = fp32, slots = 12, decision = forced, context_length = 1024";
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(GOLDEN.resolve(kind), forced), "cpu")) {
      for (DecisionRule rule : RULES) {
        List<CompletableFuture<Completion>> answers =
            chats(kind).stream().map(chat -> judge.submit(chat.asked(rule))).toList();
        for (int i = 0; i < answers.size(); i++) {
          double[] expected = chats(kind).get(i).probabilities(rule, "forced");
          same(answers.get(i).join().ruling(), Ruling.of(rule, expected, true));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "first"})
  void eachAnswerAfterACritiqueIsAsProbableAsTransformersSays(String kind) throws IOException {
    Path folder = GOLDEN.resolve(kind);
    String critique = golden(kind).path("critique").asText();
    try (Checkpoint checkpoint = CheckpointFiles.find(folder).open();
        PromptTokenizer tokenizer = new PromptTokenizer(checkpoint.tokenizerJson(), kind);
        DjlJudge judge = DjlJudge.open(DemoJudge.config(folder, 12, 8), "cpu")) {
      ChatFormats formats = new ChatFormats(checkpoint);
      ModelText text = new ModelText(tokenizer, formats, checkpoint.endTokens(), 1024);
      for (Chat chat : chats(kind)) {
        assertThat(text.tokens(chat.messages(), "model")).isEqualTo(chat.ids());
        List<Segment> written = new ArrayList<>(formats.of("model").render(chat.messages()));
        written.add(new Segment(critique, false));
        for (DecisionRule rule : RULES) {
          QuestionTokens question = new QuestionTokens(rule, tokenizer);
          long[] forced = question.after(text.tokens(chat.messages(), "model"));
          assertThat(forced).isEqualTo(question.after(text, chat.messages(), "model"));
          long[] after =
              joined(tokenizer.encode(written), question.after(tokenizer.encode(written), false));
          same(judge, after, question, chat.probabilities(rule, "after"));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"legacy", "first"})
  void whatItReadsIsToldWithItsPieces(String kind) throws IOException {
    Path folder = GOLDEN.resolve(kind);
    try (Checkpoint checkpoint = CheckpointFiles.find(folder).open();
        PromptTokenizer tokenizer = new PromptTokenizer(checkpoint.tokenizerJson(), kind)) {
      ChatFormats formats = new ChatFormats(checkpoint);
      ModelText text = new ModelText(tokenizer, formats, checkpoint.endTokens(), 1024);
      for (Chat chat : chats(kind)) {
        Reading written = read(folder, "critique", chat.asked(DecisionRule.RATING));
        assertThat(written.text()).isEqualTo(chat.golden().path("text").asText());
        assertThat(ids(written)).isEqualTo(chat.ids());
        assertThat(written.tokens())
            .extracting(Reading.Token::piece)
            .containsExactlyElementsOf(
                StreamSupport.stream(chat.golden().path("pieces").spliterator(), false)
                    .map(JsonNode::asText)
                    .toList());
        Reading forced = read(folder, "forced", chat.asked(DecisionRule.RATING));
        assertThat(forced.text()).isEqualTo(written.text() + "Rating: [[");
        assertThat(ids(forced))
            .isEqualTo(
                new QuestionTokens(DecisionRule.RATING, tokenizer)
                    .after(text, chat.messages(), "model"));
      }
    }
  }

  private static Reading read(Path folder, String decision, Prompt prompt) {
    JudgeConfig config = DemoJudge.config(folder, "precision = fp32, decision = " + decision);
    JudgeSpec spec = new JudgeSpec(config, "judge", "fingerprint");
    List<Reading> readings = JudgeProvider.of(config).readings(spec, prompt);
    assertThat(readings).hasSize(1);
    return readings.get(0);
  }

  private static long[] ids(Reading reading) {
    return reading.tokens().stream().mapToLong(Reading.Token::id).toArray();
  }

  private static void same(Ruling found, Ruling expected) {
    assertThat(found.choice()).isEqualTo(expected.choice());
    if (expected.choice() == null) {
      assertThat(found.rating()).isCloseTo(expected.rating(), within(1e-3));
    } else {
      assertThat(found.probabilityFirst()).isCloseTo(expected.probabilityFirst(), within(1e-4));
    }
  }

  private static void same(
      DjlJudge judge, long[] before, QuestionTokens question, double[] expected) {
    List<CompletableFuture<Double>> scores =
        question.answers().stream().map(answer -> judge.logProbability(before, answer)).toList();
    double[] found =
        Question.probabilities(scores.stream().mapToDouble(CompletableFuture::join).toArray());
    assertThat(found).hasSameSizeAs(expected);
    for (int i = 0; i < found.length; i++) {
      assertThat(found[i]).as("answer %d", i).isCloseTo(expected[i], within(1e-4));
    }
  }

  private static long[] joined(long[] one, long[] other) {
    long[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  private static List<Chat> chats(String kind) throws IOException {
    List<Chat> chats = new ArrayList<>();
    for (JsonNode row : golden(kind).path("chats")) {
      List<ChatMessage> messages = new ArrayList<>();
      for (JsonNode one : row.path("messages")) {
        messages.add(new ChatMessage(one.path("role").asText(), one.path("content").asText()));
      }
      chats.add(new Chat(messages, row));
    }
    assertThat(chats).hasSize(6);
    return chats;
  }

  private static JsonNode golden(String kind) throws IOException {
    return new ObjectMapper().readTree(GOLDEN.resolve(kind).resolve("answers.json").toFile());
  }

  private static double[] doubles(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }
}
