package io.assize.judge.model;

import java.util.Arrays;

/**
 * Rotary positions (Su et al. 2021, eq. 15) and their scaling to longer contexts.
 *
 * @param theta base of the frequencies
 * @param share how much of a head is turned, its first part; 1 for all of it
 * @param scaling how the frequencies are scaled
 */
public record Rope(double theta, double share, RopeScaling scaling) {
  static final double MOST_THETA = 1e15;

  static Rope of(double theta) {
    return new Rope(theta, 1, new RopeScaling.None());
  }

  /** No positions. */
  static Rope still() {
    return new Rope(10000, 1, new RopeScaling.Still());
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
