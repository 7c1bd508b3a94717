package io.assize.job;

import java.time.Instant;

/**
 * What a run did: the row of the table {@code run}.
 *
 * @param rowsRead rows of the corpus
 * @param quarantined rows set aside
 * @param requests requests of the valid rows: one an order
 * @param reused requests whose verdict was there already, or was judged for an equal one
 * @param judged requests judged in this run; equal ones count once
 * @param failed requests whose verdict, of this run or reused, is not ok
 * @param judgingSeconds wall seconds of the waves
 * @param deviceBusyShare seconds the devices worked for the judge, of all their seconds while it
 *     judged, 0…1
 * @param judgeInstances devices (of executors' JVMs) that judged
 * @param modelLoads judges opened on them
 * @param prefillTokensPerSecond of device time
 * @param decodeTokensPerSecond of device time
 * @param protocolSha256 of the template and the rule that reads answers
 * @param store the folder of the verdicts
 * @param waves commits of verdicts
 * @param planningSeconds wall seconds until it was known what to judge
 * @param mode {@code pending}, {@code rejudge} or {@code only_failed}
 * @param precision of a model's products; null for a judge that is not computed here
 * @param kernels what the devices that judged computed with, and how many of them: {@code avx512:
 *     3, avx2: 1}; null where none judged
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
    String protocolSha256,
    String store,
    long waves,
    double planningSeconds,
    String mode,
    String precision,
    String kernels,
    String output) {

  /** The share of requests that failed, 0 where there were none. */
  public double failedShare() {
    return requests == 0 ? 0 : (double) failed / requests;
  }
}
