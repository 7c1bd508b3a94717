package io.assize.verdict;

import java.time.Instant;

/**
 * One row of the table {@code verdicts}.
 *
 * @param key sha-256, see {@link VerdictKey}
 * @param decision null for a single rating that is valid
 * @param probabilityA probability that a is better, 0…1; null where the judge gives none
 * @param rating 1…10, or a reward model's score; null for pairwise
 * @param critique the judge's text; null where it wrote none
 * @param error why the status is not ok; null where it is
 * @param finishReason null where nothing was generated
 * @param judgedFor the row, {@code SAMPLE_ID (ORDER)}, for which an equal request was judged; null
 *     where this row's own request was
 * @param note what was done to the row's texts, as a cut; null for nothing
 * @param attempts how often the judge was asked
 */
public record Verdict(
    String key,
    String sampleId,
    String protocol,
    Order order,
    String judge,
    Decision decision,
    Double probabilityA,
    Double rating,
    String critique,
    Status status,
    String error,
    int promptTokens,
    int generatedTokens,
    String finishReason,
    Instant judgedAt,
    Provenance provenance,
    String judgedFor,
    String note,
    int attempts) {

  /** The verdict of another row that made the same request, in that row's terms of a and b. */
  public Verdict sharedWith(String otherSample, Order otherOrder) {
    Order between = otherOrder == order ? Order.AB : Order.BA;
    return new Verdict(
        key,
        otherSample,
        protocol,
        otherOrder,
        judge,
        decision != null && between == Order.BA ? decision.swapped() : decision,
        between.probability(probabilityA),
        rating,
        critique,
        status,
        error,
        promptTokens,
        generatedTokens,
        finishReason,
        judgedAt,
        provenance,
        sampleId + " (" + order.text() + ")",
        note,
        attempts);
  }
}
