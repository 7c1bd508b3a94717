package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;

/** Reads what the {@code config.json}s of decoders have in common; refuses what no graph does. */
final class DecoderJson {
  private final JsonNode json;
  private final String where;
  private final ModelNumbers numbers;
  private final PositionsJson positions;

  DecoderJson(JsonNode json, String where) {
    this.json = json;
    this.where = where;
    this.numbers = ModelNumbers.ofJson(json, where);
    this.positions = new PositionsJson(json, where);
  }

  JsonNode json() {
    return json;
  }

  ModelNumbers numbers() {
    return numbers;
  }

  PositionsJson positions() {
    return positions;
  }

  /** Refuses a file that wants something, by its key. */
  void refuse(boolean unsupported, String what) {
    if (unsupported) {
      throw UserError.configuration(
          "%s: %s is not supported by the DJL judge, whose families have none (docs/engine.md): use"
              + " a model of them, or serve this one elsewhere and judge by kind = http",
          where, what);
    }
  }

  /** Refuses another text than the one that a graph computes. */
  void want(String key, String only) {
    refuse(!ModelJson.text(json, key, only, where).equals(only), key);
  }

  /** The object under a key, read likewise. */
  DecoderJson within(String key) {
    return new DecoderJson(json.path(key), where + ", " + key);
  }

  /** Refuses weights that are kept in another way. */
  void refuseQuantized() {
    refuse(json.hasNonNull("quantization_config"), "quantization_config");
  }

  /**
   * A decoder like Llama's of the usual keys, without windows.
   *
   * @param usual what counts where the file does not say
   */
  DecoderConfig likeLlama(Usual usual) {
    int most = DecoderConfig.MOST;
    int layers = count("num_hidden_layers", usual.layers(), DecoderConfig.MOST_LAYERS);
    int heads = count("num_attention_heads", usual.heads(), most);
    int hidden = count("hidden_size", usual.hidden(), most);
    int part = Math.max(1, hidden / heads);
    int width = count("head_dim", usual.headDim() == 0 ? part : usual.headDim(), most);
    int kvHeads =
        count("num_key_value_heads", usual.kvHeads() == 0 ? heads : usual.kvHeads(), most);
    boolean bias = numbers.flag("attention_bias", false);
    return DecoderConfig.likeLlama(
            layers,
            hidden,
            numbers.flag("tie_word_embeddings", usual.tied()),
            Attention.of(heads, kvHeads, width).with(bias, bias),
            positions.read(layers, width, usual.context(), usual.theta()),
            numbers.real("rms_norm_eps", 1e-6, DecoderConfig.LEAST_EPS, 1))
        .checked(where);
  }

  /** A number that the file must have where nothing is usual. */
  private int count(String key, int usual, int most) {
    return usual == 0 ? numbers.whole(key, 1, most) : numbers.whole(key, usual, 1, most);
  }

  /**
   * What counts where a file does not say; 0 where it has to, or where it follows from others.
   *
   * @param context positions
   * @param theta base of the rotary frequencies
   */
  record Usual(
      int layers,
      int hidden,
      int heads,
      int kvHeads,
      int headDim,
      int context,
      double theta,
      boolean tied) {

    /** Of sizes that a file has to say. */
    static Usual of(int context, double theta) {
      return new Usual(0, 0, 0, 0, 0, context, theta, false);
    }
  }
}
