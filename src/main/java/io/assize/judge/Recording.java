package io.assize.judge;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.verdict.Decision;
import io.assize.verdict.Order;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * A recorded output: either the raw text or the ruling.
 *
 * @param output the judge's raw text; null where only the ruling was recorded
 * @param ruling the ruling; null where only the text was recorded
 * @param fault why what was recorded is no verdict; null where it may be one
 */
public record Recording(String output, Ruling ruling, String fault) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * Reads one that speaks of the corpus's a and b. A probability by itself decides for the likelier
   * side.
   *
   * @param json {@code output}, {@code decision}, {@code probability_a}, {@code rating}, each of
   *     which may be absent
   * @param order what is shown of it
   */
  public static Recording of(String json, Order order) {
    try {
      JsonNode node = JSON.readTree(json);
      boolean rules =
          node.hasNonNull("decision")
              || node.hasNonNull("rating")
              || (node.hasNonNull("probability_a") && !node.hasNonNull("output"));
      return new Recording(
          node.path("output").asText(null), rules ? ruling(node, order) : null, null);
    } catch (JudgeException e) {
      return new Recording(null, null, e.getMessage());
    } catch (JsonProcessingException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Reads a ruling.
   *
   * @throws JudgeException where it is none
   */
  private static Ruling ruling(JsonNode node, Order order) {
    Decision decision = decision(node.path("decision").asText(""));
    Double probability = number(node, "probability_a");
    Double rating = number(node, "rating");
    if (decision == null && rating == null) {
      decision = probability > 0.5 ? Decision.A : probability < 0.5 ? Decision.B : Decision.TIE;
    }
    return new Ruling(
        order.choice(decision), order.probability(probability), Ruling.onScale(rating));
  }

  private static Decision decision(String text) {
    return text.isEmpty()
        ? null
        : Decision.of(text)
            .filter(decision -> decision != Decision.INVALID)
            .orElseThrow(
                () ->
                    failure(
                        String.format(
                            Locale.ROOT, "the decision \"%s\" is none of a, b, tie", text)));
  }

  /** A number; NaN for what is none, as Spark writes what is not finite as a text. */
  private static Double number(JsonNode node, String name) {
    JsonNode value = node.path(name);
    if (value.isNull() || value.isMissingNode()) {
      return null;
    }
    return value.isNumber() ? (Double) value.asDouble() : (Double) Double.NaN;
  }

  /**
   * The recording as the answer to a prompt.
   *
   * @param id names the prompt
   */
  public CompletableFuture<Completion> answer(String id) {
    return fault == null
        ? CompletableFuture.completedFuture(
            new Completion(output, ruling, 0, 0, Completion.RECORDED))
        : CompletableFuture.failedFuture(
            failure(String.format(Locale.ROOT, "the recording for %s: %s", id, fault)));
  }

  private static JudgeException failure(String reason) {
    return new JudgeException(JudgeException.Reason.ENGINE_ERROR, reason);
  }
}
