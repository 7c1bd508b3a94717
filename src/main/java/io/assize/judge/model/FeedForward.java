package io.assize.judge.model;

/**
 * A layer's feed-forward part: one, or a mixture of some.
 *
 * @param activation what is made of the gates
 * @param experts how many there are of which each row takes some; 0 for one that all rows take
 * @param chosen how many each row takes
 * @param normed whether the chosen ones' shares are made to sum up to 1
 */
public record FeedForward(Activation activation, int experts, int chosen, boolean normed) {

  /** What is made of the gates. */
  public enum Activation {
    SILU(0),
    /** GELU by its approximation with tanh (Gemma). */
    GELU(1),
    /** Gates to 7 and others to 7 either way, {@code gate · σ(1.702 gate) · (up + 1)} (gpt-oss). */
    CLAMPED(2);

    private final int code;

    Activation(int code) {
      this.code = code;
    }

    /** Its number in the decoder's graph. */
    public int code() {
      return code;
    }
  }

  /** One part for all rows. */
  public static FeedForward of(Activation activation) {
    return new FeedForward(activation, 0, 0, false);
  }
}
