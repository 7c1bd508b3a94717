package io.assize.judge.http;

import io.assize.judge.Completion;
import io.assize.judge.Ruling;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import java.util.List;

/** A way to put a question that has some allowed answers. */
interface Questioner {
  /**
   * What came of a question.
   *
   * @param ruling null where the answer is none
   * @param text what was answered; null where answers were scored
   */
  record Answer(Ruling ruling, String text, int promptTokens, int generatedTokens) {

    /** The answer of a judge that was asked nothing else. */
    Completion completion() {
      return new Completion(text, ruling, promptTokens, generatedTokens, Completion.FORCED);
    }
  }

  /**
   * Puts it.
   *
   * @param written the judge's text so far; null where it has none
   * @throws io.assize.judge.JudgeException where there is no answer
   */
  Answer ask(List<ChatMessage> messages, String written, DecisionRule rule);
}
