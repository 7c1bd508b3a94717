package io.assize.judge.generate;

import io.assize.judge.Question;
import io.assize.judge.model.Tokenizer;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import java.util.Arrays;
import java.util.List;

/**
 * A question as a model reads it: its beginning at once and after a critique, and its answers.
 *
 * <p>Where a tokenizer is contextual each of these has the tokens that it has in its place: a text
 * with an answer and the same text without it are tokenized whole, and parted where they begin to
 * differ. So an answer has no mark of a text's beginning, and a token that is partly the question's
 * and partly the answer's belongs to the answer.
 */
final class QuestionTokens {
  /** What a text of which only the end counts may end with: nothing merges with it. */
  private static final String TEXT = "Both.";

  private final DecisionRule rule;
  private final Question question;
  private final AnswerText reading;
  private final boolean contextual;
  private final long[] prefix;
  private final long[] prefixAfterText;
  private final List<long[]> answers;

  /** How many of the question's last tokens are other ones where an answer follows. */
  private final int merging;

  /** The question of a rule. */
  QuestionTokens(DecisionRule rule, Tokenizer tokenizer) {
    this(rule, Question.of(rule), tokenizer);
  }

  /** A question of any labels. */
  QuestionTokens(Question question, Tokenizer tokenizer) {
    this(null, question, tokenizer);
  }

  private QuestionTokens(DecisionRule rule, Question question, Tokenizer tokenizer) {
    this.rule = rule;
    this.question = question;
    this.reading = AnswerText.of(tokenizer);
    this.contextual = tokenizer.contextual();
    String asked = "\n" + question.prefix();
    if (!contextual) {
      this.prefix = tokenizer.encodeText(question.prefix());
      this.prefixAfterText = tokenizer.encodeText(asked);
      this.answers = question.answers().stream().map(tokenizer::encodeText).toList();
      this.merging = 0;
      return;
    }
    long[] whole = tokenizer.encodeText(TEXT + asked);
    List<long[]> answered =
        question.answers().stream()
            .map(answer -> tokenizer.encodeText(TEXT + asked + answer))
            .toList();
    int end = answered.stream().mapToInt(one -> common(whole, one)).min().orElse(whole.length);
    int text = common(tokenizer.encodeText(TEXT), whole);
    this.answers = answered.stream().map(one -> Arrays.copyOfRange(one, end, one.length)).toList();
    this.merging = whole.length - end;
    this.prefixAfterText = Arrays.copyOfRange(whole, text, end);
    long[] at = tokenizer.encodeText(TEXT + question.prefix());
    int begun = common(tokenizer.encodeText(TEXT), at);
    this.prefix = Arrays.copyOfRange(at, begun, Math.max(begun, at.length - merging));
  }

  DecisionRule rule() {
    return rule;
  }

  /** A chat and the question right after it, up to where an answer begins. */
  long[] after(ModelText model, List<ChatMessage> messages, String chat) {
    if (!contextual) {
      return after(model.tokens(messages, chat));
    }
    long[] tokens = model.tokens(messages, chat, question.prefix());
    return Arrays.copyOf(tokens, Math.max(0, tokens.length - merging));
  }

  /** The same after a prompt of which only the tokens are known. */
  long[] after(long[] prompt) {
    return AnswerText.joined(AnswerText.joined(prompt, reading.opening(prompt)), prefix);
  }

  /** What follows a critique: the question, in the place of an answer. */
  long[] after(long[] critique, boolean inChannels) {
    long[] more = reading.toFinal(critique, inChannels);
    return more.length == 0 ? prefixAfterText : AnswerText.joined(more, prefix);
  }

  List<long[]> answers() {
    return answers;
  }

  /** Most tokens that a question and an answer take, without those that lead to its place. */
  int mostTokens() {
    return prefixAfterText.length
        + answers.stream().mapToInt(answer -> answer.length).max().orElse(0);
  }

  private static int common(long[] one, long[] other) {
    int differ = Arrays.mismatch(one, other);
    return differ < 0 ? one.length : differ;
  }
}
