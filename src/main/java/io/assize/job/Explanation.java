package io.assize.job;

import io.assize.prompt.ChatMessage;
import java.util.List;
import java.util.Map;

/**
 * How a row of the corpus came to its outcome.
 *
 * @param requests one for each order
 * @param scoreA pairwise: the outcome, 1 for a, 0 for b; null where no order gave a decision
 * @param outcome the same in words
 */
public record Explanation(
    String sampleId, String judge, List<InOrder> requests, Double scoreA, String outcome) {
  public Explanation {
    requests = List.copyOf(requests);
  }

  /**
   * The row in one order.
   *
   * @param verdictKey of the request as the corpus and the configuration make it now
   * @param messages what the judge reads
   * @param verdict the verdict that counts, column → value; null where the store has none
   * @param verdictsOfKey verdicts of this request in the store
   */
  public record InOrder(
      String order,
      String verdictKey,
      List<ChatMessage> messages,
      Map<String, String> verdict,
      long verdictsOfKey) {}
}
