package io.assize.config;

import java.io.Serializable;

/**
 * The judge.
 *
 * @param kind {@code djl}, {@code replay} or {@code length}
 * @param name its name in the tables; null: made from kind and model
 * @param model djl: a checkpoint directory or GGUF file
 * @param maxNewTokens djl: most tokens of an answer
 * @param contextLength djl: prompt and answer together, in tokens
 * @param slots djl: prompts decoded together
 * @param threads djl: CPU threads, 0 for PyTorch's choice
 * @param idleUnloadSeconds djl: an unused model is unloaded after so many seconds
 * @param window rows that a task hands in before it waits, 0 for twice the slots
 * @param recordings replay: the Parquet folder of recorded outputs
 * @param margin length: a tie within this share of the longer response's words
 */
public record JudgeConfig(
    String kind,
    String name,
    String model,
    int maxNewTokens,
    int contextLength,
    int slots,
    int threads,
    int idleUnloadSeconds,
    int window,
    String recordings,
    double margin)
    implements Serializable {

  static JudgeConfig of(Settings settings) {
    JudgeConfig judge =
        new JudgeConfig(
            settings.choice("kind", "djl", "replay", "length"),
            settings.optionalText("name"),
            settings.optionalText("model"),
            settings.integer("max_new_tokens", 1, 1 << 20),
            settings.integer("context_length", 16, 1 << 20),
            settings.integer("slots", 1, 4096),
            settings.integer("threads", 0, 1024),
            settings.integer("idle_unload_seconds", 1, 1 << 20),
            settings.integer("window", 0, 1 << 20),
            settings.optionalText("recordings"),
            settings.number("margin", 0, 1));
    judge.check();
    return judge;
  }

  /** A judge that gives back recorded outputs; the defaults for the rest. */
  public static JudgeConfig replay(String name, String recordings) {
    return new JudgeConfig("replay", name, null, 1, 16, 8, 0, 300, 0, recordings, 0.05);
  }

  /** How many rows a task hands in before it waits. */
  public int effectiveWindow() {
    return window > 0 ? window : 2 * slots;
  }

  private void check() {
    if (kind.equals("djl") && (model == null || model.isBlank())) {
      throw UserError.configuration(
          "assize.judge.model is missing: name a Hugging Face directory or a .gguf file");
    }
    if (kind.equals("replay") && (recordings == null || recordings.isBlank())) {
      throw UserError.configuration(
          "assize.judge.recordings is missing: name the Parquet folder of recorded outputs");
    }
    if (maxNewTokens >= contextLength) {
      throw UserError.configuration(
          "assize.judge.max_new_tokens is %d: it must be below assize.judge.context_length, %d",
          maxNewTokens, contextLength);
    }
  }
}
