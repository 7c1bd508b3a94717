package io.assize.judge.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.Secrets;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an endpoint answered.
 *
 * @param tokens for each token written, the likeliest tokens in its place with their
 *     log-probabilities, NaN for what is no number; empty where the endpoint tells none
 */
record Reply(
    String text,
    int promptTokens,
    int generatedTokens,
    String finishReason,
    List<Map<String, Double>> tokens) {

  static JsonNode json(String body, Endpoint endpoint) {
    try {
      return new ObjectMapper().readTree(body);
    } catch (JsonProcessingException e) {
      throw new JudgeException(Reason.ENGINE_ERROR, endpoint + " answered with what is no JSON", e);
    }
  }

  static Reply of(JsonNode json, Endpoint endpoint) {
    JsonNode choice = json.path("choices").path(0);
    String text = text(choice.path("message"));
    boolean cut = choice.path("finish_reason").asText().equals("length");
    if (text == null && !cut) {
      throw new JudgeException(
          Reason.ENGINE_ERROR, endpoint + " answered without choices[0].message.content");
    }
    List<Map<String, Double>> tokens = new ArrayList<>();
    for (JsonNode token : choice.path("logprobs").path("content")) {
      Map<String, Double> likeliest = new LinkedHashMap<>();
      for (JsonNode one : token.path("top_logprobs")) {
        JsonNode logprob = one.path("logprob");
        likeliest.put(
            one.path("token").asText(), logprob.isNumber() ? logprob.asDouble() : Double.NaN);
      }
      tokens.add(likeliest);
    }
    return new Reply(
        text == null ? "" : Secrets.hide(text),
        Math.max(0, json.path("usage").path("prompt_tokens").asInt()),
        Math.max(0, json.path("usage").path("completion_tokens").asInt()),
        cut ? Completion.LENGTH : Completion.STOP,
        List.copyOf(tokens));
  }

  /** Whether the tokens were spent before anything was said: on thinking, which is told apart. */
  boolean onlyThought() {
    return text.isBlank() && finishReason.equals(Completion.LENGTH);
  }

  /** A message's text, one or in parts; null where it has none. */
  private static String text(JsonNode message) {
    JsonNode content = message.path("content");
    if (content.isTextual()) {
      return content.asText();
    }
    StringBuilder text = new StringBuilder();
    boolean any = false;
    for (JsonNode part : content) {
      if (part.isTextual() || part.path("text").isTextual()) {
        text.append(part.isTextual() ? part.asText() : part.get("text").asText());
        any = true;
      }
    }
    return any ? text.toString() : null;
  }
}
