package io.assize.judge;

import java.io.Serializable;

/**
 * What a device has done for a judge.
 *
 * @param prefillTokens tokens of prompts read
 * @param prefillNanos nanoseconds spent reading them
 * @param decodeTokens tokens written, the first of each answer apart (it comes with the prompt)
 * @param decodeNanos nanoseconds spent writing them
 */
public record WorkDone(long prefillTokens, long prefillNanos, long decodeTokens, long decodeNanos)
    implements Serializable {
  public static final WorkDone NONE = new WorkDone(0, 0, 0, 0);

  public WorkDone plus(WorkDone other) {
    return new WorkDone(
        prefillTokens + other.prefillTokens,
        prefillNanos + other.prefillNanos,
        decodeTokens + other.decodeTokens,
        decodeNanos + other.decodeNanos);
  }

  public WorkDone minus(WorkDone other) {
    return new WorkDone(
        prefillTokens - other.prefillTokens,
        prefillNanos - other.prefillNanos,
        decodeTokens - other.decodeTokens,
        decodeNanos - other.decodeNanos);
  }

  /** Seconds the device was busy. */
  public double busySeconds() {
    return (prefillNanos + decodeNanos) / 1e9;
  }

  /** Tokens a second, 0 where none were read. */
  public double prefillRate() {
    return prefillNanos == 0 ? 0 : prefillTokens * 1e9 / prefillNanos;
  }

  /** Tokens a second, 0 where none were written. */
  public double decodeRate() {
    return decodeNanos == 0 ? 0 : decodeTokens * 1e9 / decodeNanos;
  }
}
