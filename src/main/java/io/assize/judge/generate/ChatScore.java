package io.assize.judge.generate;

import io.assize.judge.JudgeException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** A whole chat whose score by a reward model is asked: the logit of its only label. */
final class ChatScore extends Sequence {
  /** The head's only row, as an answer of one token. */
  static final List<long[]> LABEL = List.of(new long[] {0});

  private final CompletableFuture<Double> future = new CompletableFuture<>();
  private final int positions;
  private final Executor answers;

  /**
   * Makes one.
   *
   * @param chat its tokens, at least one
   * @param answers gives the score out
   */
  ChatScore(long[] chat, Executor answers) {
    super(chat, 0, null, LABEL);
    this.positions = chat.length + 1;
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
    answers.execute(() -> future.completeExceptionally(JudgeException.of(cause)));
  }

  @Override
  boolean fine() {
    return true;
  }

  @Override
  boolean raw() {
    return true;
  }

  @Override
  int reservation() {
    return positions;
  }
}
