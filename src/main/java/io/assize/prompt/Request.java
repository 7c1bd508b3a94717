package io.assize.prompt;

import io.assize.verdict.Order;
import java.util.List;

/**
 * A row in one order, as a judge reads it.
 *
 * @param fields what its template shows
 * @param messages what that came to
 */
public record Request(
    String sampleId, Order order, PromptFields fields, List<ChatMessage> messages) {
  public Request {
    messages = List.copyOf(messages);
  }

  /** Names it in errors. */
  public String id() {
    return sampleId + " (" + order.text() + ")";
  }
}
