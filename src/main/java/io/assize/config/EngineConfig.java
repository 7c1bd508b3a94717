package io.assize.config;

/**
 * How the DJL judge runs its model.
 *
 * @param precision {@code auto}, {@code int8}, {@code bf16}, {@code fp16} or {@code fp32}
 * @param kernels {@code auto}, or the set of instructions to compute with
 * @param deterministic exact whatever the precision and the processor: the same tokens alone, in
 *     any batch and slot, with and without a reused prefix
 * @param threads CPU threads, 0 for PyTorch's choice
 * @param modelCache where models from s3a:// and hdfs:// are kept on a host
 * @param batch how sequences share the device
 */
public record EngineConfig(
    String precision,
    String kernels,
    boolean deterministic,
    int threads,
    String modelCache,
    BatchConfig batch)
    implements JudgeSettings {

  /** The best that there is. */
  public static final String AUTO = "auto";

  /** Reads it from {@code assize.judge}. */
  public static EngineConfig of(Settings settings) {
    return new EngineConfig(
        settings.choice("precision", AUTO, "int8", "bf16", "fp16", "fp32"),
        settings.choice("kernels", AUTO, "portable", "avx2", "avx512", "amx"),
        settings.flag("deterministic"),
        settings.integer("threads", 0, 1024),
        settings.optionalText("model_cache"),
        BatchConfig.of(settings));
  }

  /** That of a judge of this kind. */
  public static EngineConfig of(JudgeConfig judge) {
    return judge.settings(EngineConfig.class);
  }

  /** The same with another precision. */
  public EngineConfig withPrecision(String other) {
    return new EngineConfig(other, kernels, deterministic, threads, modelCache, batch);
  }

  /** Most tokens of prompt and answer together. */
  public int contextLength() {
    return batch.contextLength();
  }

  @Override
  public int concurrency() {
    return batch.slots();
  }

  @Override
  public boolean canScore() {
    return true;
  }

  @Override
  public void check(JudgeConfig judge) {
    JudgeSettings.require(
        judge.model(), "assize.judge.model", "a Hugging Face directory or a .gguf file");
    if (batch.cacheTokens() < batch.contextLength()) {
      throw UserError.configuration(
          "assize.judge.cache_tokens is %d: it must hold one sequence of"
              + " assize.judge.context_length, %d",
          batch.cacheTokens(), batch.contextLength());
    }
  }

  @Override
  public String identity() {
    if (precision.equals(AUTO)) {
      throw new IllegalStateException("a judge is known by the precision that auto stands for");
    }
    return "precision="
        + precision
        + (deterministic ? ",deterministic,slots=" + batch.slots() : "");
  }
}
