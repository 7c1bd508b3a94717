package io.assize.judge.generate;

import io.assize.judge.VerdictParser;
import io.assize.judge.model.Tokenizer;
import io.assize.prompt.Segment;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;

/**
 * How what a model writes is read. Most write plain text. Others, such as gpt-oss, write messages
 * in channels (OpenAI's harmony format): after {@code <|start|>assistant} stands {@code
 * <|channel|>NAME<|message|>}, then the message, up to {@code <|end|>} and the next {@code
 * <|start|>}. What is in the channel {@code final} is the answer; what is in others is thinking,
 * and is given as what stands between {@code <think>} and {@code </think>}.
 */
final class AnswerText {
  private static final String CHANNEL = "<|channel|>";
  private static final String MESSAGE = "<|message|>";
  private static final String FINAL = "final";

  private final Tokenizer tokenizer;

  /** The tokens' ids; null where the model's vocabulary has no channels. */
  private final Marks marks;

  /** {@code <|start|>}, {@code <|channel|>}, {@code <|message|>} and {@code <|end|>}. */
  private record Marks(long start, long channel, long message, long end) {}

  private AnswerText(Tokenizer tokenizer, Marks marks) {
    this.tokenizer = tokenizer;
    this.marks = marks;
  }

  /** As a tokenizer's vocabulary has it. */
  static AnswerText of(Tokenizer tokenizer) {
    long[] ids =
        Stream.of("<|start|>", CHANNEL, MESSAGE, "<|end|>")
            .map(mark -> tokenizer.encode(List.of(new Segment(mark, true))))
            .filter(tokens -> tokens.length == 1)
            .mapToLong(tokens -> tokens[0])
            .distinct()
            .toArray();
    boolean channels = ids.length == 4 && !tokenizer.contextual();
    return new AnswerText(tokenizer, channels ? new Marks(ids[0], ids[1], ids[2], ids[3]) : null);
  }

  /** Whether the answer to a prompt comes in channels: it ends where a message's header begins. */
  boolean inChannels(long[] prompt) {
    if (marks == null) {
      return false;
    }
    long[] begins = joined(new long[] {marks.start}, role());
    int from = prompt.length - begins.length;
    return from >= 0 && Arrays.equals(begins, Arrays.copyOfRange(prompt, from, prompt.length));
  }

  /**
   * What has to follow a prompt so that an answer goes on: the header of the channel, or nothing.
   */
  long[] opening(long[] prompt) {
    return inChannels(prompt) ? header() : new long[0];
  }

  /** The text of {@link #opening}. */
  String openingText(long[] prompt) {
    return inChannels(prompt) ? CHANNEL + FINAL + MESSAGE : "";
  }

  /** The text of what a model wrote after a prompt. */
  String read(long[] written, boolean inChannels) {
    if (!inChannels || !has(written, marks.message)) {
      return tokenizer.decode(written);
    }
    StringBuilder thinking = new StringBuilder();
    StringBuilder answer = new StringBuilder();
    boolean answered = false;
    int at = 0;
    while (at < written.length) {
      int content = next(written, at, marks.message) + 1;
      if (content > written.length) {
        break;
      }
      int end = next(written, content, marks.end);
      boolean isFinal = isFinal(Arrays.copyOfRange(written, at, content));
      answered |= isFinal;
      (isFinal ? answer : thinking)
          .append(tokenizer.decode(Arrays.copyOfRange(written, content, end)));
      at = end + 1;
    }
    return thinking.isEmpty()
        ? answer.toString()
        : VerdictParser.thought(thinking.toString(), answered ? answer.toString() : null);
  }

  /**
   * What has to follow what was written so that it goes on in the final channel; nothing where it
   * stands there already.
   */
  long[] toFinal(long[] written, boolean inChannels) {
    if (!inChannels) {
      return new long[0];
    }
    int ended = written.length;
    while (ended > 0 && written[ended - 1] != marks.end) {
      ended--;
    }
    long[] last = Arrays.copyOfRange(written, ended, written.length);
    long[] again = joined(new long[] {marks.start}, role());
    if (has(last, marks.message)) {
      int content = next(last, 0, marks.message) + 1;
      return isFinal(Arrays.copyOf(last, content))
          ? new long[0]
          : joined(new long[] {marks.end}, joined(again, header()));
    }
    long[] whole = ended == 0 ? header() : joined(again, header());
    boolean begun =
        last.length <= whole.length && Arrays.equals(last, Arrays.copyOf(whole, last.length));
    return begun
        ? Arrays.copyOfRange(whole, last.length, whole.length)
        : joined(new long[] {marks.message, marks.end}, joined(again, header()));
  }

  /** Most tokens that {@link #toFinal} gives. */
  int most(boolean inChannels) {
    return inChannels ? 3 + role().length + header().length : 0;
  }

  private boolean isFinal(long[] header) {
    int name = next(header, 0, marks.channel) + 1;
    return name < header.length
        && tokenizer.decode(Arrays.copyOfRange(header, name, header.length)).startsWith(FINAL);
  }

  private long[] role() {
    return tokenizer.encodeText("assistant");
  }

  private long[] header() {
    return joined(
        joined(new long[] {marks.channel}, tokenizer.encodeText(FINAL)),
        new long[] {marks.message});
  }

  private static boolean has(long[] tokens, long token) {
    return next(tokens, 0, token) < tokens.length;
  }

  /** The place of a token from some place on; the length where there is none. */
  private static int next(long[] tokens, int from, long token) {
    int at = from;
    while (at < tokens.length && tokens[at] != token) {
      at++;
    }
    return at;
  }

  static long[] joined(long[] one, long[] other) {
    long[] both = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }
}
