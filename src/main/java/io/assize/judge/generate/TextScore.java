package io.assize.judge.generate;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A text whose log-probability after a prompt is asked, no more. */
final class TextScore extends Sequence {
  private final CompletableFuture<Double> future = new CompletableFuture<>();
  private final int positions;
  private final Executor answers;

  /**
   * Makes one.
   *
   * @param prompt at least one token
   * @param continuation the text's tokens
   * @param answers gives the log-probability out
   */
  TextScore(long[] prompt, long[] continuation, Executor answers) {
    super(prompt, 0, null, List.of(continuation));
    this.positions = prompt.length + continuation.length + 1;
    this.answers = answers;
  }

  CompletableFuture<Double> future() {
    return future;
  }

  @Override
  boolean abandoned() {
    return future.isDone();
  }

  @Override
  void written(boolean stopped) {
    throw new IllegalStateException("it writes nothing");
  }

  @Override
  void scored(double[] scores) {
    answers.execute(() -> future.complete(scores[0]));
  }

  @Override
  void failed(Throwable cause) {
    answers.execute(() -> future.completeExceptionally(cause));
  }

  /** No: its answer is a text, whose rows shall be like those of prompts. */
  @Override
  boolean fine() {
    return false;
  }

  @Override
  int reservation() {
    return positions;
  }
}
