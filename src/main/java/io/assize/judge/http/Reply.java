package io.assize.judge.http;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.Secrets;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import io.assize.judge.Ruling;
import io.assize.judge.VerdictParser;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an endpoint answered.
 *
 * @param thought whether thinking came before what is said, be it told apart or not
 * @param tokens for each token written, the likeliest tokens in its place with their
 *     log-probabilities, NaN for what is no number; empty where the endpoint tells none
 */
record Reply(
    String text,
    int promptTokens,
    int generatedTokens,
    String finishReason,
    boolean thought,
    List<Map<String, Double>> tokens) {
  private static final ObjectMapper JSON = new ObjectMapper();

  /**
   * What was answered, as JSON.
   *
   * @param where who answered, for messages
   */
  static JsonNode json(String body, String where) {
    try {
      return JSON.readTree(body);
    } catch (JsonProcessingException e) {
      throw new JudgeException(Reason.ENGINE_ERROR, where + " answered with what is no JSON", e);
    }
  }

  /** The answer of a model whose tokens were spent before it said anything. */
  static JsonNode nothingSaid() {
    ObjectNode json = JSON.createObjectNode();
    json.putArray("choices").addObject().put("finish_reason", "length");
    return json;
  }

  /**
   * A chat completion.
   *
   * @param where who answered, for messages
   */
  static Reply of(JsonNode json, String where) {
    JsonNode choice = json.path("choices").path(0);
    JsonNode message = choice.path("message");
    String text = text(message);
    boolean cut = choice.path("finish_reason").asText().equals("length");
    if (text == null && !cut) {
      throw new JudgeException(
          Reason.ENGINE_ERROR, where + " answered without choices[0].message.content");
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
        !message.path("reasoning_content").asText().isBlank()
            || !message.path("reasoning").asText().isBlank()
            || (text != null && text.contains("</think>")),
        List.copyOf(tokens));
  }

  /** What an answer says instead of answering; null where it does not. */
  static JsonNode error(JsonNode json) {
    JsonNode choice = json.path("choices").path(0);
    if (json.hasNonNull("error") && choice.isMissingNode()) {
      return json.get("error");
    }
    return choice.hasNonNull("error") ? choice.get("error") : null;
  }

  /**
   * A judge's answer whose text this is.
   *
   * @param ruling what decided in place of the text; null where nothing did
   */
  Completion completion(Ruling ruling) {
    return new Completion(
        text,
        ruling,
        promptTokens,
        generatedTokens,
        ruling == null ? finishReason : Completion.FORCED);
  }

  /** Whether the tokens were spent before anything was said: on thinking. */
  boolean onlyThought() {
    return VerdictParser.withoutThinking(text).isBlank() && finishReason.equals(Completion.LENGTH);
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
