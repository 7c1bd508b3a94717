package io.assize.judge;

import java.io.Serializable;

/**
 * What a device has done for a judge. A step that reads some prompts and writes for others is split
 * in proportion to its rows.
 *
 * @param prefillTokens tokens of prompts read
 * @param prefillNanos nanoseconds spent reading them
 * @param decodeTokens tokens written, the first of each answer apart (it comes with the prompt)
 * @param decodeNanos nanoseconds spent writing them
 * @param reusedTokens tokens of prompts that were not read, since their keys and values were there
 */
public record WorkDone(
    long prefillTokens, long prefillNanos, long decodeTokens, long decodeNanos, long reusedTokens)
    implements Serializable {
  public static final WorkDone NONE = new WorkDone(0, 0, 0, 0, 0);

  public WorkDone plus(WorkDone other) {
    return new WorkDone(
        prefillTokens + other.prefillTokens,
        prefillNanos + other.prefillNanos,
        decodeTokens + other.decodeTokens,
        decodeNanos + other.decodeNanos,
        reusedTokens + other.reusedTokens);
  }

  public WorkDone minus(WorkDone other) {
    return new WorkDone(
        prefillTokens - other.prefillTokens,
        prefillNanos - other.prefillNanos,
        decodeTokens - other.decodeTokens,
        decodeNanos - other.decodeNanos,
        reusedTokens - other.reusedTokens);
  }

  /** Seconds the device was busy. */
  public double busySeconds() {
    return (prefillNanos + decodeNanos) / 1e9;
  }

  /** The share of the prompts' tokens that did not have to be read, 0 where there were none. */
  public double reusedShare() {
    long all = prefillTokens + reusedTokens;
    return all == 0 ? 0 : (double) reusedTokens / all;
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
