package io.assize.config;

import java.io.Serializable;

/**
 * How a model's sequences share the device.
 *
 * @param contextLength most tokens of prompt and answer together
 * @param slots most sequences at work together
 * @param cacheTokens positions of the KV cache, which sequences share
 * @param stepTokens rows of one step: one for each sequence that writes, the rest read prompts
 * @param prefixReuse whether a prompt's beginning is copied from a sequence that shares it
 */
public record BatchConfig(
    int contextLength, int slots, int cacheTokens, int stepTokens, boolean prefixReuse)
    implements Serializable {
  static BatchConfig of(Settings settings) {
    return new BatchConfig(
        settings.integer("context_length", 16, 1 << 20),
        settings.integer("slots", 1, 4096),
        settings.integer("cache_tokens", 64, 1 << 30),
        settings.integer("step_tokens", 16, 1 << 16),
        settings.flag("prefix_reuse"));
  }
}
