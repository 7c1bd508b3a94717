package io.assize.judge.generate;

import io.assize.judge.WorkDone;

/**
 * Counts what an engine does. The batch's thread counts; what it has published any thread may read.
 */
final class WorkCount {
  private long prefillTokens;
  private long prefillNanos;
  private long decodeTokens;
  private long decodeNanos;
  private long reusedTokens;
  private volatile WorkDone published = WorkDone.NONE;

  /** A step that read and wrote so many rows; its time is split in proportion to them. */
  void step(int read, int written, long nanos) {
    long reading = nanos * read / Math.max(1, read + written);
    prefillTokens += read;
    prefillNanos += reading;
    decodeTokens += written;
    decodeNanos += nanos - reading;
  }

  /** Time for what slots hold being moved or overwritten: a part of reading. */
  void moved(long nanos) {
    prefillNanos += nanos;
  }

  /** Tokens that need not be read. */
  void reused(int tokens) {
    reusedTokens += tokens;
  }

  /** Shows others what was counted. */
  void publish() {
    published = new WorkDone(prefillTokens, prefillNanos, decodeTokens, decodeNanos, reusedTokens);
  }

  WorkDone published() {
    return published;
  }
}
