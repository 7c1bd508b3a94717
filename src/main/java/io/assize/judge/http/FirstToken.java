package io.assize.judge.http;

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
    List<ChatMessage> asked = new ArrayList<>(messages);
    // Some refuse a message without text.
    if (written != null && !written.isBlank()) {
      asked.add(new ChatMessage("assistant", written));
    }
    AskedAnswers answers = AskedAnswers.of(rule);
    boolean thinks = requests.dialect().thinks();
    Reply reply = send(asked, answers, thinks);
    if (reply.onlyThought() && !thinks) {
      requests.dialect().foundThinking();
      reply = send(asked, answers, true);
    }
    Ruling ruling = answers.ruling(reply, config.decoding().expectedRating());
    return new Answer(
        ruling,
        ruling == null ? reply.text() : null,
        reply.promptTokens(),
        reply.generatedTokens());
  }

  /**
   * @param thinks whether it is given what a critique may take to think first
   */
  private Reply send(List<ChatMessage> messages, AskedAnswers answers, boolean thinks) {
    int tokens = answers.mostTokens() + (thinks ? config.decoding().maxNewTokens() : 0);
    return requests.chat(ChatRequest.question(config, messages, answers, tokens));
  }
}
