package io.assize.judge;

import java.util.concurrent.CompletableFuture;

/**
 * A judge. It is shared by many threads and answers out of order: hand in a bounded number of
 * prompts and take the results as they come.
 */
public interface Judge extends AutoCloseable {

  /**
   * Hands in a prompt. The future fails with a {@link JudgeException} where this prompt cannot be
   * answered. Cancelling it frees the judge of the work.
   */
  CompletableFuture<Completion> submit(Prompt prompt);

  /** What the device has done since this judge was opened. */
  WorkDone workDone();

  /** Whether it can still answer. One that cannot fails all it is asked: open another. */
  default boolean alive() {
    return true;
  }

  /** Fails what is waiting, then frees the model. */
  @Override
  void close();
}
