package io.assize.prompt;

/**
 * One message to a chat model.
 *
 * @param role {@code system}, {@code user} or, of a response that is scored, {@code assistant}
 */
public record ChatMessage(String role, String content) {}
