package io.assize.prompt;

import java.util.ArrayList;
import java.util.List;

/**
 * The rule for models that know no system message: its text, an empty line, and the first user
 * message's text are that user message.
 */
public final class SystemRole {
  private static final String SYSTEM = "system";
  private static final String USER = "user";

  private SystemRole() {}

  /** Whether there is a system message, and a user's that can take it. */
  public static boolean canMerge(List<ChatMessage> messages) {
    return has(messages, SYSTEM) && has(messages, USER);
  }

  /** The messages by the rule; as they are where there is nothing to merge. */
  public static List<ChatMessage> merged(List<ChatMessage> messages) {
    if (!canMerge(messages)) {
      return messages;
    }
    StringBuilder before = new StringBuilder();
    List<ChatMessage> merged = new ArrayList<>();
    for (ChatMessage message : messages) {
      if (message.role().equals(SYSTEM)) {
        before.append(message.content()).append("\n\n");
      }
    }
    for (ChatMessage message : messages) {
      if (message.role().equals(USER) && !before.isEmpty()) {
        merged.add(new ChatMessage(USER, before + message.content()));
        before.setLength(0);
      } else if (!message.role().equals(SYSTEM)) {
        merged.add(message);
      }
    }
    return List.copyOf(merged);
  }

  private static boolean has(List<ChatMessage> messages, String role) {
    return messages.stream().anyMatch(message -> message.role().equals(role));
  }
}
