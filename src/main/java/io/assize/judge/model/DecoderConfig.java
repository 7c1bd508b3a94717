package io.assize.judge.model;

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
public record DecoderConfig(
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

  /** Most heads, and the most that a width can be. */
  static final int MOST = 1 << 20;

  static final int MOST_LAYERS = 1 << 14;
  static final int MOST_POSITIONS = 1 << 30;

  /** A smaller epsilon is no number in float32 beside a row's mean square. */
  static final double LEAST_EPS = 1e-30;

  /** Reads Hugging Face's config.json; what this engine does not know is refused by name. */
  static DecoderConfig ofHuggingFace(JsonNode json, String where) {
    String architecture = json.path("architectures").path(0).asText("none");
    if (!ARCHITECTURES.contains(architecture)) {
      throw UserError.configuration(
          "%s: architecture %s is not supported: use a model of %s",
          where, architecture, String.join(", ", ARCHITECTURES));
    }
    ModelNumbers numbers = ofJson(json, where);
    refuse(numbers.flag("mlp_bias", false), where, "mlp_bias");
    refuse(!ModelJson.text(json, "hidden_act", "silu", where).equals("silu"), where, "hidden_act");
    refuse(json.hasNonNull("quantization_config"), where, "quantization_config");
    int heads = numbers.whole("num_attention_heads", 1, MOST);
    int hidden = numbers.whole("hidden_size", 1, MOST);
    boolean bias = numbers.flag("attention_bias", false);
    return new DecoderConfig(
            numbers.whole("num_hidden_layers", 1, MOST_LAYERS),
            hidden,
            heads,
            numbers.whole("num_key_value_heads", heads, 1, MOST),
            numbers.whole("head_dim", Math.max(1, hidden / heads), 1, MOST),
            numbers.real("rms_norm_eps", 1e-6, LEAST_EPS, 1),
            Rope.ofHuggingFace(json, where),
            Math.min(
                numbers.whole("max_position_embeddings", 2048, 1, MOST_POSITIONS), window(numbers)),
            numbers.flag("tie_word_embeddings", false),
            bias || architecture.equals("Qwen2ForCausalLM"),
            bias,
            architecture.equals("Qwen3ForCausalLM"))
        .checked(where);
  }

  DecoderConfig checked(String where) {
    boolean wide = (long) heads * headDim > MOST;
    if (heads % kvHeads != 0 || headDim % 2 != 0 || wide) {
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

  /** A JSON object's members as they are; null stands for none. */
  static ModelNumbers ofJson(JsonNode json, String where) {
    return new ModelNumbers(
        where,
        key -> {
          JsonNode value = json.path(key);
          if (value.isNull() || value.isMissingNode()) {
            return null;
          }
          if (value.isNumber()) {
            return value.numberValue();
          }
          return value.isBoolean() ? (Object) value.booleanValue() : value;
        });
  }

  /** Positions that each position attends to; within so many, attention is whole. */
  private static int window(ModelNumbers numbers) {
    return numbers.flag("use_sliding_window", true)
        ? numbers.whole("sliding_window", MOST_POSITIONS, 1, MOST_POSITIONS)
        : MOST_POSITIONS;
  }

  private static void refuse(boolean unsupported, String where, String what) {
    if (unsupported) {
      throw UserError.configuration("%s: %s is not supported by the DJL judge", where, what);
    }
  }
}
