package io.assize.prompt;

/**
 * A stretch of a rendered chat.
 *
 * @param text the text
 * @param control whether special tokens in it count as such; false for message contents, in which
 *     everything is plain text
 */
public record Segment(String text, boolean control) {}
