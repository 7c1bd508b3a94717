package io.assize.judge.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.JudgeConfig;
import io.assize.judge.Ruling;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import java.util.ArrayList;
import java.util.List;

/**
 * The question in words, of whose answer the first token's probabilities are read; its text, where
 * the endpoint tells none. For endpoints that let nobody begin an answer.
 */
record FirstToken(JudgeConfig config, Requests requests) implements Questioner {
  @Override
  public Answer ask(List<ChatMessage> messages, String written, DecisionRule rule) {
    boolean thinks = requests.dialect().thinks();
    Reply reply = requests.chat(request(config, messages, written, rule, thinks));
    if (reply.onlyThought() && !thinks) {
      requests.dialect().foundThinking();
      reply = requests.chat(request(config, messages, written, rule, true));
    }
    return answer(config, rule, reply);
  }

  /**
   * The question.
   *
   * @param written the judge's text so far; null where it has none
   * @param thinks whether the model is given what a critique may take to think first
   */
  static ObjectNode request(
      JudgeConfig config,
      List<ChatMessage> messages,
      String written,
      DecisionRule rule,
      boolean thinks) {
    List<ChatMessage> asked = new ArrayList<>(messages);
    // Some refuse a message without text.
    if (written != null && !written.isBlank()) {
      asked.add(new ChatMessage("assistant", written));
    }
    AskedAnswers answers = AskedAnswers.of(rule);
    int tokens = answers.mostTokens() + (thinks ? config.decoding().maxNewTokens() : 0);
    return ChatRequest.question(config, asked, answers, tokens);
  }

  /** What its reply says. */
  static Answer answer(JudgeConfig config, DecisionRule rule, Reply reply) {
    Ruling ruling = AskedAnswers.of(rule).ruling(reply, config.decoding().expectedRating());
    return new Answer(
        ruling,
        ruling == null ? reply.text() : null,
        reply.promptTokens(),
        reply.generatedTokens());
  }
}
