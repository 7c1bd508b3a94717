package io.assize.judge.http;

/**
 * How many refusals in a row end the trying of an endpoint: few where it has never answered, more
 * where it has.
 */
final class Patience {
  private static final int WITHOUT_ANY_ANSWER = 3;
  private static final int LEAST_AFTER_ANSWERS = 16;

  private final int afterAnswers;
  private boolean answered;
  private int inARow;

  Patience(int concurrency) {
    this.afterAnswers = Math.max(LEAST_AFTER_ANSWERS, 4 * concurrency);
  }

  synchronized void answered() {
    answered = true;
    inARow = 0;
  }

  /** Whether the endpoint ever answered. */
  synchronized boolean wasAnswered() {
    return answered;
  }

  /** Counts a request that was refused as any other would be; whether it was one too many. */
  synchronized boolean refused() {
    inARow++;
    return inARow >= (answered ? afterAnswers : WITHOUT_ANY_ANSWER);
  }

  synchronized int inARow() {
    return inARow;
  }
}
