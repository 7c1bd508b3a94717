package io.assize.judge.model;

/**
 * Constants that numbers are multiplied by on their way through a decoder.
 *
 * @param embedding the embedding's rows
 * @param parts what each part of a layer adds to the residual stream
 * @param logits the logits
 * @param capOfLogits a bound that logits come near then, {@code cap · tanh(x / cap)}; 0 for none
 */
public record Scales(double embedding, double parts, double logits, double capOfLogits) {
  /** None. */
  public static final Scales NONE = new Scales(1, 1, 1, 0);
}
