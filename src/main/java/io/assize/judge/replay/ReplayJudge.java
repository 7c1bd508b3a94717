package io.assize.judge.replay;

import io.assize.judge.Completion;
import io.assize.judge.Judge;
import io.assize.judge.JudgeException;
import io.assize.judge.Prompt;
import io.assize.judge.Recording;
import io.assize.judge.WorkDone;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/** Gives back what another judge said: raw texts, which are parsed like any other, or rulings. */
public final class ReplayJudge implements Judge {

  @Override
  public CompletableFuture<Completion> submit(Prompt prompt) {
    Recording recording = prompt.recording();
    if (recording == null) {
      return failed("nothing is recorded for " + prompt.id());
    }
    if (recording.fault() != null) {
      return failed(
          String.format(Locale.ROOT, "the recording for %s: %s", prompt.id(), recording.fault()));
    }
    return CompletableFuture.completedFuture(
        new Completion(recording.output(), recording.ruling(), 0, 0, Completion.RECORDED));
  }

  @Override
  public WorkDone workDone() {
    return WorkDone.NONE;
  }

  @Override
  public void close() {}

  private static CompletableFuture<Completion> failed(String reason) {
    return CompletableFuture.failedFuture(
        new JudgeException(JudgeException.Reason.ENGINE_ERROR, reason));
  }
}
