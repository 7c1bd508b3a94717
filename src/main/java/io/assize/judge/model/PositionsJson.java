package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import io.assize.judge.model.RopeScaling.EachPair;
import io.assize.judge.model.RopeScaling.Linear;
import io.assize.judge.model.RopeScaling.Llama3;
import io.assize.judge.model.RopeScaling.None;
import io.assize.judge.model.RopeScaling.Yarn;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/**
 * Reads from a {@code config.json} how a decoder knows positions, as transformers understands it.
 */
final class PositionsJson {
  private static final double LEAST_FACTOR = 1e-6;
  private static final double MOST_FACTOR = 1e6;
  private static final String ORIGINAL = "original_max_position_embeddings";

  private final JsonNode json;
  private final ModelNumbers numbers;
  private final String where;

  PositionsJson(JsonNode json, String where) {
    this.json = json;
    this.numbers = ModelNumbers.ofJson(json, where);
    this.where = where;
  }

  /**
   * Positions without windows.
   *
   * @param headDim width of a head
   * @param context positions where the file does not say how many
   * @param theta base of the frequencies where it does not say
   */
  Positions read(int layers, int headDim, int context, double theta) {
    double share = numbers.real("partial_rotary_factor", 1, LEAST_FACTOR, 1);
    int rotated = (int) (headDim * share);
    if (share < 1 && (rotated % 2 != 0 || rotated == 0)) {
      throw UserError.configuration(
          "%s: partial_rotary_factor %s of heads of width %d turns no whole pairs",
          where, share, headDim);
    }
    int most = numbers.whole("max_position_embeddings", context, 1, DecoderConfig.MOST_POSITIONS);
    JsonNode rope = rope();
    ModelNumbers scaling = ModelNumbers.ofJson(rope, where);
    double outer = numbers.real("rope_theta", theta, 1, Rope.MOST_THETA);
    double base = scaling.real("rope_theta", outer, 1, Rope.MOST_THETA);
    String type = rope.path("rope_type").asText(rope.path("type").asText("default"));
    return switch (type) {
      case "default" -> Positions.of(most, new Rope(base, share, new None()), layers);
      case "linear" ->
          Positions.of(
              most,
              new Rope(base, share, new Linear(scaling.real("factor", 1, MOST_FACTOR))),
              layers);
      case "llama3" -> Positions.of(most, new Rope(base, share, llama3(scaling)), layers);
      case "yarn" -> {
        Yarn yarn = yarn(scaling, base, most);
        int longer = (int) Math.min(yarn.original() * yarn.factor(), DecoderConfig.MOST_POSITIONS);
        yield Positions.of(Math.max(most, longer), new Rope(base, share, yarn), layers);
      }
      case "longrope", "su" ->
          longRope(rope, new Rope(base, share, new None()), most, layers, headDim);
      default ->
          throw UserError.configuration(
              "%s: rope_scaling of type %s is not supported by the DJL judge: default, linear,"
                  + " llama3, yarn and longrope are: use a model with one of them, or serve this one"
                  + " elsewhere and judge by kind = http",
              where, type);
    };
  }

  /**
   * Which layers have a window: by {@code layer_types} where the file has them.
   *
   * @param otherwise which have one where it has not
   */
  IntPredicate windowed(int layers, IntPredicate otherwise) {
    JsonNode types = json.path("layer_types");
    if (ModelJson.absent(types)) {
      return otherwise;
    }
    List<Boolean> windowed = new ArrayList<>();
    for (JsonNode type : types) {
      switch (type.asText()) {
        case "sliding_attention" -> windowed.add(true);
        case "full_attention" -> windowed.add(false);
        default ->
            throw UserError.configuration(
                "%s: layer_types has %s, which is not supported by the DJL judge",
                where, ModelJson.shown(type));
      }
    }
    if (windowed.size() != layers) {
      throw UserError.configuration(
          "%s: layer_types has %d entries for %d layers", where, windowed.size(), layers);
    }
    return windowed::get;
  }

  /** The size of windows; the whole context where there is none. */
  int window(int otherwise) {
    int most = DecoderConfig.MOST_POSITIONS;
    return json.has("sliding_window") && ModelJson.absent(json.path("sliding_window"))
        ? most
        : numbers.whole("sliding_window", otherwise, 1, most);
  }

