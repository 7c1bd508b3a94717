package io.assize.judge.model;

import io.assize.config.UserError;

/**
 * The shape of a decoder of the Llama family.
 *
 * @param layers decoder layers
 * @param hidden width of the residual stream
 * @param heads query heads
 * @param kvHeads key and value heads; divides heads
 * @param headDim width of a head, even
 * @param eps RMSNorm's epsilon
 * @param rope rotary positions
 * @param contextLength positions the model was trained for, or its attention window if that is
 *     smaller
 * @param tied whether the head is the embedding
 * @param qkvBias whether queries, keys and values have a bias (Qwen2)
 * @param outBias whether attention's output has one
 * @param qkNorm whether each head's queries and keys are normed (Qwen3)
 */
public record DecoderConfig(
    int layers,
    int hidden,
    int heads,
    int kvHeads,
    int headDim,
    double eps,
    Rope rope,
    int contextLength,
    boolean tied,
    boolean qkvBias,
    boolean outBias,
    boolean qkNorm) {

  /** Most heads, and the most that a width can be. */
  static final int MOST = 1 << 20;

  static final int MOST_LAYERS = 1 << 14;
  static final int MOST_POSITIONS = 1 << 30;

  /** A smaller epsilon is no number in float32 beside a row's mean square. */
  static final double LEAST_EPS = 1e-30;

  /** This, if the numbers make a decoder; {@code where} names the file in the error. */
  DecoderConfig checked(String where) {
    boolean wide = (long) heads * headDim > MOST;
    if (heads % kvHeads != 0 || headDim % 2 != 0 || wide) {
      throw UserError.configuration(
          "%s: %d layers, %d heads, %d key heads of width %d do not make a decoder",
          where, layers, heads, kvHeads, headDim);
    }
    return this;
  }

  /** Bytes of keys and values for one position. */
  long cacheBytesPerToken(Precision precision) {
    return 2L * layers * kvHeads * headDim * precision.cacheBytes();
  }
}
