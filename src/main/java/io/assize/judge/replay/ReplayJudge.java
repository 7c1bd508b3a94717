package io.assize.judge.replay;

import io.assize.judge.Completion;
import io.assize.judge.Judge;
import io.assize.judge.JudgeException;
import io.assize.judge.Prompt;
import io.assize.judge.Recording;
import io.assize.judge.WorkDone;
import java.util.concurrent.CompletableFuture;

/** Gives back what another judge said: raw texts, which are parsed like any other, or rulings. */
public final class ReplayJudge implements Judge {

  @Override
  public CompletableFuture<Completion> submit(Prompt prompt) {
    Recording recording = prompt.recording();
    return recording == null
        ? CompletableFuture.failedFuture(
            new JudgeException(
                JudgeException.Reason.ENGINE_ERROR, "nothing is recorded for " + prompt.id()))
        : recording.answer(prompt.id());
  }

  @Override
  public WorkDone workDone() {
    return WorkDone.NONE;
  }

  @Override
  public void close() {}
}
