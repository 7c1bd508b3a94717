package io.assize.judge;

import io.assize.prompt.DecisionRule;
import java.util.Optional;

/**
 * A judge's answer.
 *
 * @param text the generated text; null where the judge writes none
 * @param ruling the verdict of a judge that decides without text; null: parse the text
 * @param promptTokens tokens read
 * @param generatedTokens tokens written
 * @param finishReason {@code stop} (end token), {@code length} (token limit), {@code recorded},
 *     {@code forced} (the probabilities of the allowed answers decided), or {@code scored} (a
 *     reward model's scores did)
 */
public record Completion(
    String text, Ruling ruling, int promptTokens, int generatedTokens, String finishReason) {
  public static final String STOP = "stop";
  public static final String LENGTH = "length";
  public static final String FORCED = "forced";
  public static final String SCORED = "scored";
  public static final String RECORDED = "recorded";

  /** The ruling: what the judge decided, else what its text states; a null rule reads no text. */
  public Optional<Ruling> ruling(DecisionRule rule) {
    if (ruling != null || text == null || rule == null) {
      return Optional.ofNullable(ruling);
    }
    return VerdictParser.parse(rule, text);
  }

  /**
   * The ruling by a rule's name.
   *
   * @param rule {@code final_decision}, {@code rating} or {@code none}
   */
  public Optional<Ruling> ruling(String rule) {
    return ruling(Prompt.rule(rule));
  }
}
