package io.assize.config;

import java.io.Serializable;

/**
 * How the DJL judge runs its model.
 *
 * @param precision {@code auto}, {@code int8}, {@code bf16}, {@code fp16} or {@code fp32}
 * @param kernels {@code auto}, or the set of instructions to compute with
 * @param deterministic exact whatever the precision and the processor: the same tokens alone, in
 *     any batch and slot, with and without a reused prefix
 * @param contextLength most tokens of prompt and answer together
 * @param slots most sequences at work together
 * @param cacheTokens positions of the KV cache, which sequences share
 * @param stepTokens rows of one step: one for each sequence that writes, the rest read prompts
 * @param prefixReuse whether a prompt's beginning is copied from a sequence that shares it
 * @param threads CPU threads, 0 for PyTorch's choice
 * @param idleUnloadSeconds an unused model is unloaded after so many seconds
 * @param modelCache where models from s3a:// and hdfs:// are kept on a host
 */
public record EngineConfig(
    String precision,
    String kernels,
    boolean deterministic,
    int contextLength,
    int slots,
    int cacheTokens,
    int stepTokens,
    boolean prefixReuse,
    int threads,
    int idleUnloadSeconds,
    String modelCache)
    implements Serializable {

  /** The best that there is. */
  public static final String AUTO = "auto";

  static EngineConfig of(Settings settings) {
    return new EngineConfig(
        settings.choice("precision", AUTO, "int8", "bf16", "fp16", "fp32"),
        settings.choice("kernels", AUTO, "portable", "avx2", "avx512", "amx"),
        settings.flag("deterministic"),
        settings.integer("context_length", 16, 1 << 20),
        settings.integer("slots", 1, 4096),
        settings.integer("cache_tokens", 64, 1 << 30),
        settings.integer("step_tokens", 16, 1 << 16),
        settings.flag("prefix_reuse"),
        settings.integer("threads", 0, 1024),
        settings.integer("idle_unload_seconds", 1, 1 << 20),
        settings.optionalText("model_cache"));
  }

  /** The same with another precision. */
  EngineConfig withPrecision(String other) {
    return new EngineConfig(
        other,
        kernels,
        deterministic,
        contextLength,
        slots,
        cacheTokens,
        stepTokens,
        prefixReuse,
        threads,
        idleUnloadSeconds,
        modelCache);
  }

  /** What of this can change an answer. */
  String identity() {
    if (precision.equals(AUTO)) {
      throw new IllegalStateException("a judge is known by the precision that auto stands for");
    }
    return "precision=" + precision + (deterministic ? ",deterministic,slots=" + slots : "");
  }
}
