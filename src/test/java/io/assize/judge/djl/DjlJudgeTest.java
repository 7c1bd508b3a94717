package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.assize.config.UserError;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.Prompt;
import io.assize.judge.Question;
import io.assize.judge.Ruling;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.testing.DemoJudge;
import io.assize.testing.Programs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the judge promises beside right tokens; on a tiny checkpoint of random weights. */
@HeldKernels
class DjlJudgeTest {
  private static final Path TINY = Path.of("src/test/resources/golden/tiny-llama");

  @Test
  void anAnswerDoesNotDependOnItsNeighbours() {
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < 24; i++) {
      prompts.add(prompt("Which answer is better? " + "word ".repeat(i * 3) + i));
    }
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, 5, 24), "cpu")) {
      List<String> alone = prompts.stream().map(p -> judge.submit(p).join().text()).toList();
      List<CompletableFuture<Completion>> together = prompts.stream().map(judge::submit).toList();
      assertThat(together.stream().map(f -> f.join().text())).containsExactlyElementsOf(alone);
    }
  }

  @Test
  void tokensAreCountedAndTheReasonOfTheEndIsTold() {
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, 2, 5), "cpu")) {
      Completion completion = judge.submit(prompt("Hi")).join();
      assertThat(completion.promptTokens()).isPositive();
      assertThat(completion.generatedTokens()).isEqualTo(5);
      assertThat(completion.finishReason()).isEqualTo(Completion.LENGTH);
      assertThat(judge.workDone().prefillTokens()).isEqualTo(completion.promptTokens());
      assertThat(judge.workDone().decodeTokens()).isEqualTo(4);
    }
  }

  @Test
  void aPromptThatDoesNotFitFailsAlone() {
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, 2, 8), "cpu")) {
      CompletableFuture<Completion> tooLong = judge.submit(prompt("word ".repeat(2000)));
      CompletableFuture<Completion> fits = judge.submit(prompt("word"));
      assertThatThrownBy(tooLong::join)
          .isInstanceOf(CompletionException.class)
          .cause()
          .isInstanceOfSatisfying(
              JudgeException.class,
              e -> assertThat(e.reason()).isEqualTo(JudgeException.Reason.TOO_LONG))
          .hasMessageContaining("more than the context of 512");
      assertThat(fits.join().text()).isNotNull();
    }
  }

  @Test
  void aGpuThatThisPyTorchCannotUseIsRefusedWithOneLine() {
    assertThatThrownBy(() -> DjlJudge.open(DemoJudge.config(TINY, 1, 8), "gpu0"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("gpu(0)")
        .hasMessageContaining("PYTORCH_LIBRARY_PATH");
  }

  @Test
  void closingFailsWhatWaitsAndWhatComesLater() {
    DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, 1, 400), "cpu");
    List<CompletableFuture<Completion>> waiting = new ArrayList<>();
    for (int i = 0; i < 50; i++) {
      waiting.add(judge.submit(prompt("row " + i)));
    }
    judge.close();
    assertThat(waiting).allMatch(CompletableFuture::isDone);
    assertThatThrownBy(waiting.get(49)::join).hasMessageContaining("the judge was closed");
    assertThatThrownBy(judge.submit(prompt("late"))::join)
        .hasMessageContaining("the judge was closed");
  }

  @Test
  void aCancelledPromptLeavesTheBatch() {
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, 1, 450), "cpu")) {
      List<CompletableFuture<Completion>> cancelled = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        cancelled.add(judge.submit(prompt("row " + i)));
      }
      cancelled.forEach(future -> future.cancel(false));
      judge.submit(prompt("the next")).join();
      // One answer, and at most some steps of the one that was being written.
      assertThat(judge.workDone().decodeTokens()).isLessThan(2 * 450);
    }
  }

  @Test
  void aForcedDecisionHasTheProbabilitiesThatTheAnswersHaveAsTexts() {
    String forced =
        "precision = fp32, slots = 4, decision = forced, context_length = 512, max_new_tokens = 8";
    List<Prompt> asked = new ArrayList<>();
    for (int i = 0; i < 9; i++) {
      asked.add(asked("pair " + "x ".repeat(i), DecisionRule.FINAL_DECISION));
      asked.add(asked("answer " + "y ".repeat(i), DecisionRule.RATING));
    }
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, forced), "cpu")) {
      List<CompletableFuture<Completion>> together = asked.stream().map(judge::submit).toList();
      for (int i = 0; i < asked.size(); i++) {
        Question question = Question.of(asked.get(i).rule());
        long[] prompt = judge.tokens(asked.get(i).messages(), "model");
        double[] scores =
            question.answers().stream()
                .mapToDouble(answer -> judge.score(prompt, question.prefix(), answer))
                .toArray();
        Ruling expected = Ruling.of(asked.get(i).rule(), Question.probabilities(scores), true);
        Ruling found = together.get(i).join().ruling();
        assertThat(found.choice()).isEqualTo(expected.choice());
        if (expected.choice() != null) {
          assertThat(found.probabilityFirst()).isCloseTo(expected.probabilityFirst(), within(1e-5));
        } else {
          assertThat(found.rating())
              .isCloseTo(expected.rating(), within(1e-4))
              .isBetween(1.0, 10.0);
        }
        assertThat(together.get(i).join().finishReason()).isEqualTo(Completion.FORCED);
        assertThat(together.get(i).join().text()).isNull();
      }
    }
  }

  @Test
  void aCritiqueWithoutADecisionIsDecidedByProbabilities() {
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, 3, 6), "cpu")) {
      Completion completion = judge.submit(asked("pair", DecisionRule.FINAL_DECISION)).join();
      Completion text = judge.submit(prompt("pair")).join();
      assertThat(completion.text()).isEqualTo(text.text());
      assertThat(completion.generatedTokens()).isEqualTo(text.generatedTokens());
      assertThat(completion.ruling().probabilityFirst()).isBetween(0.0, 1.0);
      assertThat(text.ruling()).isNull();
    }
  }

  @Test
  void aSeedGivesTheSameTextsWhateverTheBatchAndAnotherSeedOthers() {
    List<Prompt> prompts = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      prompts.add(prompt("Tell me about " + "things ".repeat(i)));
    }
    List<String> alone = sampled(prompts, "slots = 1, seed = 5", false);
    assertThat(sampled(prompts, "slots = 6, seed = 5", true)).isEqualTo(alone);
    assertThat(sampled(prompts, "slots = 6, seed = 6", true)).isNotEqualTo(alone);
  }

  private static List<String> sampled(List<Prompt> prompts, String settings, boolean together) {
    String all = "temperature = 0.9, top_p = 0.95, max_new_tokens = 12, context_length = 512, ";
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, all + settings), "cpu")) {
      List<CompletableFuture<Completion>> futures = new ArrayList<>();
      for (Prompt prompt : prompts) {
        futures.add(judge.submit(prompt));
        if (!together) {
          futures.get(futures.size() - 1).join();
        }
      }
      return futures.stream().map(future -> future.join().text()).toList();
    }
  }

  @Test
  void whatTheDeviceCannotComputeFailsItsOwnRowOnly() {
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, 4, 20), "cpu")) {
      List<CompletableFuture<Completion>> good = new ArrayList<>();
      List<CompletableFuture<Completion>> bad = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        good.add(judge.submit(prompt("row " + i)));
        if (i % 3 == 1) {
          // A token that the model has no embedding for.
          bad.add(judge.submit(new long[] {0, 1_000_000}, null).future());
        }
      }
      assertThat(good).allSatisfy(future -> assertThat(future.join().text()).isNotNull());
      for (CompletableFuture<Completion> future : bad) {
        assertThatThrownBy(future::join).hasMessageContaining("the engine failed");
      }
    }
  }

  @Test
  void aDeviceThatIsLostFailsAllThatWaitsPromptly() {
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(TINY, 4, 20), "cpu")) {
      List<CompletableFuture<Completion>> lost = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        lost.add(judge.submit(new long[] {0, 1_000_000}, null).future());
      }
      for (CompletableFuture<Completion> future : lost) {
        assertThatThrownBy(future::join).hasMessageContaining("failed");
      }
      assertThatThrownBy(judge.submit(prompt("late"))::join)
          .hasMessageContaining("the judge's engine failed");
    }
  }

  /**
   * In a JVM of its own, whose heap is resident from the start: what grows is native. With
   * -Dassize.test.requests=50000, the long form.
   */
  @Test
  void manyRequestsLeaveTheMemoryWhereItWas(@TempDir Path logs) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Programs.Ended ended =
        Programs.run(
            logs,
            Map.of(),
            Duration.ofMinutes(10),
            List.of(
                java,
                "-Xms512m",
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-XX:+AlwaysPreTouch",
                "-cp",
                System.getProperty("java.class.path"),
                ManyRequests.class.getName(),
                TINY.toString(),
                System.getProperty("assize.test.requests", "20000")));
    assertThat(ended.code()).as(ended.err()).isZero();
    System.out.print(ended.out());
    assertThat(Long.parseLong(ended.out().replaceAll("(?s).*grown by (-?\\d+) kB.*", "$1")))
        .isLessThan(32 * 1024);
  }

  private static Prompt asked(String text, DecisionRule rule) {
    return new Prompt(text, List.of(new ChatMessage("user", text)), "model", rule, List.of(), null);
  }

  private static Prompt prompt(String text) {
    return asked(text, null);
  }
}
