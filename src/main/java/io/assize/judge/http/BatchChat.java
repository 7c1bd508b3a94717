package io.assize.judge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.HttpConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.BatchForm;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.Prompt;
import io.assize.judge.VerdictParser;
import java.util.List;
import java.util.Optional;

/**
 * Chat completions by OpenAI's Batch API, whose files vLLM's {@code run-batch} and most providers
 * take, too: <a href="https://platform.openai.com/docs/api-reference/batch">its reference</a>.
 */
final class BatchChat implements BatchForm {
  private static final long serialVersionUID = 1L;
  private static final String WHERE = "the batch";
  private static final int OK = 200;

  private final JudgeConfig config;
  private final List<String> without;

  /**
   * @param without what the provider does not take, see {@link Dialect#lacking}
   * @throws UserError where a judge's answers are scored by its server, which files cannot ask for
   */
  BatchChat(JudgeConfig config, List<String> without) {
    String question = config.settings(HttpConfig.class).question();
    boolean asks = !config.decoding().decision().equals("text");
    if (asks && !question.equals(HttpConfig.FIRST_TOKEN)) {
      throw UserError.configuration(
          "the endpoint's question is %s, which files of requests cannot put: set"
              + " assize.judge.http.question = first_token, or assize.judge.decision = text",
          question);
    }
    this.config = config;
    this.without = List.copyOf(without);
    Dialect.lacking(without);
  }

  @Override
  public String path() {
    return "/v1/chat/completions";
  }

  @Override
  public String body(Prompt prompt) {
    return asIsTaken(
        asksAtOnce(prompt)
            ? FirstToken.request(config, prompt.messages(), null, prompt.rule(), false)
            : ChatRequest.critique(config, prompt.messages(), prompt.attempt()));
  }

  @Override
  public Optional<String> question(Prompt prompt, String answer) {
    if (asksAtOnce(prompt)) {
      return Optional.empty();
    }
    String text = reply(answer).text();
    return VerdictParser.suffices(config.decoding(), prompt.rule(), text)
        ? Optional.empty()
        : Optional.of(
            asIsTaken(
                FirstToken.request(
                    config,
                    prompt.messages(),
                    VerdictParser.withoutThinking(text),
                    prompt.rule(),
                    false)));
  }

  @Override
  public Optional<Completion> completion(Prompt prompt, String answer, String question) {
    Reply reply = reply(answer);
    if (asksAtOnce(prompt)) {
      return Optional.of(FirstToken.answer(config, prompt.rule(), reply).completion());
    }
    if (VerdictParser.suffices(config.decoding(), prompt.rule(), reply.text())) {
      return Optional.of(reply.completion(null));
    }
    if (question == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(
          reply.completion(FirstToken.answer(config, prompt.rule(), reply(question)).ruling()));
    } catch (JudgeException e) {
      throw e.having(reply.text());
    }
  }

  private boolean asksAtOnce(Prompt prompt) {
    return !config.decoding().writes() && prompt.rule() != null;
  }

  private String asIsTaken(ObjectNode body) {
    body.remove("stream");
    return Dialect.lacking(without).adapted(body).toString();
  }

  /** A line's answer: {@code {"custom_id", "response": {"status_code", "body"}, "error"}}. */
  private static Reply reply(String line) {
    JsonNode json = Reply.json(line, WHERE);
    JsonNode response = json.path("response");
    JsonNode body = response.path("body");
    JsonNode error = json.hasNonNull("error") ? json.get("error") : Reply.error(body);
    int status = response.path("status_code").asInt(OK);
    if (error == null && status != OK) {
      error = body.hasNonNull("error") ? body.get("error") : body;
    }
    if (error == null) {
      return Reply.of(body, WHERE);
    }
    Refusal refusal =
        status == OK ? Refusal.inside(error) : Refusal.inside(error).withStatus(status);
    if (refusal.outOfTokens()) {
      return Reply.of(Reply.nothingSaid(), WHERE);
    }
    throw refusal.failure(WHERE + " " + refusal);
  }
}
