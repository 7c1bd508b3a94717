package io.assize.judge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.AssizeConfig;
import io.assize.judge.Completion;
import io.assize.judge.Prompt;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.testing.ChatServer;
import io.assize.verdict.Choice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The question as vLLM is asked it, against bodies in the form that vLLM documents. */
@Timeout(60)
class VllmTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Each answer's tokens behind the prompt's, with their log-probabilities. */
  private static final Map<String, String> TOLD =
      new LinkedHashMap<>(
          Map.of(
              "is Response 1",
              "{\"7\": {\"logprob\": -0.5, \"rank\": 1, \"decoded_token\": \" Response\"}},"
                  + " {\"8\": {\"logprob\": -1.0, \"rank\": 2, \"decoded_token\": \" 1\"}}",
              "is Response 2",
              "{\"7\": {\"logprob\": -0.5, \"rank\": 1, \"decoded_token\": \" Response\"}},"
                  + " {\"9\": {\"logprob\": -2.0, \"rank\": 3, \"decoded_token\": \" 2\"},"
                  + " \"8\": {\"logprob\": -1.0, \"rank\": 1, \"decoded_token\": \" 1\"}}",
              "is Tie",
              "{\"5\": {\"logprob\": -1.5, \"rank\": 4, \"decoded_token\": \" Tie\"}}"));

  @Test
  void theAnswersProbabilitiesAreThoseOfTheirTokensByHand() {
    try (ChatServer server = server();
        HttpJudge judge = judge(server, "decision = forced")) {
      Completion completion = judge.submit(pair()).join();
      double first = Math.exp(-0.5 - 1.0);
      double second = Math.exp(-0.5 - 2.0);
      double tie = Math.exp(-1.5);
      assertThat(completion.ruling().probabilityFirst())
          .isCloseTo((first + tie / 2) / (first + second + tie), within(1e-12));
      assertThat(completion.ruling().choice()).isEqualTo(Choice.FIRST);
      assertThat(completion.promptTokens()).isEqualTo(3 * 4);
    }
  }

  @Test
  void lengthNormalisationDividesByTheAnswersOwnTokens() {
    try (ChatServer server = server();
        HttpJudge judge = judge(server, "decision = forced, length_normalised = true")) {
      double first = Math.exp((-0.5 - 1.0) / 2);
      double second = Math.exp((-0.5 - 2.0) / 2);
      double tie = Math.exp(-1.5);
      assertThat(judge.submit(pair()).join().ruling().probabilityFirst())
          .isCloseTo((first + tie / 2) / (first + second + tie), within(1e-12));
    }
  }

  @Test
  void whatIsAskedContinuesTheAnswerThatIsBegun() throws IOException {
    try (ChatServer server = server();
        HttpJudge judge = judge(server, "decision = critique")) {
      Completion completion = judge.submit(pair()).join();
      assertThat(completion.text()).isEqualTo("Both are good.");
      assertThat(completion.finishReason()).isEqualTo(Completion.FORCED);
      // The critique, and one request for each answer.
      assertThat(server.asked()).hasSize(4);
      JsonNode asked = JSON.readTree(server.asked().get(1));
      assertThat(asked.path("continue_final_message").asBoolean()).isTrue();
      assertThat(asked.get("add_generation_prompt").asBoolean()).isFalse();
      assertThat(asked.get("prompt_logprobs").asInt()).isZero();
      assertThat(asked.get("max_tokens").asInt()).isEqualTo(1);
      assertThat(asked.at("/messages/1/role").asText()).isEqualTo("assistant");
      assertThat(asked.at("/messages/1/content").asText())
          .isEqualTo("Both are good.\nThe final decision is Response 1");
    }
  }

  @Test
  void whoTellsNoLogProbabilitiesOfThePromptIsToldHowToBeAsked() {
    for (String told : List.of("null", "[null]", "[null, {\"x\": {\"logprob\": -1}}]")) {
      String body =
          "{\"choices\": [{\"message\": {\"content\": \".\"}}], \"prompt_logprobs\": " + told + "}";
      try (ChatServer server = ChatServer.of((path, asked) -> new ChatServer.Said(200, body));
          HttpJudge judge = judge(server, "decision = forced")) {
        assertThatThrownBy(judge.submit(pair())::join)
            .hasMessageContaining("tells no prompt_logprobs")
            .hasMessageContaining("question = first_token");
      }
    }
  }

  private static ChatServer server() {
    return ChatServer.of(
        (path, asked) -> {
          JsonNode messages = messages(asked);
          JsonNode last = messages.path(messages.size() - 1);
          String told =
              last.path("role").asText().equals("assistant")
                  ? "[null, {\"3\": {\"logprob\": -9.0, \"rank\": 8, \"decoded_token\": \" is\"}}, "
                      + TOLD.get(
                          TOLD.keySet().stream()
                              .filter(last.path("content").asText()::endsWith)
                              .findFirst()
                              .orElseThrow())
                      + "]"
                  : "null";
          return new ChatServer.Said(
              200,
              """
              {"id": "chatcmpl-1", "object": "chat.completion", "model": "m",
               "choices": [{"index": 0, "message": {"role": "assistant", "content": "Both are good."},
                 "logprobs": null, "finish_reason": "length", "stop_reason": null}],
               "usage": {"prompt_tokens": 4, "total_tokens": 5, "completion_tokens": 1},
               "prompt_logprobs": %s}
              """
                  .formatted(told));
        });
  }

  private static JsonNode messages(String body) {
    try {
      return JSON.readTree(body).path("messages");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static HttpJudge judge(ChatServer server, String settings) {
    return new HttpJudge(
        AssizeConfig.parse(
                """
                assize { corpus.path = none, output.dir = none
                  judge { kind = http, model = m, http.url = "%s", http.question = vllm, %s } }
                """
                    .formatted(server.url(), settings),
                Map.of())
            .judge(),
        name -> null);
  }

  private static Prompt pair() {
    return new Prompt(
        "row",
        List.of(new ChatMessage("user", "Which?\nResponse 1: yes\nResponse 2: no")),
        "model",
        DecisionRule.FINAL_DECISION,
        List.of(),
        null);
  }
}
