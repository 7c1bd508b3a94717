package io.assize.judge.generate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.assize.config.EngineConfig;
import io.assize.config.JudgeConfig;
import io.assize.judge.Completion;
import io.assize.judge.Prompt;
import io.assize.judge.Question;
import io.assize.judge.Ruling;
import io.assize.judge.djl.PromptTokenizer;
import io.assize.judge.model.ChatFormats;
import io.assize.judge.model.Checkpoint;
import io.assize.judge.model.CheckpointFiles;
import io.assize.judge.model.Tokenizer;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.testing.DemoJudge;
import io.assize.verdict.Choice;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * A whole judge over an engine that is one class and knows no DJL; with a real tokenizer and chat
 * template.
 */
class GeneratingJudgeTest {
  private static final Path TINY = Path.of("src/test/resources/golden/tiny-llama");
  private static final int VOCABULARY = 384;
  private static final long END = 1;
  private static final List<DecisionRule> RULES =
      List.of(DecisionRule.FINAL_DECISION, DecisionRule.RATING);

  private MadeUpEngine engine;

  @Test
  void aCritiqueThatDecidesIsTheVerdict() throws IOException {
    try (GeneratingJudge judge = judge("decision = critique")) {
      writes(judge, "Both are fine. The final decision is Response 2");
      Completion completion = judge.submit(prompt(DecisionRule.FINAL_DECISION)).join();
      assertThat(completion.text()).isEqualTo("Both are fine. The final decision is Response 2");
      assertThat(completion.finishReason()).isEqualTo(Completion.STOP);
      assertThat(completion.ruling()).isNull();
      assertThat(completion.ruling(DecisionRule.FINAL_DECISION)).contains(Ruling.of(Choice.SECOND));
    }
  }

  @Test
  void aCritiqueThatDoesNotIsDecidedByTheProbabilitiesOfWhatFollowsIt() throws IOException {
    try (GeneratingJudge judge = judge("decision = critique")) {
      writes(judge, "Hard to say.");
      for (DecisionRule rule : RULES) {
        Completion completion = judge.submit(prompt(rule)).join();
        assertThat(completion.text()).isEqualTo("Hard to say.");
        assertThat(completion.finishReason()).isEqualTo(Completion.FORCED);
        long[] read = joined(read(rule), encoded("Hard to say."));
        same(completion.ruling(), expected(read, rule, "\n"));
      }
    }
  }

