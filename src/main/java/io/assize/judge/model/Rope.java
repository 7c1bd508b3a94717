package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import java.util.List;

/**
 * Rotary positions (Su et al. 2021, eq. 15) and their scaling to longer contexts.
 *
 * @param theta base of the frequencies
 * @param scaling how they are scaled
 * @param factor linear and llama3: how many times slower the slow ones turn
 * @param lowFactor llama3: wavelengths above {@code original / lowFactor} are scaled whole
 * @param highFactor llama3: wavelengths below {@code original / highFactor} are not scaled
 * @param original llama3: positions of the model before its context was lengthened
 * @param factors how many times slower each pair turns, {@code [headDim / 2]}; empty: as the
 *     scaling says
 */
public record Rope(
    double theta,
    Scaling scaling,
    double factor,
    double lowFactor,
    double highFactor,
    double original,
    List<Float> factors) {

  static final double MOST_THETA = 1e15;

  /** The tensor of a GGUF file that holds the factors. */
  static final String FACTORS = "rope_freqs.weight";

  private static final double LEAST_FACTOR = 1e-6;
  private static final double MOST_FACTOR = 1e6;

  /** How frequencies are scaled. */
  public enum Scaling {
    NONE,
    /** All alike: "linear" in config.json. */
    LINEAR,
    /** The slow ones only, with a ramp between: "llama3" in config.json, as Llama 3.1 does. */
    LLAMA3,
    /** Each by a factor of its own, as a GGUF file says what llama3 comes to. */
    FACTORS
  }

  public Rope {
    factors = List.copyOf(factors);
  }

  static Rope of(double theta) {
    return new Rope(theta, Scaling.NONE, 1, 1, 1, 1, List.of());
  }

  /** Reads Hugging Face's config.json; a scaling that this engine does not know is refused. */
  static Rope ofHuggingFace(JsonNode json, String where) {
    JsonNode rope =
        json.hasNonNull("rope_parameters")
            ? json.get("rope_parameters")
            : json.path("rope_scaling");
    ModelNumbers numbers = ModelNumbers.ofJson(rope, where);
    double outer = ModelNumbers.ofJson(json, where).real("rope_theta", 10000, 1, MOST_THETA);
    double theta = numbers.real("rope_theta", outer, 1, MOST_THETA);
    String type = rope.path("rope_type").asText(rope.path("type").asText("default"));
    return switch (type) {
      case "default" -> of(theta);
      case "linear" -> linear(theta, numbers.real("factor", 1, MOST_FACTOR));
      case "llama3" -> llama3(theta, numbers);
      default ->
          throw UserError.configuration(
              "%s: rope_scaling of type %s is not supported by the DJL judge: default, linear and"
                  + " llama3 are: use a model with one of them, or serve this one elsewhere and judge"
                  + " by kind = http",
              where, type);
    };
  }

  /**
   * Reads the metadata of a GGUF file, and the factors of its tensor {@code rope_freqs.weight}; a
   * scaling that this engine does not know is refused.
   *
   * @param prefix the architecture, with which the keys begin
   */
  static Rope ofGguf(GgufFile file, String prefix, int headDim) {
    ModelNumbers numbers = file.numbers();
    double theta = numbers.real(prefix + ".rope.freq_base", 10000, 1, MOST_THETA);
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
      List<Float> slower = file.small(FACTORS, headDim / 2, LEAST_FACTOR, MOST_FACTOR);
      return new Rope(theta, Scaling.FACTORS, 1, 1, 1, 1, slower);
    }
    return scaled ? linear(theta, factor) : of(theta);
  }

  private static Rope linear(double theta, double factor) {
    return new Rope(theta, Scaling.LINEAR, factor, 1, 1, 1, List.of());
  }

  private static Rope llama3(double theta, ModelNumbers numbers) {
    double low = numbers.real("low_freq_factor", LEAST_FACTOR, MOST_FACTOR);
    // The ramp between the two: it must have a width.
    double high = numbers.real("high_freq_factor", low * (1 + LEAST_FACTOR), MOST_FACTOR);
    return new Rope(
        theta,
        Scaling.LLAMA3,
        numbers.real("factor", 1, MOST_FACTOR),
        low,
        high,
        numbers.whole("original_max_position_embeddings", 1, DecoderConfig.MOST_POSITIONS),
        List.of());
  }

  /** The frequencies, {@code [headDim / 2]}, scaling applied. */
  public float[] inverseFrequencies(int headDim) {
    float[] frequencies = new float[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = (float) (2 * i) / headDim;
      float frequency = 1.0f / (float) Math.pow(theta, exponent);
      frequencies[i] =
          switch (scaling) {
            case NONE -> frequency;
            case LINEAR -> (float) (frequency / factor);
            case LLAMA3 -> llama3(frequency);
            case FACTORS -> frequency / factors.get(i);
          };
    }
    return frequencies;
  }

  private float llama3(float frequency) {
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
