package io.assize.judge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.AssizeConfig;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import io.assize.judge.Prompt;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.testing.ChatServer;
import io.assize.verdict.Choice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is made of refusals and answers as providers word them: the bodies are theirs. */
@Timeout(120)
class RefusalsTest {
  private static final String KEY = "sk-sesame-open";
  private static final ObjectMapper JSON = new ObjectMapper();

  private static final String CONTENT_FILTER =
      """
      {"error": {"message": "The response was filtered due to the prompt triggering Azure OpenAI's\
       content management policy. Please modify your prompt and retry.", "type": null,
       "param": "prompt", "code": "content_filter", "status": 400}}""";

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "403 | {'error': {'message': 'You are not allowed to request logprobs from this model', 'type': 'invalid_request_error', 'param': null, 'code': null}}",
        "400 | [{'error': {'code': 400, 'message': 'Logprobs is not enabled for models/gemini-2.5-pro', 'status': 'INVALID_ARGUMENT'}}]",
        "400 | {'error': {'code': 400, 'message': 'Unable to submit request because Logprobs is not supported for this model.'}}",
        "400 | {'error': {'message': 'Unrecognized request argument supplied: logprobs'}}",
      })
  void whoTellsNoLogProbabilitiesAsOpenAisReasoningModelsAndGeminiIsReadAsText(
      int status, String said) {
    try (Provider provider =
            new Provider(
                body -> body.has("logprobs") ? refuse(status, said) : say("2", "stop", null));
        HttpJudge judge = judge(provider, "decision = forced")) {
      assertThat(choice(judge)).isEqualTo(Choice.SECOND);
      assertThat(choice(judge)).isEqualTo(Choice.SECOND);
      // Refused once; never asked for again.
      assertThat(provider.bodies()).hasSize(3);
      assertThat(provider.body(2).has("top_logprobs")).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "5 | {'object': 'error', 'message': 'Requested sample logprobs of 20, which is greater than max allowed: 5', 'type': 'BadRequestError', 'code': 400}",
        "5 | {'error': {'message': 'Invalid \\'top_logprobs\\': integer above maximum value. Expected a value <= 5, but got 20 instead.'}}",
        "5 | {'error': {'message': 'Invalid value for \\'top_logprobs\\': must be less than or equal to 5.'}}",
        "4 | {'error': {'message': '20 is greater than the maximum of 4 - \\'top_logprobs\\''}}",
      })
  void tooManyAlternativesForVllmAzureOrOpenAiAreAskedForAsTheySay(int most, String said) {
    try (Provider provider =
            new Provider(
                body ->
                    body.path("top_logprobs").asInt() > most
                        ? refuse(400, said)
                        : say("1", "stop", Map.of("1", Math.log(0.6), "2", Math.log(0.2))));
        HttpJudge judge = judge(provider, "decision = forced")) {
      Completion completion = judge.submit(pair("x")).join();
      assertThat(completion.ruling().probabilityFirst()).isCloseTo(0.75, within(1e-9));
      assertThat(provider.body(1).path("top_logprobs").asInt()).isEqualTo(most);
    }
  }

  @Test
  void whatOpenAisReasoningModelsDoNotTakeIsRenamedOrLeftOut() {
    try (Provider provider =
            new Provider(
                body -> {
                  if (body.has("max_tokens")) {
                    return refuse(
                        400,
                        "{'error': {'message': 'Unsupported parameter: \\'max_tokens\\' is not supported"
                            + " with this model. Use \\'max_completion_tokens\\' instead.', 'type':"
                            + " 'invalid_request_error', 'param': 'max_tokens'}}");
                  }
                  return body.has("temperature")
                      ? refuse(
                          400,
                          "{'error': {'message': 'Unsupported value: \\'temperature\\' does not support 0"
                              + " with this model. Only the default (1) value is supported.', 'param':"
                              + " 'temperature', 'code': 'unsupported_value'}}")
                      : say("The final decision is Response 1", "stop", null);
                });
        HttpJudge judge = judge(provider, "decision = critique, max_new_tokens = 77")) {
      assertThat(judge.submit(pair("x")).join().text()).contains("Response 1");
      assertThat(provider.bodies()).hasSize(3);
      assertThat(provider.body(2).path("max_completion_tokens").asInt()).isEqualTo(77);
      assertThat(provider.body(2).has("temperature")).isFalse();
      judge.submit(pair("y")).join();
      assertThat(provider.bodies()).hasSize(4);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "400 | {'object': 'error', 'message': 'System role not supported', 'type': 'BadRequestError', 'param': null, 'code': 400}",
        "400 | {'object': 'error', 'message': 'Conversation roles must alternate user/assistant/user/assistant/...', 'code': 400}",
        "500 | {'error': {'code': 500, 'message': '\\n------------\\nWhile executing CallExpression at line 1, column 54 in source:\\n{{ bos_token }}{% if messages[0][\\'role\\'] == \\'system\\' %}{{ raise_exception(...\\nError: Jinja Exception: System role not supported', 'type': 'server_error'}}",
      })
  void aSystemMessageThatGemmasTemplateRefusesAtVllmOrLlamaCppStandsInFrontOfTheUsers(
      int status, String said) {
    try (Provider provider =
            new Provider(
                body ->
                    body.at("/messages/0/role").asText().equals("system")
                        ? refuse(status, said)
                        : say("The final decision is Tie", "stop", null));
        HttpJudge judge = judge(provider, "decision = text, http.backoff_millis = 1")) {
      Prompt prompt =
          new Prompt(
              "row",
              List.of(new ChatMessage("system", "Judge."), new ChatMessage("user", "Which?")),
              "model",
              DecisionRule.FINAL_DECISION,
              List.of(),
              null);
      assertThat(judge.submit(prompt).join().text()).contains("Tie");
      assertThat(provider.bodies()).hasSize(2);
      assertThat(provider.body(1).path("messages")).hasSize(1);
      assertThat(provider.body(1).at("/messages/0/content").asText())
          .startsWith("Judge.")
          .endsWith("Which?");
    }
  }

  @Test
  void anErrorInsideAnAnswerOfOpenRouterIsTriedAgainOrToldByItsCode() {
    List<ChatServer.Said> replies =
        List.of(
            refuse(
                200,
                "{'error': {'message': 'Provider returned error', 'code': 429, 'metadata': {'raw':"
                    + " 'm is temporarily rate-limited upstream', 'provider_name': 'P'}}}"),
            refuse(
                200,
                "{'choices': [{'error': {'code': 502, 'message': 'Provider disconnected'},"
                    + " 'finish_reason': 'error', 'message': {'content': ''}}]}"),
            say("The final decision is Response 2", "stop", null),
            refuse(
                200,
                "{'error': {'message': 'Provider returned error', 'code': 400, 'metadata': {'raw':"
                    + " 'Model m takes one image only'}}}"));
    List<JsonNode> seen = new CopyOnWriteArrayList<>();
    try (Provider provider =
            new Provider(
                body -> {
                  seen.add(body);
                  return replies.get(seen.size() - 1);
                });
        HttpJudge judge = judge(provider, "decision = text, http.backoff_millis = 1")) {
      assertThat(judge.submit(pair("x")).join().text()).contains("Response 2");
      assertThat(failure(judge.submit(pair("x"))))
          .hasMessageContaining(
              "answered 400: Provider returned error: Model m takes one image only");
    }
  }

  @Test
  void contentInPartsAsMistralsReasoningModelsSendItIsJoined() {
    try (Provider provider =
            new Provider(
                body ->
                    refuse(
                        200,
                        "{'choices': [{'message': {'content': [{'type': 'text', 'text': 'The final"
                            + " decision '}, {'type': 'text', 'text': 'is Response 2'}]}}]}"));
        HttpJudge judge = judge(provider, "decision = text")) {
      assertThat(judge.submit(pair("x")).join().text())
          .isEqualTo("The final decision is Response 2");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "200 | {'choices': [{'finish_reason': 'length', 'message': {'content': null, 'reasoning_content': 'Okay, 1'}}]}",
        "200 | {'choices': [{'finish_reason': 'length', 'message': {'content': '<think>\\nOkay'}}]}",
        "200 | {'choices': [{'finish_reason': 'length', 'message': {'content': ''}}]}",
        "400 | {'error': {'message': 'Could not finish the message because max_tokens or model output limit was reached. Please try again with higher max_tokens.', 'type': 'invalid_request_error'}}",
      })
  void aModelThatThinksAtVllmDeepSeekOrOpenAiIsGivenTheTokensForIt(int status, String spent) {
    try (Provider provider =
            new Provider(
                body ->
                    body.path("max_tokens").asInt() < 100
                        ? refuse(status, spent)
                        : say("<think>1 or 2? 2.</think>\n\n1", "stop", Map.of("2", -0.1)));
        HttpJudge judge = judge(provider, "decision = forced, max_new_tokens = 100")) {
      Completion completion = judge.submit(pair("x")).join();
      assertThat(completion.ruling().choice()).isEqualTo(Choice.FIRST);
      // The first token's probabilities are of what it thought.
      assertThat(completion.ruling().probabilityFirst()).isNull();
      assertThat(provider.bodies()).hasSize(2);
      judge.submit(pair("y")).join();
      assertThat(provider.bodies()).hasSize(3);
    }
  }

  @Test
  void whatIsThoughtBeforeTheVerdictIsNoVerdictAndIsNotHandedBack() {
    try (Provider provider =
            new Provider(
                body ->
                    body.has("logprobs")
                        ? say("T", "stop", Map.of("T", -0.1))
                        : say(
                            "<think>The final decision is Response 1</think>Both are good.",
                            "stop",
                            null));
        HttpJudge judge = judge(provider, "decision = critique")) {
      Completion completion = judge.submit(pair("x")).join();
      assertThat(completion.ruling().choice()).isEqualTo(Choice.TIE);
      assertThat(completion.text()).contains("<think>");
      assertThat(provider.body(1).at("/messages/1/content").asText()).isEqualTo("Both are good.");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "413 | <html>413 Request Entity Too Large</html>",
        "400 | {'object': 'error', 'message': '\\'max_tokens\\' or \\'max_completion_tokens\\' is too large: 512. This model\\'s maximum context length is 4096 tokens and your request has 4000 input tokens', 'code': 400}",
        "400 | {'error': {'message': 'This model\\'s maximum context length is 8192 tokens. However, your messages resulted in 9000 tokens. Please reduce the length of the messages.', 'code': 'context_length_exceeded'}}",
        "400 | {'error': {'code': 400, 'message': 'the request exceeds the available context size. try increasing the context size', 'type': 'exceed_context_size_error', 'n_prompt_tokens': 9000, 'n_ctx': 8192}}",
        "400 | [{'error': {'code': 400, 'message': 'The input token count (40000) exceeds the maximum number of tokens allowed (32768).', 'status': 'INVALID_ARGUMENT'}}]",
        "200 | {'error': {'code': 400, 'message': 'Provider returned error', 'metadata': {'raw': 'prompt is too long: 210000 tokens > 200000 maximum'}}}",
      })
  void tooLongForNginxVllmOpenAiLlamaCppGeminiOrOpenRouterFailsItsRowsAlone(
      int status, String said) {
    try (Provider provider = new Provider(body -> refuse(status, said));
        HttpJudge judge = judge(provider, "decision = text, http.concurrency = 1")) {
      for (int i = 0; i < 6; i++) {
        assertThat(failure(judge.submit(pair("x"))).reason()).isEqualTo(Reason.TOO_LONG);
      }
      assertThat(provider.bodies()).hasSize(6);
      assertThat(judge.alive()).isTrue();
    }
  }

  @Test
  void whatVllmRefusesOfEveryRequestEndsTheRunInItsWordsAndWithoutTheKey() {
    String said =
        "{'object': 'error', 'message': 'The model `m` does not take " + KEY + "', 'code': 400}";
    try (Provider provider = new Provider(body -> refuse(400, said));
        HttpJudge judge = judge(provider, "decision = text, http.concurrency = 1")) {
      JudgeException last = null;
      for (int i = 0; i < 10; i++) {
        last = failure(judge.submit(pair("x")));
      }
      assertThat(last.reason()).isEqualTo(Reason.USELESS);
      assertThat(last)
          .hasMessageContaining("The model `m` does not take ***")
          .hasMessageNotContaining(KEY);
      assertThat(provider.bodies()).hasSize(3);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "400 | ",
        "403 | {'error': {'code': 403, 'message': 'Your chosen model requires moderation and your input was flagged for violence'}}",
        "400 | {'error': {'code': 'data_inspection_failed', 'message': 'Input data may contain inappropriate content.'}}",
      })
  void rowsThatAFilterOfAzureOpenRouterOrAlibabaRefusesFailAlone(int status, String said) {
    try (Provider provider =
            new Provider(
                body ->
                    body.at("/messages/0/content").asText().contains("rude")
                        ? refuse(status, said == null ? CONTENT_FILTER : said)
                        : say("The final decision is Response 1", "stop", null));
        HttpJudge judge = judge(provider, "decision = text, http.concurrency = 1")) {
      List<CompletableFuture<Completion>> rude =
          IntStream.range(0, 40).mapToObj(i -> judge.submit(pair("rude " + i))).toList();
      assertThat(rude)
          .allSatisfy(row -> assertThat(failure(row).reason()).isEqualTo(Reason.ENGINE_ERROR));
      assertThat(judge.submit(pair("kind")).join().text()).contains("Response 1");
      assertThat(provider.bodies()).hasSize(41);
    }
  }

  @Test
  void rowsThatAreRefusedAmongOthersThatAreAnsweredEndNothing() {
    try (Provider provider =
            new Provider(
                body ->
                    body.at("/messages/0/content").asText().contains("odd")
                        ? refuse(400, "{'error': {'message': 'invalid content'}}")
                        : say("The final decision is Response 1", "stop", null));
        HttpJudge judge = judge(provider, "decision = text, http.concurrency = 1")) {
      judge.submit(pair("kind")).join();
      for (int i = 0; i < 20; i++) {
        assertThat(failure(judge.submit(pair("odd")))).hasMessageContaining("invalid content");
      }
      assertThat(judge.submit(pair("kind")).join().text()).contains("Response 1");
    }
  }

  @Test
  void aCritiqueWhoseQuestionFailsKeepsItsText() {
    try (Provider provider =
            new Provider(
                body ->
                    body.has("logprobs")
                        ? refuse(503, "overloaded")
                        : say("Both are good.", "stop", null));
        HttpJudge judge = judge(provider, "http.attempts = 2, http.backoff_millis = 1")) {
      JudgeException failure = failure(judge.submit(pair("x")));
      assertThat(failure.text()).isEqualTo("Both are good.");
      assertThat(failure).hasMessageContaining("answered 503: overloaded, the last of 2 tries");
    }
  }

  @Test
  void manyAtOnceThatAreRefusedForTheSameReasonAreAllAnswered() {
    try (Provider provider =
            new Provider(
                body -> {
                  if (body.has("logprobs")) {
                    return refuse(400, "{'error': {'message': 'logprobs is not supported'}}");
                  }
                  return body.path("max_tokens").asInt() < 100
                      ? refuse(
                          200,
                          "{'choices': [{'finish_reason': 'length', 'message': {'content': null}}]}")
                      : say("2", "stop", null);
                });
        HttpJudge judge =
            judge(provider, "decision = forced, max_new_tokens = 100, http.concurrency = 8")) {
      List<CompletableFuture<Completion>> all =
          IntStream.range(0, 32).mapToObj(i -> judge.submit(pair("row " + i))).toList();
      assertThat(all)
          .allSatisfy(row -> assertThat(row.join().ruling().choice()).isEqualTo(Choice.SECOND));
    }
  }

  private static Choice choice(HttpJudge judge) {
    return judge.submit(pair("x")).join().ruling().choice();
  }

  private static JudgeException failure(CompletableFuture<Completion> future) {
    try {
      throw new AssertionError("answered with " + future.join());
    } catch (CompletionException e) {
      return (JudgeException) e.getCause();
    }
  }

  private static HttpJudge judge(Provider provider, String settings) {
    return new HttpJudge(
        AssizeConfig.parse(
                """
                assize { corpus.path = none, output.dir = none
                  judge { kind = http, model = m, http.url = "%s"
                    http.key_variable = ASSIZE_TEST_KEY, http.question = first_token, %s } }
                """
                    .formatted(provider.server.url(), settings),
                Map.of())
            .judge(),
        name -> KEY);
  }

  private static Prompt pair(String text) {
    return new Prompt(
        "row",
        List.of(new ChatMessage("user", text + "\nResponse 1: yes\nResponse 2: no")),
        "model",
        DecisionRule.FINAL_DECISION,
        List.of(),
        null);
  }

  /** A body whose quotes are written as single ones, and single ones as {@code \'}. */
  private static ChatServer.Said refuse(int status, String body) {
    return new ChatServer.Said(
        status, body.replace("\\'", "\u0000").replace('\'', '"').replace('\u0000', '\''));
  }

  /**
   * @param likeliest the first token's alternatives; null for none
   */
  private static ChatServer.Said say(String text, String finish, Map<String, Double> likeliest) {
    List<Map<String, Object>> alternatives = new ArrayList<>();
    if (likeliest != null) {
      likeliest.forEach((token, p) -> alternatives.add(Map.of("token", token, "logprob", p)));
    }
    Map<String, ?> logprobs = Map.of("content", List.of(Map.of("top_logprobs", alternatives)));
    Map<String, ?> message = Map.of("role", "assistant", "content", text);
    Map<String, ?> choice =
        likeliest == null
            ? Map.of("message", message, "finish_reason", finish)
            : Map.of("message", message, "finish_reason", finish, "logprobs", logprobs);
    try {
      return new ChatServer.Said(200, JSON.writeValueAsString(Map.of("choices", List.of(choice))));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A provider that answers by what it is asked. */
  private static final class Provider implements AutoCloseable {
    private final List<JsonNode> bodies = new CopyOnWriteArrayList<>();
    private final ChatServer server;

    Provider(Function<JsonNode, ChatServer.Said> rule) {
      server =
          ChatServer.of(
              (path, text) -> {
                JsonNode body = json(text);
                bodies.add(body);
                return rule.apply(body);
              });
    }

    private static JsonNode json(String text) {
      try {
        return JSON.readTree(text);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    List<JsonNode> bodies() {
      return bodies;
    }

    JsonNode body(int number) {
      return bodies.get(number);
    }

    @Override
    public void close() {
      server.close();
    }
  }
}
