package io.assize.config;

import java.io.Serializable;
import java.util.Map;

/**
 * How a language model comes to its verdict.
 *
 * @param decision {@code critique}: it writes first, and where its text states no decision the
 *     probabilities of the allowed answers decide; {@code forced}: they decide at once; {@code
 *     text}: only the text counts; {@code score}: a reward model scores each response
 * @param maxNewTokens most tokens of a critique
 * @param rating single, from probabilities: {@code expected} (the mean of 1…10 under them) or
 *     {@code most_probable}
 * @param lengthNormalised whether an answer's log-probability is divided by its tokens
 * @param temperature 0: the most probable token each time
 * @param topP sampling is from the most probable tokens that together have this probability
 * @param seed of the sampling; each prompt has its own stream
 * @param chatVariables what the model's chat template is given beside the messages, by its names:
 *     texts, numbers, flags, lists and maps of these, null for None
 */
public record DecodingConfig(
    String decision,
    int maxNewTokens,
    String rating,
    boolean lengthNormalised,
    double temperature,
    double topP,
    int seed,
    Map<String, Object> chatVariables)
    implements Serializable {

  /** The temperature of a further answer where the first was greedy. */
  private static final double AGAIN = 0.7;

  static DecodingConfig of(Settings settings) {
    return new DecodingConfig(
        settings.choice("decision", "critique", "forced", "text", "score"),
        settings.integer("max_new_tokens", 1, 1 << 20),
        settings.choice("rating", "expected", "most_probable"),
        settings.flag("length_normalised"),
        settings.number("temperature", 0, 100),
        settings.number("top_p", 0.000001, 1),
        settings.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE),
        settings.values("chat_variables"));
  }

  /** Whether the model writes before it decides. */
  public boolean writes() {
    return !decision.equals("forced") && !scores();
  }

  /** Whether the model is a reward model, which scores responses and has no words. */
  public boolean scores() {
    return decision.equals("score");
  }

  /**
   * How an answer is asked for again: with another seed, and sampled where it was greedy, since the
   * most probable text would be the same.
   *
   * @param attempt 0 for the first answer, whose decoding this is
   */
  public DecodingConfig again(int attempt) {
    return attempt == 0
        ? this
        : new DecodingConfig(
            decision,
            maxNewTokens,
            rating,
            lengthNormalised,
            greedy() ? AGAIN : temperature,
            topP,
            seed + 7919 * attempt,
            chatVariables);
  }

  /** Whether a rating from probabilities is the mean under them. */
  public boolean expectedRating() {
    return rating.equals("expected");
  }

  /** Whether the most probable token is taken each time. */
  public boolean greedy() {
    return temperature == 0;
  }

  /** All of this that can change an answer, as text. */
  String identity() {
    if (scores()) {
      return decision;
    }
    String sampling = greedy() ? "greedy" : temperature + "," + topP + "," + seed;
    return String.join(
            ";",
            decision,
            "max_new_tokens=" + maxNewTokens,
            rating,
            "length_normalised=" + lengthNormalised,
            sampling)
        + (chatVariables.isEmpty() ? "" : ";chat_variables=" + Settings.render(chatVariables));
  }
}
