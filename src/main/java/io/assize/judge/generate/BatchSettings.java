package io.assize.judge.generate;

import io.assize.config.EngineConfig;

/**
 * How large a batch and its cache are, and what it may do.
 *
 * @param slots most sequences at work
 * @param longestSlot positions of the slot that the longest sequence takes
 * @param cacheTokens positions of the whole cache, at least one longest slot's
 * @param stepTokens rows of a step
 * @param exact no matrix of a step has a shape that neighbours decide
 * @param reuse beginnings of prompts that slots hold are copied instead of read
 */
public record BatchSettings(
    int slots, int longestSlot, int cacheTokens, int stepTokens, boolean exact, boolean reuse) {

  /** A judge's, whose prompts and answers together have at most {@code context} tokens. */
  public static BatchSettings of(EngineConfig engine, int context) {
    // One position more than tokens: rows without meaning are kept in a slot's last one.
    int longest = SlotCache.roundUp(context + 1);
    return new BatchSettings(
        engine.batch().slots(),
        longest,
        Math.max(engine.batch().cacheTokens(), longest),
        engine.batch().stepTokens(),
        engine.deterministic(),
        engine.batch().prefixReuse());
  }
}
