package io.assize.judge.djl;

import java.util.Collection;
import java.util.Map;

/** What a {@link ContinuousBatch} asks of a decoder. Used by one thread. */
interface BatchDecoder extends AutoCloseable {

  /**
   * Divides the cache anew: the first {@code counts[i]} positions of slot kept[i] become slot i.
   */
  void rearrange(int slots, int length, long[] kept, long[] counts);

  /** Copies the first {@code count} positions of a slot into another. */
  void copy(int source, int target, int count);

  /**
   * One step over rows of several sequences.
   *
   * @param tokens {@code [rows]}: one for each of the slots 0 … decode − 1, then the runs' rows
   * @param positions where each stands in its slot, {@code [rows]}
   * @param decode slots that take a step
   * @param runs slot, first row, rows and first position of each run of prompt rows
   * @param asked the rows whose logits are wanted
   * @param fine which of {@code asked}, as places in it, int8 takes more exactly
   * @param exact attention of the stepping slots goes slot by slot
   */
  Logits step(
      long[] tokens,
      long[] positions,
      int decode,
      long[] runs,
      long[] asked,
      long[] fine,
      boolean exact);

  /**
   * The head's rows for some tokens, {@code [hidden]} each: their products with a {@link
   * Logits#state} are logits that no low precision has rounded.
   */
  Map<Long, float[]> headRows(Collection<Long> tokens);

  /**
   * Operations a second that products reach at best, two for each weight, int8's where the
   * decoder's are, else float32's; for benchmarks.
   */
  double bestProductRate();

  /** Bytes a second that are read from memory at best; for benchmarks. */
  double bestReadRate();

  @Override
  void close();

  /** What a step gives for each asked row; holds native memory until closed. */
  interface Logits extends AutoCloseable {

    /** The most probable next token after asked row {@code i}. */
    long best(int i);

    /** The logit of {@link #best}; NaN where one of the row's is. */
    float bestLogit(int i);

    /**
     * The logits after asked row {@code i}, {@code [vocabulary]}, as the head's precision has them.
     */
    float[] row(int i);

    /** What the head made the logits after asked row {@code i} of, {@code [hidden]}. */
    float[] state(int i);

    @Override
    void close();
  }
}