  /** The base of the frequencies of layers with a window, where they have one of their own. */
  double localTheta(double otherwise) {
    JsonNode rope = json.path("rope_parameters").path("sliding_attention");
    double outer = numbers.real("rope_local_base_freq", otherwise, 1, Rope.MOST_THETA);
    return ModelNumbers.ofJson(rope, where).real("rope_theta", outer, 1, Rope.MOST_THETA);
  }

  private JsonNode rope() {
    JsonNode rope = json.hasNonNull("rope_parameters") ? json.get("rope_parameters") : null;
    if (rope == null) {
      return json.path("rope_scaling");
    }
    return rope.hasNonNull("full_attention") ? rope.get("full_attention") : rope;
  }

  private static Llama3 llama3(ModelNumbers numbers) {
    double low = numbers.real("low_freq_factor", LEAST_FACTOR, MOST_FACTOR);
    // The ramp between the two: it must have a width.
    double high = numbers.real("high_freq_factor", low * (1 + LEAST_FACTOR), MOST_FACTOR);
    return new Llama3(
        numbers.real("factor", 1, MOST_FACTOR),
        low,
        high,
        numbers.whole(ORIGINAL, 1, DecoderConfig.MOST_POSITIONS));
  }

  private Yarn yarn(ModelNumbers scaling, double theta, int most) {
    if (theta <= 1.001) {
      throw UserError.configuration("%s: rope_theta is %s: yarn needs a larger one", where, theta);
    }
    double factor = scaling.real("factor", 1, MOST_FACTOR);
    double scale = scaling.real("mscale", 0, 0, MOST_FACTOR);
    double scaleOfAll = scaling.real("mscale_all_dim", 0, 0, MOST_FACTOR);
    double usual =
        scale > 0 && scaleOfAll > 0
            ? amplitude(factor, scale) / amplitude(factor, scaleOfAll)
            : amplitude(factor, 1);
    return new Yarn(
        factor,
        scaling.real("attention_factor", usual, LEAST_FACTOR, MOST_FACTOR),
        scaling.real("beta_fast", 32, LEAST_FACTOR, MOST_FACTOR),
        scaling.real("beta_slow", 1, LEAST_FACTOR, MOST_FACTOR),
        scaling.whole(ORIGINAL, most, 1, DecoderConfig.MOST_POSITIONS),
        scaling.flag("truncate", true));
  }

  private static double amplitude(double factor, double scale) {
    return factor <= 1 ? 1 : 0.1 * scale * Math.log(factor) + 1;
  }

  private Positions longRope(JsonNode json, Rope unscaled, int most, int layers, int headDim) {
    int original = numbers.whole(ORIGINAL, most, 1, DecoderConfig.MOST_POSITIONS);
    double factor = (double) most / original;
    double usual =
        factor <= 1 || original == 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
    double amplitude =
        ModelNumbers.ofJson(json, where).real("attention_factor", usual, LEAST_FACTOR, MOST_FACTOR);
    int pairs = unscaled.rotated(headDim) / 2;
    Rope ofShort = unscaled.with(new EachPair(factors(json, "short_factor", pairs), amplitude));
    Rope ofLong = unscaled.with(new EachPair(factors(json, "long_factor", pairs), amplitude));
    return Positions.of(most, ofShort, layers).with(ofLong, original + 1);
  }

  private List<Double> factors(JsonNode rope, String key, int pairs) {
    JsonNode list = rope.path(key);
    List<Double> factors = new ArrayList<>();
    for (JsonNode factor : list) {
      double value = factor.isNumber() ? factor.doubleValue() : Double.NaN;
      if (!(value >= LEAST_FACTOR && value <= MOST_FACTOR)) {
        throw UserError.configuration(
            "%s: %s has %s: it must be a number from %s to %s",
            where, key, ModelJson.shown(factor), LEAST_FACTOR, MOST_FACTOR);
      }
      factors.add(value);
    }
    if (!list.isArray() || factors.size() != pairs) {
      throw UserError.configuration(
          "%s: %s has %d numbers for %d pairs of a head", where, key, factors.size(), pairs);
    }
    return factors;
  }
}
