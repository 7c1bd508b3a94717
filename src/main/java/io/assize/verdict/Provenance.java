package io.assize.verdict;

import java.io.Serializable;

/**
 * Where a verdict comes from.
 *
 * @param runId the run that wrote it
 * @param judgeFingerprint sha-256 over what can change the judge's answers
 * @param templateSha256 of the protocol: template, system message and rule
 * @param assizeVersion of the code
 * @param precision of a model's products; null for a judge that is not computed here
 * @param kernels what the device computed with; null likewise, and before it is known
 */
public record Provenance(
    String runId,
    String judgeFingerprint,
    String templateSha256,
    String assizeVersion,
    String precision,
    String kernels)
    implements Serializable {

  /** The same from a device that computes with these kernels. */
  public Provenance with(String used) {
    return new Provenance(runId, judgeFingerprint, templateSha256, assizeVersion, precision, used);
  }
}
