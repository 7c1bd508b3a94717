package io.assize.judge.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.DecodingConfig;
import io.assize.config.HttpConfig;
import io.assize.config.JudgeConfig;
import io.assize.prompt.ChatMessage;
import java.util.List;

/** The bodies of requests for chat completions. */
final class ChatRequest {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ChatRequest() {}

  /** Asks for a text; again where {@code attempt} is not 0. */
  static ObjectNode critique(JudgeConfig config, List<ChatMessage> messages, int attempt) {
    DecodingConfig decoding = config.decoding().again(attempt);
    ObjectNode body = body(config, messages).put("max_tokens", decoding.maxNewTokens());
    body.put("temperature", decoding.temperature());
    if (!decoding.greedy()) {
      body.put("top_p", decoding.topP()).put("seed", decoding.seed());
    }
    return body;
  }

  /** Asks a question that has some allowed answers, and for the probabilities of what it says. */
  static ObjectNode question(
      JudgeConfig config, List<ChatMessage> messages, AskedAnswers asked, int tokens) {
    ObjectNode body = body(config, asked.after(messages)).put("max_tokens", tokens);
    body.put("temperature", 0).put("logprobs", true);
    body.put("top_logprobs", config.settings(HttpConfig.class).topLogprobs());
    return body;
  }

  /**
   * Asks nothing but what the tokens of a conversation are worth that ends with the beginning of an
   * answer: vLLM continues it and tells each token's log-probability.
   */
  static ObjectNode continuation(JudgeConfig config, List<ChatMessage> messages) {
    ObjectNode body = body(config, messages).put("max_tokens", 1).put("temperature", 0);
    body.put("add_generation_prompt", false).put("continue_final_message", true);
    return body.put("prompt_logprobs", 0);
  }

  /** What llama-server's template is given. */
  static ObjectNode template(JudgeConfig config, List<ChatMessage> messages) {
    ObjectNode body = body(config, messages);
    body.remove(List.of("model", "stream"));
    return body;
  }

  /** Gives a request these messages. */
  static void put(ObjectNode body, List<ChatMessage> messages) {
    ArrayNode array = body.putArray("messages");
    for (ChatMessage message : messages) {
      array.addObject().put("role", message.role()).put("content", message.content());
    }
  }

  private static ObjectNode body(JudgeConfig config, List<ChatMessage> messages) {
    ObjectNode body = JSON.createObjectNode().put("model", config.model()).put("stream", false);
    put(body, messages);
    if (!config.decoding().chatVariables().isEmpty()) {
      body.set("chat_template_kwargs", JSON.valueToTree(config.decoding().chatVariables()));
    }
    return body;
  }
}
