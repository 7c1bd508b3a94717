package io.assize.judge.model;

import static io.assize.judge.model.Dimension.HEAD;
import static io.assize.judge.model.Dimension.HIDDEN;
import static io.assize.judge.model.Dimension.INNER;
import static io.assize.judge.model.Dimension.KEYS;
import static io.assize.judge.model.Dimension.QUERIES;
import static io.assize.judge.model.Dimension.VOCABULARY;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import io.assize.judge.model.TensorSpec.Role;
import java.util.List;
import java.util.Optional;

/**
 * Decoders like Llama's: RMSNorm, rotary positions, grouped-query attention and SwiGLU; in some
 * families with biases of queries, keys and values (Qwen2), or a norm of each head's queries and
 * keys (Qwen3).
 */
final class LlamaFamily implements Architecture {
  private static final String VERSION = "decoder-4";

  private static final List<TensorSpec> TENSORS =
      List.of(
          TensorSpec.of(
              Role.EMBEDDING, "model.embed_tokens.weight", "token_embd.weight", VOCABULARY, HIDDEN),
          TensorSpec.of(Role.FINAL_NORM, "model.norm.weight", "output_norm.weight", HIDDEN),
          TensorSpec.of(Role.HEAD, "lm_head.weight", "output.weight", VOCABULARY, HIDDEN)
              .when(config -> !config.tied()),
          inLayer("input_layernorm.weight", "attn_norm.weight", HIDDEN),
          inLayer("self_attn.q_proj.weight", "attn_q.weight", QUERIES, HIDDEN).pairedInGguf(),
          inLayer("self_attn.k_proj.weight", "attn_k.weight", KEYS, HIDDEN).pairedInGguf(),
          inLayer("self_attn.v_proj.weight", "attn_v.weight", KEYS, HIDDEN),
          inLayer("self_attn.q_proj.bias", "attn_q.bias", QUERIES)
              .when(DecoderConfig::qkvBias)
              .pairedInGguf(),
          inLayer("self_attn.k_proj.bias", "attn_k.bias", KEYS)
              .when(DecoderConfig::qkvBias)
              .pairedInGguf(),
          inLayer("self_attn.v_proj.bias", "attn_v.bias", KEYS).when(DecoderConfig::qkvBias),
          inLayer("self_attn.q_norm.weight", "attn_q_norm.weight", HEAD)
              .when(DecoderConfig::qkNorm),
          inLayer("self_attn.k_norm.weight", "attn_k_norm.weight", HEAD)
              .when(DecoderConfig::qkNorm),
          inLayer("self_attn.o_proj.weight", "attn_output.weight", HIDDEN, QUERIES),
          inLayer("self_attn.o_proj.bias", "attn_output.bias", HIDDEN).when(DecoderConfig::outBias),
          inLayer("post_attention_layernorm.weight", "ffn_norm.weight", HIDDEN),
          inLayer("mlp.gate_proj.weight", "ffn_gate.weight", INNER, HIDDEN),
          inLayer("mlp.up_proj.weight", "ffn_up.weight", INNER, HIDDEN),
          TensorSpec.of(
              Role.LAYER_DOWN,
              "model.layers.*.mlp.down_proj.weight",
              "blk.*.ffn_down.weight",
              HIDDEN,
              INNER));

  private final String name;
  private final Gguf gguf;
  private final boolean biasOfQkv;
  private final boolean normOfHeads;

  /**
   * How it stands in GGUF.
   *
   * @param architecture its name there; null where it is not read from there
   * @param paired whether its queries' and keys' rotary pairs lie side by side there
   */
  private record Gguf(String architecture, boolean paired) {
    String key(String rest) {
      return architecture + "." + rest;
    }
  }

  private LlamaFamily(String name, Gguf gguf, boolean biasOfQkv, boolean normOfHeads) {
    this.name = name;
    this.gguf = gguf;
    this.biasOfQkv = biasOfQkv;
    this.normOfHeads = normOfHeads;
  }

  /** A family by its name in Hugging Face's configurations. */
  static LlamaFamily of(String name) {
    return new LlamaFamily(name, new Gguf(null, false), false, false);
  }

  /** The same, that is read from GGUF too, where its tensors are as in Hugging Face's files. */
  LlamaFamily inGguf(String architecture) {
    return new LlamaFamily(name, new Gguf(architecture, false), biasOfQkv, normOfHeads);
  }

  /** The same, whose rotary pairs lie side by side there. */
  LlamaFamily pairedInGguf(String architecture) {
    return new LlamaFamily(name, new Gguf(architecture, true), biasOfQkv, normOfHeads);
  }

