package io.assize.prompt;

/**
 * One message to a chat model.
 *
 * @param role {@code system} or {@code user}
 */
public record ChatMessage(String role, String content) {}
