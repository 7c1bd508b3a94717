package io.assize.judge.model;

import java.util.Locale;

/**
 * The numbers that matrix products work on. Norms, the residual stream and logits are float32 in
 * each.
 */
public enum Precision {
  /** float32. */
  FP32(0, 4, 4),
  /** bfloat16 weights, activations and cache. */
  BF16(1, 2, 2),
  /** IEEE half; GPUs only. */
  FP16(2, 2, 2),
  /**
   * int8 weights with a scale for each output, int8 activations with a scale for each row; bfloat16
   * attention, cache, embedding and head. CPUs only.
   */
  INT8(3, 1, 2);

  private final int code;
  private final int weightBytes;
  private final int cacheBytes;

  Precision(int code, int weightBytes, int cacheBytes) {
    this.code = code;
    this.weightBytes = weightBytes;
    this.cacheBytes = cacheBytes;
  }

  public static Precision of(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT));
  }

  /** Its number in the decoder's graph. */
  public int code() {
    return code;
  }

  /** Bytes of a layer's weight. */
  int weightBytes() {
    return weightBytes;
  }

  /** Bytes of a number of the embedding and the head. */
  int endBytes() {
    return this == FP32 ? 4 : 2;
  }

  /** Bytes of a key's or value's number. */
  int cacheBytes() {
    return cacheBytes;
  }
}
