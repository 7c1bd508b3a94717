package io.assize.verdict;

import java.io.Serializable;

/**
 * Where a verdict comes from.
 *
 * @param runId the run that wrote it
 * @param judgeFingerprint sha-256 over what can change the judge's answers
 * @param templateSha256 of the protocol: template, system message and rule
 * @param assizeVersion of the code
 */
public record Provenance(
    String runId, String judgeFingerprint, String templateSha256, String assizeVersion)
    implements Serializable {}
