package io.assize.judge.djl;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;

/**
 * The shape of a Llama decoder.
 *
 * @param layers decoder layers
 * @param hidden width of the residual stream
 * @param heads query heads
 * @param kvHeads key and value heads; divides heads
 * @param headDim width of a head, even
 * @param eps RMSNorm's epsilon
 * @param ropeTheta base of the rotary frequencies
 * @param contextLength positions the model was trained for
 * @param tied whether the head is the embedding
 */
public record LlamaConfig(
    int layers,
    int hidden,
    int heads,
    int kvHeads,
    int headDim,
    double eps,
    double ropeTheta,
    int contextLength,
    boolean tied) {

  /** Rotary frequencies, {@code [headDim / 2]} (Su et al. 2021, eq. 15). */
  float[] inverseFrequencies() {
    float[] frequencies = new float[headDim / 2];
    for (int i = 0; i < frequencies.length; i++) {
      float exponent = (float) (2 * i) / headDim;
      frequencies[i] = 1.0f / (float) Math.pow(ropeTheta, exponent);
    }
    return frequencies;
  }

  /** Reads Hugging Face's config.json; what this engine does not know is refused by name. */
  static LlamaConfig ofHuggingFace(JsonNode json, String where) {
    String architecture = json.path("architectures").path(0).asText("none");
    if (!architecture.equals("LlamaForCausalLM")) {
      throw UserError.configuration(
          "%s: architecture %s is not supported: use a model of LlamaForCausalLM",
          where, architecture);
    }
    refuse(json.path("attention_bias").asBoolean(false), where, "attention_bias");
    refuse(json.path("mlp_bias").asBoolean(false), where, "mlp_bias");
    refuse(!json.path("hidden_act").asText("silu").equals("silu"), where, "hidden_act");
    JsonNode rope =
        json.has("rope_parameters") ? json.get("rope_parameters") : json.path("rope_scaling");
    String ropeType = rope.path("rope_type").asText(rope.path("type").asText("default"));
    refuse(!ropeType.equals("default"), where, "rope_scaling of type " + ropeType);
    refuse(json.has("quantization_config"), where, "quantization_config");
    int heads = number(json, "num_attention_heads", where);
    int hidden = number(json, "hidden_size", where);
    return new LlamaConfig(
            number(json, "num_hidden_layers", where),
            hidden,
            heads,
            json.path("num_key_value_heads").asInt(heads),
            json.path("head_dim").asInt(hidden / heads),
            json.path("rms_norm_eps").asDouble(1e-6),
            rope.path("rope_theta").asDouble(json.path("rope_theta").asDouble(10000)),
            json.path("max_position_embeddings").asInt(2048),
            json.path("tie_word_embeddings").asBoolean(false))
        .checked(where);
  }

  LlamaConfig checked(String where) {
    if (layers < 1 || heads < 1 || kvHeads < 1 || heads % kvHeads != 0 || headDim % 2 != 0) {
      throw UserError.configuration(
          "%s: %d layers, %d heads, %d key heads of width %d do not make a Llama model",
          where, layers, heads, kvHeads, headDim);
    }
    return this;
  }

  private static int number(JsonNode json, String key, String where) {
    if (!json.path(key).canConvertToInt()) {
      throw UserError.configuration("%s lacks %s: is it the model's config.json?", where, key);
    }
    return json.get(key).asInt();
  }

  private static void refuse(boolean unsupported, String where, String what) {
    if (unsupported) {
      throw UserError.configuration("%s: %s is not supported by the DJL judge", where, what);
    }
  }
}
