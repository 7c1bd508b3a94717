package io.assize.job;

import java.time.Instant;

/**
 * What a run did: the row of the table {@code run}.
 *
 * @param setting what was asked of whom
 * @param counts rows, requests and tokens
 * @param work what it took
 * @param output the folder of the tables
 */
public record RunResult(
    String runId,
    Instant startedAt,
    Instant finishedAt,
    Setting setting,
    Counts counts,
    Work work,
    String output) {

  /**
   * What was asked of whom.
   *
   * @param judge the judge's name
   * @param protocol the protocol's name
   * @param protocolSha256 of the template and the rule that reads answers
   * @param mode {@code pending}, {@code rejudge} or {@code only_failed}
   * @param precision of a model's products; null for a judge that is not computed here
   * @param store the folder of the verdicts
   * @param sparkVersion of the session that ran it
   */
  public record Setting(
      String judge,
      String judgeFingerprint,
      String protocol,
      String protocolSha256,
      String mode,
      String precision,
      String store,
      String sparkVersion) {}

  /**
   * Rows, requests and tokens.
   *
   * @param rowsRead rows of the corpus
   * @param quarantined rows set aside
   * @param requests requests of the valid rows: one an order
   * @param reused requests whose verdict was there already, or was judged for an equal one
   * @param judged requests judged in this run; equal ones count once
   * @param failed requests whose verdict, of this run or reused, is not ok
   * @param promptTokens read in this run
   * @param generatedTokens written in this run
   */
  public record Counts(
      long rowsRead,
      long quarantined,
      long requests,
      long reused,
      long judged,
      long failed,
      long promptTokens,
      long generatedTokens) {}

  /**
   * What it took.
   *
   * @param planningSeconds wall seconds until it was known what to judge
   * @param judgingSeconds wall seconds of the waves
   * @param waves commits of verdicts
   * @param deviceBusyShare seconds the devices worked for the judge, of all their seconds while it
   *     judged, 0…1
   * @param judgeInstances devices (of executors' JVMs) that judged
   * @param modelLoads judges opened on them
   * @param prefillTokensPerSecond of device time
   * @param decodeTokensPerSecond of device time
   * @param kernels what the devices that judged computed with, and how many of them: {@code avx512:
   *     3, avx2: 1}; null where none judged
   */
  public record Work(
      double planningSeconds,
      double judgingSeconds,
      long waves,
      double deviceBusyShare,
      long judgeInstances,
      long modelLoads,
      double prefillTokensPerSecond,
      double decodeTokensPerSecond,
      String kernels) {}

  /** Rows of the corpus. */
  public long rowsRead() {
    return counts.rowsRead();
  }

  /** Rows set aside. */
  public long quarantined() {
    return counts.quarantined();
  }

  /** Requests of the valid rows. */
  public long requests() {
    return counts.requests();
  }

  /** Requests that cost nothing in this run. */
  public long reused() {
    return counts.reused();
  }

  /** Requests judged in this run. */
  public long judged() {
    return counts.judged();
  }

  /** Requests whose verdict is not ok. */
  public long failed() {
    return counts.failed();
  }

  /** The share of requests that failed, 0 where there were none. */
  public double failedShare() {
    return requests() == 0 ? 0 : (double) failed() / requests();
  }
}
