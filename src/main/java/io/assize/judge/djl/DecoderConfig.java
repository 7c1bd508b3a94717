package io.assize.judge.djl;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import java.util.List;

/**
 * The shape of a decoder of the Llama family.
 *
 * @param layers decoder layers
 * @param hidden width of the residual stream
 * @param heads query heads
 * @param kvHeads key and value heads; divides heads
 * @param headDim width of a head, even
 * @param eps RMSNorm's epsilon
 * @param rope rotary positions
 * @param contextLength positions the model was trained for, or its attention window if that is
 *     smaller
 * @param tied whether the head is the embedding
 * @param qkvBias whether queries, keys and values have a bias (Qwen2)
 * @param outBias whether attention's output has one
 * @param qkNorm whether each head's queries and keys are normed (Qwen3)
 */
record DecoderConfig(
    int layers,
    int hidden,
    int heads,
    int kvHeads,
    int headDim,
    double eps,
    Rope rope,
    int contextLength,
    boolean tied,
    boolean qkvBias,
    boolean outBias,
    boolean qkNorm) {

  /** What the engine runs; Llama 2 and 3, Yi and SmolLM2 call themselves LlamaForCausalLM. */
  private static final List<String> ARCHITECTURES =
      List.of("LlamaForCausalLM", "MistralForCausalLM", "Qwen2ForCausalLM", "Qwen3ForCausalLM");

  /** Reads Hugging Face's config.json; what this engine does not know is refused by name. */
  static DecoderConfig ofHuggingFace(JsonNode json, String where) {
    String architecture = json.path("architectures").path(0).asText("none");
    if (!ARCHITECTURES.contains(architecture)) {
      throw UserError.configuration(
          "%s: architecture %s is not supported: use a model of %s",
          where, architecture, String.join(", ", ARCHITECTURES));
    }
    refuse(json.path("mlp_bias").asBoolean(false), where, "mlp_bias");
    refuse(!json.path("hidden_act").asText("silu").equals("silu"), where, "hidden_act");
    refuse(json.hasNonNull("quantization_config"), where, "quantization_config");
    int heads = number(json, "num_attention_heads", where);
    int hidden = number(json, "hidden_size", where);
    boolean bias = json.path("attention_bias").asBoolean(false);
    JsonNode headDim = json.path("head_dim");
    return new DecoderConfig(
            number(json, "num_hidden_layers", where),
            hidden,
            heads,
            json.path("num_key_value_heads").asInt(heads),
            headDim.isNumber() ? headDim.asInt() : hidden / heads,
            json.path("rms_norm_eps").asDouble(1e-6),
            Rope.ofHuggingFace(json, where),
            Math.min(json.path("max_position_embeddings").asInt(2048), window(json)),
            json.path("tie_word_embeddings").asBoolean(false),
            bias || architecture.equals("Qwen2ForCausalLM"),
            bias,
            architecture.equals("Qwen3ForCausalLM"))
        .checked(where);
  }

  DecoderConfig checked(String where) {
    if (layers < 1 || heads < 1 || kvHeads < 1 || heads % kvHeads != 0 || headDim % 2 != 0) {
      throw UserError.configuration(
          "%s: %d layers, %d heads, %d key heads of width %d do not make a decoder",
          where, layers, heads, kvHeads, headDim);
    }
    return this;
  }

  /** Bytes of keys and values for one position. */
  long cacheBytesPerToken(Precision precision) {
    return 2L * layers * kvHeads * headDim * precision.cacheBytes();
  }

  /** Positions that each position attends to; within so many, attention is whole. */
  private static int window(JsonNode json) {
    boolean used = json.path("use_sliding_window").asBoolean(true);
    JsonNode window = json.path("sliding_window");
    return used && window.isNumber() ? window.asInt() : Integer.MAX_VALUE;
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
