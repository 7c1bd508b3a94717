package io.assize.judge;

/**
 * A judge's answer.
 *
 * @param text the generated text; null where the judge writes none
 * @param ruling the verdict of a judge that decides without text; null: parse the text
 * @param promptTokens tokens read
 * @param generatedTokens tokens written
 * @param finishReason {@code stop} (end token), {@code length} (token limit), {@code recorded}, or
 *     {@code forced} (the probabilities of the allowed answers decided)
 */
public record Completion(
    String text, Ruling ruling, int promptTokens, int generatedTokens, String finishReason) {
  public static final String STOP = "stop";
  public static final String LENGTH = "length";
  public static final String FORCED = "forced";
  public static final String RECORDED = "recorded";
}