  @Test
  void aForcedDecisionIsReadAtOnce() throws IOException {
    try (GeneratingJudge judge = judge("decision = forced")) {
      List<CompletableFuture<Completion>> rows = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        rows.add(judge.submit(prompt(RULES.get(i % 2))));
      }
      for (int i = 0; i < rows.size(); i++) {
        DecisionRule rule = RULES.get(i % 2);
        Completion completion = rows.get(i).join();
        assertThat(completion.text()).isNull();
        assertThat(completion.generatedTokens()).isZero();
        same(completion.ruling(), expected(read(rule), rule, ""));
      }
      assertThat(judge.workDone().decodeTokens()).isZero();
      assertThat(judge.workDone().reusedTokens()).isPositive();
    }
    assertThat(engine.closed).isTrue();
  }

  @Test
  void nothingIsCopiedFromASequenceWhoseRowsAreOthers() throws IOException {
    try (GeneratingJudge judge = judge("decision = forced")) {
      engine.alike = false;
      DecisionRule rule = RULES.get(0);
      for (int i = 0; i < 3; i++) {
        same(judge.submit(prompt(rule)).join().ruling(), expected(read(rule), rule, ""));
      }
      assertThat(judge.workDone().reusedTokens()).isZero();
    }
  }

  @Test
  void aQuestionMayHaveAnyLabels() throws IOException {
    Question question =
        new Question("It is about", List.of(" code", " code review", " poetry", " law"));
    try (GeneratingJudge judge = judge("decision = critique")) {
      List<ChatMessage> messages = List.of(new ChatMessage("user", "q"));
      long[] read = text().tokens(messages, "model");
      double[] found = judge.probabilities(messages, "model", question).join();
      double[] expected = expected(read, question, "");
      assertThat(found).hasSize(4);
      assertThat(Arrays.stream(found).sum()).isCloseTo(1, within(1e-12));
      for (int i = 0; i < found.length; i++) {
        assertThat(found[i]).isCloseTo(expected[i], within(1e-5));
      }
    }
  }

  @Test
  void anEngineThatCannotBeLoadedLeavesNothing() throws IOException {
    assertThatThrownBy(
            () ->
                GeneratingJudge.start(
                    config("decision = forced").decoding(),
                    text(),
                    BatchSettings.of(EngineConfig.of(config("decision = forced")), 512),
                    () -> {
                      throw new IOException("no such engine");
                    }))
        .isInstanceOf(IOException.class)
        .hasMessage("no such engine");
  }

  private GeneratingJudge judge(String settings) throws IOException {
    JudgeConfig config = config(settings);
    BatchSettings batch = BatchSettings.of(EngineConfig.of(config), 512);
    engine = new MadeUpEngine(VOCABULARY, batch);
    return GeneratingJudge.start(config.decoding(), text(), batch, () -> engine);
  }

  /** Has the model write a text after each prompt. */
  private void writes(GeneratingJudge judge, String text) throws IOException {
    long[] written = encoded(text);
    long[] marker = Arrays.copyOfRange(read(null), read(null).length - 8, read(null).length);
    engine.favourite =
        context -> {
          for (int at = 0; at <= written.length; at++) {
            long[] before = joined(marker, Arrays.copyOf(written, at));
            int from = context.length - before.length;
            if (from >= 0
                && Arrays.equals(before, Arrays.copyOfRange(context, from, context.length))) {
              return at == written.length ? END : written[at];
            }
          }
          return -1;
        };
    assertThat(judge.alive()).isTrue();
  }

  /** What the model itself says of the answers after some tokens and a question's beginning. */
  private Ruling expected(long[] read, DecisionRule rule, String before) throws IOException {
    return Ruling.of(rule, expected(read, Question.of(rule), before), true);
  }

  private double[] expected(long[] read, Question question, String before) throws IOException {
    long[] all = joined(read, encoded(before + question.prefix()));
    double[] scores = new double[question.answers().size()];
    for (int i = 0; i < scores.length; i++) {
      long[] answer = encoded(question.answers().get(i));
      for (int at = 0; at < answer.length; at++) {
        float[] logits = engine.logits(joined(all, Arrays.copyOf(answer, at)), at + 1);
        double sum = 0;
        for (float logit : logits) {
          sum += Math.exp(logit);
        }
        scores[i] += logits[(int) answer[at]] - Math.log(sum);
      }
    }
    return Question.probabilities(scores);
  }

  private static void same(Ruling found, Ruling expected) {
    assertThat(found.choice()).isEqualTo(expected.choice());
    if (expected.choice() != null) {
      assertThat(found.probabilityFirst()).isCloseTo(expected.probabilityFirst(), within(1e-5));
    } else {
      assertThat(found.rating()).isCloseTo(expected.rating(), within(1e-4));
    }
  }

  private static JudgeConfig config(String settings) {
    return DemoJudge.config(
        TINY,
        "precision = fp32, slots = 3, context_length = 512, max_new_tokens = 64, " + settings);
  }

  private static ModelText text() throws IOException {
    try (Checkpoint checkpoint = CheckpointFiles.find(TINY).open()) {
      Tokenizer tokenizer = new PromptTokenizer(checkpoint.tokenizerJson(), "tiny");
      return new ModelText(tokenizer, new ChatFormats(checkpoint), checkpoint.endTokens(), 512);
    }
  }

  private static long[] read(DecisionRule rule) throws IOException {
    ModelText text = text();
    try (Tokenizer tokenizer = text.tokenizer()) {
      return text.tokens(prompt(rule).messages(), "model");
    }
  }

  private static long[] encoded(String text) throws IOException {
    try (Tokenizer tokenizer = text().tokenizer()) {
      return tokenizer.encodeText(text);
    }
  }

  private static Prompt prompt(DecisionRule rule) {
    String text = "Which of two answers is better, and why?";
    return new Prompt(text, List.of(new ChatMessage("user", text)), "model", rule, List.of(), null);
  }

  private static long[] joined(long[] a, long[] b) {
    return LongStream.concat(LongStream.of(a), LongStream.of(b)).toArray();
  }
}
