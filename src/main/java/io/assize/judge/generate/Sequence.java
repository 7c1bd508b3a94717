package io.assize.judge.generate;

import java.util.Arrays;
import java.util.List;

/**
 * A prompt on its way through the batch, and what was written after it. Only the batch's thread
 * changes it, and only after a step of its rows has succeeded.
 */
abstract class Sequence {
  /** Where a sequence stands. */
  enum Phase {
    /** Its tokens are read; then it writes, or is scored. */
    READING,
    /** It writes a token each step. */
    WRITING
  }

  private final int promptLength;
  private final int maxNewTokens;
  private final Sampler sampler;
  private long[] tokens;
  private int size;

  /** The answers to be scored after the last token; null while it is to write. */
  private List<long[]> answers;

  /** How many of its tokens have keys and values in the slot's cache. */
  int cached;

  /** Its slot in the cache, −1 where it has none. */
  int slot = -1;

  /** Its place in the order in which sequences came to read. */
  long turn;

  Phase phase = Phase.READING;

  /**
   * Makes a sequence.
   *
   * @param prompt the tokens to be read
   * @param maxNewTokens most tokens to be written; 0: the answers are scored at once
   * @param sampler null: the most probable token each time
   * @param answers what is scored where nothing is written; else null
   */
  Sequence(long[] prompt, int maxNewTokens, Sampler sampler, List<long[]> answers) {
    this.promptLength = prompt.length;
    this.maxNewTokens = maxNewTokens;
    this.sampler = sampler;
    this.answers = answers;
    this.tokens = Arrays.copyOf(prompt, prompt.length + maxNewTokens);
    this.size = prompt.length;
  }

  /** Whether nobody waits for it any more. */
  abstract boolean abandoned();

  /**
   * It has written all it will. Either completes it, or calls {@link #ask}.
   *
   * @param stopped whether the model ended it, not the limit
   */
  abstract void written(boolean stopped);

  /**
   * The answers' scores are known, {@code [answers]}: the sums of their tokens' log-probabilities,
   * or of what {@link #raw} says.
   */
  abstract void scored(double[] scores);

  /** It cannot be answered. */
  abstract void failed(Throwable cause);

  /** Whether the rows that its answers are scored after are to be computed more exactly. */
  abstract boolean fine();

  /** Whether its answers are scored by their tokens' logits as they are, for no probabilities. */
  boolean raw() {
    return false;
  }

  /** Most positions that it can come to take, one for rows without meaning among them. */
  abstract int reservation();

  /** Has answers scored after some more tokens. */
  final void ask(long[] more, List<long[]> allowed) {
    if (size + more.length > tokens.length) {
      tokens = Arrays.copyOf(tokens, size + more.length);
    }
    System.arraycopy(more, 0, tokens, size, more.length);
    size += more.length;
    answers = allowed;
    phase = Phase.READING;
  }

  /** Takes the token that was picked as its next. */
  final void append(long token) {
    tokens[size++] = token;
  }

  final long token(int i) {
    return tokens[i];
  }

  final int size() {
    return size;
  }

  /** How many of its tokens are still to be read. */
  final int unread() {
    return size - cached;
  }

  final int promptLength() {
    return promptLength;
  }

  /** The first tokens written, without an end token and without what was asked. */
  final long[] newTokens(int count) {
    return Arrays.copyOfRange(tokens, promptLength, promptLength + count);
  }

  final int written() {
    return size - promptLength;
  }

  final boolean full() {
    return written() == maxNewTokens;
  }

  final List<long[]> answers() {
    return answers;
  }

  final Sampler sampler() {
    return sampler;
  }
}
