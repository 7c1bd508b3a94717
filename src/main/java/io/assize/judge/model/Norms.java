package io.assize.judge.model;

/**
 * A decoder's RMSNorms.
 *
 * @param eps their epsilon
 * @param offset what is added to their weights: 1 in Gemma, else 0
 */
public record Norms(double eps, double offset) {}
