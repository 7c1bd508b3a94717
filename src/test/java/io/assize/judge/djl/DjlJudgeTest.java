package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.Prompt;
import io.assize.prompt.ChatMessage;
import io.assize.testing.DemoJudge;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.junit.jupiter.api.Test;

/** What the judge promises beside right tokens; on a tiny checkpoint of random weights. */
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

  private static Prompt prompt(String text) {
    return new Prompt(text, List.of(new ChatMessage("user", text)), "model", null, List.of(), null);
  }
}
