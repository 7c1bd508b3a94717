package io.assize.judge.length;

import io.assize.judge.Completion;
import io.assize.judge.Judge;
import io.assize.judge.JudgeException;
import io.assize.judge.Prompt;
import io.assize.judge.Ruling;
import io.assize.judge.WorkDone;
import io.assize.stats.LengthBaseline;
import io.assize.verdict.Choice;
import java.util.concurrent.CompletableFuture;

/** The judge without a model: the longer response wins, by {@link LengthBaseline}. */
public final class LengthJudge implements Judge {
  private final double margin;

  /** A tie within {@code margin} of the longer response's words. */
  public LengthJudge(double margin) {
    this.margin = margin;
  }

  @Override
  public CompletableFuture<Completion> submit(Prompt prompt) {
    if (prompt.responses().size() != 2) {
      return CompletableFuture.failedFuture(
          new JudgeException(
              JudgeException.Reason.ENGINE_ERROR, "the length judge compares two responses only"));
    }
    int sign =
        LengthBaseline.compare(
            LengthBaseline.words(prompt.responses().get(0)),
            LengthBaseline.words(prompt.responses().get(1)),
            margin);
    Choice choice = sign > 0 ? Choice.FIRST : sign < 0 ? Choice.SECOND : Choice.TIE;
    return CompletableFuture.completedFuture(
        new Completion(null, Ruling.of(choice), 0, 0, Completion.STOP));
  }

  @Override
  public WorkDone workDone() {
    return WorkDone.NONE;
  }

  @Override
  public void close() {}
}
