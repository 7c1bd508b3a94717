package io.assize.judge.model;

import io.assize.config.UserError;
import io.assize.judge.model.Attention.HeadNorm;
import io.assize.judge.model.FeedForward.Activation;

/**
 * The shape of a decoder.
 *
 * @param layers decoder layers
 * @param hidden width of the residual stream
 * @param tied whether the head is the embedding
 * @param attention its heads
 * @param positions how layers know positions, and which they see
 * @param norms its norms
 * @param scales constants that numbers are multiplied by
 * @param feedForward what follows attention in a layer
 */
public record DecoderConfig(
    int layers,
    int hidden,
    boolean tied,
    Attention attention,
    Positions positions,
    Norms norms,
    Scales scales,
    FeedForward feedForward) {

  /** Most heads, and the most that a width can be. */
  static final int MOST = 1 << 20;

  static final int MOST_LAYERS = 1 << 14;
  static final int MOST_POSITIONS = 1 << 30;

  /** A smaller epsilon is no number in float32 beside a row's mean square. */
  static final double LEAST_EPS = 1e-30;

  /** One as Llama has it. */
  public static DecoderConfig likeLlama(
      int layers, int hidden, boolean tied, Attention attention, Positions positions, double eps) {
    return new DecoderConfig(
        layers,
        hidden,
        tied,
        attention,
        positions,
        new Norms(eps, 0),
        Scales.NONE,
        FeedForward.of(Activation.SILU));
  }

  /** The same with other heads. */
  DecoderConfig with(Attention other) {
    return new DecoderConfig(layers, hidden, tied, other, positions, norms, scales, feedForward);
  }

  /** The same with other positions. */
  DecoderConfig with(Positions other) {
    return new DecoderConfig(layers, hidden, tied, attention, other, norms, scales, feedForward);
  }

  /** The same with other scales. */
  DecoderConfig with(Scales other) {
    return new DecoderConfig(layers, hidden, tied, attention, positions, norms, other, feedForward);
  }

  /** The same with norms whose weights have something added. */
  DecoderConfig with(Norms other) {
    return new DecoderConfig(
        layers, hidden, tied, attention, positions, other, scales, feedForward);
  }

  /** The same with another feed-forward part. */
  DecoderConfig with(FeedForward other) {
    return new DecoderConfig(layers, hidden, tied, attention, positions, norms, scales, other);
  }

  /** This, if the numbers make a decoder; {@code where} names the file in the error. */
  DecoderConfig checked(String where) {
    boolean wide = (long) heads() * headDim() > MOST;
    if (heads() % kvHeads() != 0 || headDim() % 2 != 0 || wide) {
      throw UserError.configuration(
          "%s: %d layers, %d heads, %d key heads of width %d do not make a decoder",
          where, layers, heads(), kvHeads(), headDim());
    }
    return this;
  }

  /** Query heads. */
  public int heads() {
    return attention.heads();
  }

  /** Key and value heads. */
  public int kvHeads() {
    return attention.kvHeads();
  }

  /** Width of a head. */
  public int headDim() {
    return attention.headDim();
  }

  /** Positions that the model can be used with. */
  public int contextLength() {
    return positions.contextLength();
  }

  boolean qkvBias() {
    return attention.qkvBias();
  }

  boolean outBias() {
    return attention.outBias();
  }

  boolean qkNorm() {
    return attention.norm() != HeadNorm.NONE;
  }

  /** Bytes of keys and values for one position. */
  long cacheBytesPerToken(Precision precision) {
    return 2L * layers * kvHeads() * headDim() * precision.cacheBytes();
  }
}
