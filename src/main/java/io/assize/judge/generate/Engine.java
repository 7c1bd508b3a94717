package io.assize.judge.generate;

import java.util.Collection;
import java.util.Map;

/**
 * What runs a language model: rows of several sequences at a time over a KV cache that is divided
 * into slots. Used by one thread. A call that throws leaves what the slots held as it was, but for
 * positions that the call was to write.
 */
public interface Engine extends AutoCloseable {

  /**
   * Divides the cache anew; before the first time it has no slots.
   *
   * @param slots how many there are then
   * @param length positions of each
   * @param kept the old slots whose contents stay: slot {@code kept[i]} becomes slot {@code i}
   * @param counts how many first positions of each stay, {@code [kept]}
   */
  void rearrange(int slots, int length, long[] kept, long[] counts);

  /** Copies the first {@code count} positions of a slot into another. */
  void copy(int source, int target, int count);

  /**
   * A sequence begins in a slot; what the slot holds by now is of one that is {@link #alike}.
   *
   * @param length most positions that it comes to take
   */
  default void begin(int slot, int length) {}

  /**
   * Whether the rows of two sequences that begin with the same tokens are the same, so that one can
   * have a copy of the other's.
   *
   * @param length most positions that one of them comes to take
   * @param other those of the other
   */
  default boolean alike(int length, int other) {
    return true;
  }

  /**
   * One step over rows of several sequences.
   *
   * @param tokens {@code [rows]}: one for each of the slots 0 … decode − 1, then the runs' rows,
   *     then rows that mean nothing
   * @param positions where each stands in its slot, {@code [rows]}
   * @param decode slots that take a step
   * @param runs slot, first row, rows and first position of each run of prompt rows; runs of one
   *     slot are read in their order, each over what stands before its first position
   * @param asked the rows whose logits are wanted
   * @param fine which of {@code asked}, as places in it, are to be computed as exactly as can be
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
   * The head's rows for some tokens, {@code [hidden]} each: {@link #logit} makes of their products
   * with a {@link Logits#state} logits that no low precision has rounded.
   */
  Map<Long, float[]> headRows(Collection<Long> tokens);

  /** The logit of a product of a row of the head with a state. */
  default double logit(double product) {
    return product;
  }

  @Override
  void close();

  /** What a step gives for each asked row; holds native memory until closed. */
  interface Logits extends AutoCloseable {

    /** The most probable next token after asked row {@code i}. */
    long best(int i);

    /** The logit of {@link #best}; NaN where one of the row's is. */
    float bestLogit(int i);

    /**
     * The logits after asked row {@code i}, {@code [vocabulary]}, as the head's precision has them;
     * the caller's own.
     */
    float[] row(int i);

    /** What the head made the logits after asked row {@code i} of, {@code [hidden]}. */
    float[] state(int i);

    @Override
    void close();
  }
}
