package io.assize.judge.generate;

import io.assize.config.DecodingConfig;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import io.assize.judge.Question;
import io.assize.judge.VerdictParser;
import io.assize.prompt.DecisionRule;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * A prompt on its way to a completion. It thinks, then decides: with {@code decision = critique} it
 * writes, and where the text states no decision, the decision's beginning is appended and the
 * probabilities of the allowed answers are read; with {@code forced} they are read at once.
 */
public final class ThinkThenDecide extends Sequence {
  private final CompletableFuture<Completion> future = new CompletableFuture<>();
  private final QuestionTokens question;
  private final DecodingConfig decoding;
  private final AnswerText reading;
  private final boolean inChannels;
  private final Executor answers;
  private int textTokens;

  /**
   * Makes one.
   *
   * @param prompt its tokens; where nothing is to be written, the question's beginning with them
   * @param question null: a text is all that is wanted
   * @param attempt 0; more where an answer is asked for again
   * @param answers gives the completion out
   */
  ThinkThenDecide(
      long[] prompt,
      QuestionTokens question,
      DecodingConfig decoding,
      int attempt,
      AnswerText reading,
      Executor answers) {
    super(
        prompt,
        writes(question, decoding) ? decoding.maxNewTokens() : 0,
        sampler(decoding.again(attempt), prompt),
        writes(question, decoding) ? null : question.answers());
    this.question = question;
    this.decoding = decoding;
    this.reading = reading;
    this.inChannels = reading.inChannels(prompt);
    this.answers = answers;
  }

  /** The completion, or why there is none. Cancelling it frees the batch of the work. */
  public CompletableFuture<Completion> future() {
    return future;
  }

  /** The tokens written; to be asked for when the future has completed. */
  public long[] tokens() {
    return newTokens(textTokens);
  }

  @Override
  boolean abandoned() {
    return future.isDone();
  }

  @Override
  void written(boolean stopped) {
    textTokens = written();
    String text = reading.read(tokens(), inChannels);
    DecisionRule rule = question == null ? null : question.rule();
    if (VerdictParser.suffices(decoding, rule, text)) {
      String reason = stopped ? Completion.STOP : Completion.LENGTH;
      complete(new Completion(text, null, promptLength(), textTokens, reason));
    } else {
      ask(question.after(tokens(), inChannels), question.answers());
    }
  }

  @Override
  void scored(double[] scores) {
    int[] lengths = question.answers().stream().mapToInt(answer -> answer.length).toArray();
    complete(
        new Completion(
            decoding.writes() ? reading.read(tokens(), inChannels) : null,
            Question.ruling(question.rule(), scores, lengths, decoding),
            promptLength(),
            textTokens,
            Completion.FORCED));
  }

  @Override
  void failed(Throwable cause) {
    Throwable failure =
        cause instanceof JudgeException
            ? cause
            : new JudgeException(Reason.ENGINE_ERROR, "the engine failed: " + cause, cause);
    answers.execute(() -> future.completeExceptionally(failure));
  }

  @Override
  boolean fine() {
    return true;
  }

  @Override
  int reservation() {
    return mostPositions() + 1;
  }

  /** Most tokens that the prompt, the text, the question and an answer take together. */
  int mostPositions() {
    int writes = writes(question, decoding) ? decoding.maxNewTokens() : 0;
    int asks = question == null ? 0 : question.mostTokens() + reading.most(inChannels);
    return promptLength() + writes + asks;
  }

  private void complete(Completion completion) {
    answers.execute(() -> future.complete(completion));
  }

  /** Whether a text is to be written, before a question if there is one. */
  static boolean writes(QuestionTokens question, DecodingConfig decoding) {
    return question == null || decoding.writes();
  }

  private static Sampler sampler(DecodingConfig decoding, long[] prompt) {
    return decoding.greedy()
        ? null
        : new Sampler(decoding.temperature(), decoding.topP(), decoding.seed(), prompt);
  }
}
