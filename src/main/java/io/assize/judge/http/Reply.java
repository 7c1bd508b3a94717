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
    JsonNode content = choice.path("message").path("content");
    if (!content.isTextual()) {
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
        Secrets.hide(content.asText()),
        Math.max(0, json.path("usage").path("prompt_tokens").asInt()),
        Math.max(0, json.path("usage").path("completion_tokens").asInt()),
        choice.path("finish_reason").asText().equals("length")
            ? Completion.LENGTH
            : Completion.STOP,
        List.copyOf(tokens));
  }
}
