package io.assize.job;

import java.time.Instant;

/**
 * What a run did: the row of the table {@code run}.
 *
 * @param rowsRead rows of the corpus
 * @param quarantined rows set aside
 * @param requests requests of the valid rows: one an order
 * @param reused requests whose verdict was there already
 * @param judged requests judged in this run
 * @param failed judged requests whose status is not ok
 * @param judgingSeconds wall seconds of the judging stage
 * @param deviceBusyShare seconds the devices worked for the judge, of all their seconds while it
 *     judged, 0…1
 * @param judgeInstances devices (of executors' JVMs) that judged
 * @param modelLoads judges opened on them
 * @param prefillTokensPerSecond of device time
 * @param decodeTokensPerSecond of device time
 */
public record RunResult(
    String runId,
    String judge,
    String judgeFingerprint,
    String protocol,
    Instant startedAt,
    Instant finishedAt,
    long rowsRead,
    long quarantined,
    long requests,
    long reused,
    long judged,
    long failed,
    long promptTokens,
    long generatedTokens,
    double judgingSeconds,
    double deviceBusyShare,
    long judgeInstances,
    long modelLoads,
    double prefillTokensPerSecond,
    double decodeTokensPerSecond,
    String assizeVersion,
    String sparkVersion,
    String javaVersion,
    String djlVersion,
    String output) {

  /** The share of judged requests that failed, 0 where none were judged. */
  public double failedShare() {
    return judged == 0 ? 0 : (double) failed / judged;
  }
}