  /** The same, whose queries, keys and values always have a bias. */
  LlamaFamily withBiasOfQkv() {
    return new LlamaFamily(name, gguf, true, normOfHeads);
  }

  /** The same, whose heads' queries and keys are normed. */
  LlamaFamily withNormOfHeads() {
    return new LlamaFamily(name, gguf, biasOfQkv, true);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Optional<String> ggufName() {
    return Optional.ofNullable(gguf.architecture());
  }

  @Override
  public List<TensorSpec> tensors() {
    return gguf.paired() ? TENSORS : TENSORS.stream().map(TensorSpec::halvedInGguf).toList();
  }

  @Override
  public String version() {
    return VERSION;
  }

  @Override
  public DecoderConfig config(JsonNode json, String where) {
    ModelNumbers numbers = ModelNumbers.ofJson(json, where);
    refuse(numbers.flag("mlp_bias", false), where, "mlp_bias");
    refuse(!ModelJson.text(json, "hidden_act", "silu", where).equals("silu"), where, "hidden_act");
    refuse(json.hasNonNull("quantization_config"), where, "quantization_config");
    int most = DecoderConfig.MOST;
    int positions = DecoderConfig.MOST_POSITIONS;
    int heads = numbers.whole("num_attention_heads", 1, most);
    int hidden = numbers.whole("hidden_size", 1, most);
    boolean bias = numbers.flag("attention_bias", false);
    return new DecoderConfig(
            numbers.whole("num_hidden_layers", 1, DecoderConfig.MOST_LAYERS),
            hidden,
            heads,
            numbers.whole("num_key_value_heads", heads, 1, most),
            numbers.whole("head_dim", Math.max(1, hidden / heads), 1, most),
            numbers.real("rms_norm_eps", 1e-6, DecoderConfig.LEAST_EPS, 1),
            Rope.ofHuggingFace(json, where),
            Math.min(numbers.whole("max_position_embeddings", 2048, 1, positions), window(numbers)),
            numbers.flag("tie_word_embeddings", false),
            bias || biasOfQkv,
            bias,
            normOfHeads)
        .checked(where);
  }

  @Override
  public DecoderConfig config(GgufFile file) {
    String where = file.file().path().toString();
    ModelNumbers numbers = file.numbers();
    int most = DecoderConfig.MOST;
    int positions = DecoderConfig.MOST_POSITIONS;
    int heads = numbers.whole(gguf.key("attention.head_count"), 1, most);
    int hidden = numbers.whole(gguf.key("embedding_length"), 1, most);
    int headDim =
        numbers.whole(gguf.key("attention.key_length"), Math.max(1, hidden / heads), 1, most);
    // Widths that other models may choose freely.
    for (String width : List.of("attention.value_length", "rope.dimension_count")) {
      numbers.whole(gguf.key(width), headDim, headDim, headDim);
    }
    int window = numbers.whole(gguf.key("attention.sliding_window"), 0, 0, positions);
    return new DecoderConfig(
            numbers.whole(gguf.key("block_count"), 1, DecoderConfig.MOST_LAYERS),
            hidden,
            heads,
            numbers.whole(gguf.key("attention.head_count_kv"), heads, 1, most),
            headDim,
            numbers.real(gguf.key("attention.layer_norm_rms_epsilon"), DecoderConfig.LEAST_EPS, 1),
            Rope.ofGguf(file, gguf.architecture(), headDim),
            Math.min(
                numbers.whole(gguf.key("context_length"), 1, positions),
                window == 0 ? positions : window),
            file.shape("output.weight") == null,
            biasOfQkv || file.shape("blk.0.attn_q.bias") != null,
            file.shape("blk.0.attn_output.bias") != null,
            normOfHeads)
        .checked(where);
  }

  /** Positions that each position attends to; within so many, attention is whole. */
  private static int window(ModelNumbers numbers) {
    int most = DecoderConfig.MOST_POSITIONS;
    return numbers.flag("use_sliding_window", true)
        ? numbers.whole("sliding_window", most, 1, most)
        : most;
  }

  private static TensorSpec inLayer(String name, String ggufName, Dimension... shape) {
    return TensorSpec.inLayer("model.layers.*." + name, "blk.*." + ggufName, shape);
  }

  private static void refuse(boolean unsupported, String where, String what) {
    if (unsupported) {
      throw UserError.configuration(
          "%s: %s is not supported by the DJL judge, whose families have none (docs/engine.md): use"
              + " a model of them, or serve this one elsewhere and judge by kind = http",
          where, what);
    }
  }
}
