package io.assize.judge.model;

import io.assize.config.UserError;
import java.util.Arrays;
import java.util.List;

/**
 * Rotary positions (Su et al. 2021, eq. 15) and their scaling to longer contexts.
 *
 * @param theta base of the frequencies
 * @param share how much of a head is turned, its first part; 1 for all of it
 * @param scaling how the frequencies are scaled
 */
public record Rope(double theta, double share, RopeScaling scaling) {
  static final double MOST_THETA = 1e15;

  /** The tensor of a GGUF file that holds a factor for each pair. */
  static final String FACTORS = "rope_freqs.weight";

  /** The same of short and of long sequences. */
  static final String SHORT_FACTORS = "rope_factors_short.weight";

  static final String LONG_FACTORS = "rope_factors_long.weight";
  static final List<String> ALL_FACTORS = List.of(FACTORS, SHORT_FACTORS, LONG_FACTORS);

  private static final double LEAST_FACTOR = 1e-6;
  private static final double MOST_FACTOR = 1e6;

  static Rope of(double theta) {
    return new Rope(theta, 1, new RopeScaling.None());
  }

  /** No positions. */
  static Rope still() {
    return new Rope(10000, 1, new RopeScaling.Still());
  }

  /**
   * Reads the metadata of a GGUF file, and the factors of its tensor {@code rope_freqs.weight}; a
   * scaling that this engine does not know is refused.
   *
   * @param prefix the architecture, with which the keys begin
   */
  static Rope ofGguf(GgufFile file, String prefix, int headDim) {
    ModelNumbers numbers = file.numbers();
    Rope unscaled = of(numbers.real(prefix + ".rope.freq_base", 10000, 1, MOST_THETA));
    // A file that names no kind, but a factor, means linear.
    String type = file.text(prefix + ".rope.scaling.type", "linear");
    double old = numbers.real(prefix + ".rope.scale_linear", 1, 0, MOST_FACTOR);
    double factor = numbers.real(prefix + ".rope.scaling.factor", old, 0, MOST_FACTOR);
    boolean scaled = type.equals("linear") && factor != 0 && factor != 1;
    boolean factors = file.shape(FACTORS) != null;
    if (!List.of("none", "linear").contains(type) || (scaled && factors)) {
      throw UserError.configuration(
          "%s: rotary scaling of type %s%s is not supported by the DJL judge: none and linear are,"
              + " and none with %s",
          file.file().path(), type, factors ? " with " + FACTORS : "", FACTORS);
    }
    if (factors) {
      return unscaled.with(factors(file, FACTORS, headDim / 2, 1));
    }
    return scaled ? unscaled.with(new RopeScaling.Linear(factor)) : unscaled;
  }

  /** A factor for each of so many pairs, of a tensor of a GGUF file. */
  static RopeScaling factors(GgufFile file, String tensor, int pairs, double amplitude) {
    List<Double> slower =
        file.small(tensor, pairs, LEAST_FACTOR, MOST_FACTOR).stream()
            .map(Float::doubleValue)
            .toList();
    return new RopeScaling.EachPair(slower, amplitude);
  }

  /** The same, scaled otherwise. */
  Rope with(RopeScaling other) {
    return new Rope(theta, share, other);
  }

  /** How many numbers of a head are turned. */
  public int rotated(int headDim) {
    return (int) (headDim * share);
  }

  /** The frequencies, {@code [headDim / 2]}, scaling applied; 0 for what is not turned. */
  public float[] inverseFrequencies(int headDim) {
    int rotated = rotated(headDim);
    float[] powers = new float[rotated / 2];
    for (int i = 0; i < powers.length; i++) {
      float exponent = (float) (2 * i) / rotated;
      powers[i] = (float) Math.pow(theta, exponent);
    }
    return Arrays.copyOf(scaling.frequencies(powers, theta), headDim / 2);
  }

  /** What each pair is multiplied by, {@code [headDim / 2]}; 1 for what is not turned. */
  public float[] amplitudes(int headDim) {
    float[] amplitudes = new float[headDim / 2];
    Arrays.fill(amplitudes, 1);
    Arrays.fill(amplitudes, 0, rotated(headDim) / 2, (float) scaling.amplitude());
    return amplitudes;
  }
}
