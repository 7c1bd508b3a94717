package io.assize.judge;

import io.assize.config.UserError;
import io.assize.judge.JudgeException.Reason;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Function;

/**
 * Rows on their way through a judge: at most {@code window} at once, given back as they finish, in
 * no promised order. Each comes back, whatever fails on its way. Not for use by several threads.
 */
public final class InFlight<R> implements Iterator<InFlight.Answered<R>>, AutoCloseable {
  private final Iterator<R> rows;
  private final Function<R, CompletableFuture<Completion>> submit;
  private final int window;
  private final LinkedBlockingQueue<Answered<R>> finished = new LinkedBlockingQueue<>();
  private final Map<Long, CompletableFuture<Completion>> waiting = new HashMap<>();
  private volatile JudgeException useless;
  private long sent;

  /** A row, counted from 0, with its answer, or with the reason why there is none. */
  public record Answered<R>(long number, R row, Completion completion, JudgeException failure) {}

  public InFlight(Iterator<R> rows, Function<R, CompletableFuture<Completion>> submit, int window) {
    this.rows = rows;
    this.submit = submit;
    this.window = window;
  }

  @Override
  public boolean hasNext() {
    return !waiting.isEmpty() || rows.hasNext();
  }

  /**
   * {@inheritDoc}
   *
   * @throws UserError where the judge has found that it can answer no row
   */
  @Override
  public Answered<R> next() {
    stopIfUseless();
    while (waiting.size() < window && rows.hasNext()) {
      send(rows.next());
    }
    if (waiting.isEmpty()) {
      throw new NoSuchElementException();
    }
    try {
      Answered<R> answered = finished.take();
      waiting.remove(answered.number());
      stopIfUseless();
      return answered;
    } catch (InterruptedException e) {
      close();
      Thread.currentThread().interrupt();
      throw new CancellationException("the task was interrupted while rows were being judged");
    }
  }

  /** Cancels what has not finished. */
  @Override
  public void close() {
    List.copyOf(waiting.values()).forEach(future -> future.cancel(false));
    waiting.clear();
  }

  private void send(R row) {
    CompletableFuture<Completion> future;
    try {
      future = Objects.requireNonNull(submit.apply(row), "the judge gave no future");
    } catch (Throwable e) {
      // A row that cannot even be handed in is that row's failure, not its task's.
      future = CompletableFuture.failedFuture(e);
    }
    long number = sent++;
    waiting.put(number, future);
    future.whenComplete(
        (completion, error) -> {
          JudgeException failure = error == null ? null : JudgeException.of(error);
          useless = failure != null && failure.reason() == Reason.USELESS ? failure : useless;
          finished.add(new Answered<>(number, row, completion, failure));
        });
  }

  private void stopIfUseless() {
    if (useless != null) {
      close();
      throw UserError.failure("%s", useless.getMessage());
    }
  }
}
