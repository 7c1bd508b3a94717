package io.assize.judge.model;

import io.assize.config.UserError;
import java.util.Locale;

/**
 * What a model takes of a device, known before it is loaded.
 *
 * @param weights bytes of the weights
 * @param cache bytes of the KV cache
 * @param cacheTokens positions of the KV cache
 * @param work bytes of a step's activations and logits, from above
 */
public record MemoryEstimate(long weights, long cache, int cacheTokens, long work) {
  private static final double GIB = 1L << 30;

  /**
   * Of a model.
   *
   * @param cacheTokens positions of the KV cache
   * @param stepTokens rows of a step
   */
  public static MemoryEstimate of(
      ModelTensors tensors, Precision precision, int cacheTokens, int stepTokens) {
    DecoderConfig c = tensors.sizes().config();
    long inner = tensors.sizes().inner() * Math.max(1, c.feedForward().chosen());
    long vocabulary = tensors.sizes().vocabulary();
    // A layer's products in float32 and once more on their way, its scores, and the logits.
    long row = 8L * (4L * inner + 6L * c.hidden()) + 8L * vocabulary / 8 + 8L * c.heads() * 4096;
    return new MemoryEstimate(
        tensors.weightBytes(precision),
        cacheTokens * c.cacheBytesPerToken(precision),
        cacheTokens,
        stepTokens * row);
  }

  long total() {
    return weights + cache + work;
  }

  /**
   * Refuses a device that has less.
   *
   * @param has the bytes that it has for a model
   * @param device its name, for the message
   */
  public void refuseMoreThan(long has, String device) {
    if (total() > has) {
      throw UserError.configuration(
          "the judge needs %s, and %s has %.1f GiB for it: lower assize.judge.cache_tokens, take a"
              + " smaller model, a lower precision or a larger device",
          this, device, has / GIB);
    }
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "%.2f GiB (weights %.2f, cache of %d tokens %.2f, work %.2f)",
        total() / GIB,
        weights / GIB,
        cacheTokens,
        cache / GIB,
        work / GIB);
  }
}
