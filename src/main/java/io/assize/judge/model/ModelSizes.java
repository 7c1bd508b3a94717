package io.assize.judge.model;

/**
 * A model's sizes: what its configuration says, and what only its tensors tell.
 *
 * @param config what its configuration says
 * @param vocabulary rows of the embedding
 * @param inner width between a feed-forward part's products
 */
public record ModelSizes(DecoderConfig config, long vocabulary, long inner) {}
