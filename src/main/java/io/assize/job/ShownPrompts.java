package io.assize.job;

import io.assize.judge.Reading;
import io.assize.prompt.ChatMessage;
import java.util.List;

/**
 * What a judge reads of a row, or of a text of one's own.
 *
 * @param of the row's id, or the text's name
 * @param requests one for each order
 */
public record ShownPrompts(String of, String judge, List<Shown> requests) {
  public ShownPrompts {
    requests = List.copyOf(requests);
  }

  /**
   * One request, before any cut.
   *
   * @param order null for a text of one's own
   * @param messages what is asked
   * @param readings the text and the tokens that a model in the JVM makes of them; empty for judges
   *     that are handed the messages as they are
   */
  public record Shown(String order, List<ChatMessage> messages, List<Reading> readings) {
    public Shown {
      messages = List.copyOf(messages);
      readings = List.copyOf(readings);
    }
  }
}
