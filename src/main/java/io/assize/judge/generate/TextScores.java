package io.assize.judge.generate;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/** Texts whose log-probabilities after a prompt are asked, no more. */
final class TextScores extends Sequence {
  private final CompletableFuture<double[]> future = new CompletableFuture<>();
  private final int positions;
  private final boolean fine;
  private final Executor answers;

  /**
   * Makes one.
   *
   * @param prompt at least one token
   * @param continuations the texts' tokens
   * @param fine whether they are answers, whose rows int8 takes more exactly than prompts' are
   * @param answers gives the log-probabilities out, {@code [continuations]}
   */
  TextScores(long[] prompt, List<long[]> continuations, boolean fine, Executor answers) {
    super(prompt, 0, null, continuations);
    int longest = continuations.stream().mapToInt(text -> text.length).max().orElse(0);
    this.positions = prompt.length + longest + 1;
    this.fine = fine;
    this.answers = answers;
  }

  CompletableFuture<double[]> future() {
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
    answers.execute(() -> future.complete(scores));
  }

  @Override
  void failed(Throwable cause) {
    answers.execute(() -> future.completeExceptionally(cause));
  }

  @Override
  boolean fine() {
    return fine;
  }

  @Override
  int reservation() {
    return positions;
  }
}
