package io.assize.judge.model;

import java.util.List;

/** How rotary frequencies are scaled to longer contexts; in float32, as PyTorch computes it. */
sealed interface RopeScaling {

  /**
   * The frequencies of a rotation, {@code [pairs]}.
   *
   * @param powers the base to the powers of the pairs: the wavelengths over 2π, {@code [pairs]}
   */
  float[] frequencies(float[] powers, double theta);

  /** What cosines and sines are multiplied by. */
  default double amplitude() {
    return 1;
  }

  /** Not at all. */
  record None() implements RopeScaling {
    @Override
    public float[] frequencies(float[] powers, double theta) {
      float[] frequencies = new float[powers.length];
      for (int i = 0; i < powers.length; i++) {
        frequencies[i] = 1.0f / powers[i];
      }
      return frequencies;
    }
  }

  /** No position is known: nothing turns. */
  record Still() implements RopeScaling {
    @Override
    public float[] frequencies(float[] powers, double theta) {
      return new float[powers.length];
    }
  }

  /** All alike. */
  record Linear(double factor) implements RopeScaling {
    @Override
    public float[] frequencies(float[] powers, double theta) {
      float[] frequencies = new None().frequencies(powers, theta);
      for (int i = 0; i < powers.length; i++) {
        frequencies[i] = (float) (frequencies[i] / factor);
      }
      return frequencies;
    }
  }

  /**
   * The slow ones only, with a ramp between, as Llama 3.1 does.
   *
   * @param factor how many times slower the slow ones turn
   * @param lowFactor wavelengths above {@code original / lowFactor} are scaled whole
   * @param highFactor wavelengths below {@code original / highFactor} are not scaled
   * @param original positions of the model before its context was lengthened
   */
  record Llama3(double factor, double lowFactor, double highFactor, double original)
      implements RopeScaling {
    @Override
    public float[] frequencies(float[] powers, double theta) {
      float[] frequencies = new None().frequencies(powers, theta);
      for (int i = 0; i < powers.length; i++) {
        frequencies[i] = scaled(frequencies[i]);
      }
      return frequencies;
    }

    private float scaled(float frequency) {
      double wavelength = 2 * Math.PI / frequency;
      if (wavelength < original / highFactor) {
        return frequency;
      }
      if (wavelength > original / lowFactor) {
        return (float) (frequency / factor);
      }
      double unscaled = (original / wavelength - lowFactor) / (highFactor - lowFactor);
      return (float) ((1 - unscaled) * frequency / factor + unscaled * frequency);
    }
  }

  /**
   * YaRN (Peng et al. 2023): a ramp over the pairs between those that turn often within the
   * original context, which stay, and those that turn seldom, which are scaled.
   *
   * @param factor how many times slower the slow ones turn
   * @param amplitude what cosines and sines are multiplied by
   * @param fast turns in the original context from which on a pair stays as it is
   * @param slow turns up to which it is scaled whole
   * @param original positions of the model before its context was lengthened
   * @param truncate whether the ramp begins and ends at whole pairs
   */
  record Yarn(
      double factor, double amplitude, double fast, double slow, double original, boolean truncate)
      implements RopeScaling {
    @Override
    public float[] frequencies(float[] powers, double theta) {
      int dims = 2 * powers.length;
      double low = pair(fast, dims, theta);
      double high = pair(slow, dims, theta);
      low = Math.max(truncate ? Math.floor(low) : low, 0);
      high = Math.min(truncate ? Math.ceil(high) : high, dims - 1);
      float width = (float) (low == high ? 0.001 : high - low);
      float[] frequencies = new float[powers.length];
      for (int i = 0; i < powers.length; i++) {
        float ramp = Math.min(Math.max((i - (float) low) / width, 0), 1);
        float stays = 1 - ramp;
        float scaled = 1.0f / ((float) factor * powers[i]);
        frequencies[i] = scaled * (1 - stays) + 1.0f / powers[i] * stays;
      }
      return frequencies;
    }

    /** The pair that turns so often in the original context. */
    private double pair(double turns, int dims, double theta) {
      return dims * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
    }
  }

  /**
   * Each pair by a factor of its own (LongRoPE, Ding et al. 2024).
   *
   * @param factors how many times slower each pair turns, {@code [pairs]}
   * @param amplitude what cosines and sines are multiplied by
   */
  record EachPair(List<Double> factors, double amplitude) implements RopeScaling {
    public EachPair {
      factors = List.copyOf(factors);
    }

    @Override
    public float[] frequencies(float[] powers, double theta) {
      float[] frequencies = new float[powers.length];
      for (int i = 0; i < powers.length; i++) {
        frequencies[i] = 1.0f / (factors.get(i).floatValue() * powers[i]);
      }
      return frequencies;
    }
  }
}
