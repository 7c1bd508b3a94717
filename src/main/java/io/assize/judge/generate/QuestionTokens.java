package io.assize.judge.generate;

import io.assize.judge.Question;
import io.assize.judge.model.Tokenizer;
import io.assize.prompt.DecisionRule;
import java.util.List;

/**
 * The question of a rule as a model reads it: its beginning at once and after a critique, and its
 * answers.
 */
final class QuestionTokens {
  private final DecisionRule rule;
  private final long[] prefix;
  private final long[] prefixAfterText;
  private final List<long[]> answers;

  QuestionTokens(DecisionRule rule, Tokenizer tokenizer) {
    Question question = Question.of(rule);
    this.rule = rule;
    this.prefix = tokenizer.encodeText(question.prefix());
    this.prefixAfterText = tokenizer.encodeText("\n" + question.prefix());
    this.answers = question.answers().stream().map(tokenizer::encodeText).toList();
  }

  DecisionRule rule() {
    return rule;
  }

  /** What follows a prompt where nothing is written. */
  long[] prefix() {
    return prefix;
  }

  /** What follows a critique. */
  long[] prefixAfterText() {
    return prefixAfterText;
  }

  List<long[]> answers() {
    return answers;
  }

  /** Most tokens that a question and an answer take. */
  int mostTokens() {
    return prefixAfterText.length
        + answers.stream().mapToInt(answer -> answer.length).max().orElse(0);
  }
}
