package io.assize.judge.model;

/**
 * The shape of a decoder's attention.
 *
 * @param heads query heads
 * @param kvHeads key and value heads; divides heads
 * @param headDim width of a head, even
 * @param qkvBias whether queries, keys and values have a bias (Qwen2)
 * @param outBias whether its output has one
 * @param norm how queries and keys are normed
 * @param scores what becomes of the products of queries and keys
 */
public record Attention(
    int heads,
    int kvHeads,
    int headDim,
    boolean qkvBias,
    boolean outBias,
    HeadNorm norm,
    Scores scores) {

  /** How queries and keys are normed. */
  public enum HeadNorm {
    /** Not at all. */
    NONE,
    /** Each head by itself (Qwen3). */
    EACH,
    /** All heads at once (OLMo 2). */
    ALL
  }

  /**
   * What becomes of the products of queries and keys.
   *
   * @param scale what they are multiplied by
   * @param cap a bound that they come near, {@code cap · tanh(x / cap)}; 0 for none (Gemma 2)
   * @param sinks whether each head has a score that takes its share and gives nothing (gpt-oss)
   */
  public record Scores(double scale, double cap, boolean sinks) {

    /** Products divided by the square root of a width. */
    public static Scores ofWidth(double width) {
      return new Scores(1 / Math.sqrt(width), 0, false);
    }
  }

  /** Attention without biases and norms. */
  public static Attention of(int heads, int kvHeads, int headDim) {
    Scores scores = Scores.ofWidth(headDim);
    return new Attention(heads, kvHeads, headDim, false, false, HeadNorm.NONE, scores);
  }

  /** The same with biases. */
  public Attention with(boolean biasOfQkv, boolean biasOfOut) {
    return new Attention(heads, kvHeads, headDim, biasOfQkv, biasOfOut, norm, scores);
  }

  /** The same with a norm. */
  public Attention with(HeadNorm other) {
    return new Attention(heads, kvHeads, headDim, qkvBias, outBias, other, scores);
  }

  /** The same with other scores. */
  public Attention with(Scores other) {
    return new Attention(heads, kvHeads, headDim, qkvBias, outBias, norm, other);
  }
}
