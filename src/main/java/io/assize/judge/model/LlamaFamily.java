package io.assize.judge.model;

import static io.assize.judge.model.Dimension.HEAD;
import static io.assize.judge.model.Dimension.HIDDEN;
import static io.assize.judge.model.Dimension.INNER;
import static io.assize.judge.model.Dimension.KEYS;
import static io.assize.judge.model.Dimension.QUERIES;
import static io.assize.judge.model.Dimension.VOCABULARY;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.judge.model.Attention.HeadNorm;
import io.assize.judge.model.DecoderJson.Usual;
import io.assize.judge.model.TensorSpec.Role;
import java.util.List;
import java.util.Optional;
import java.util.function.IntPredicate;

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

  private final Windows windows;

  /** Which layers see a window only. */
  private enum Windows {
    NONE,
    ALL,
    /** Where the file says so, those that it names, or those from some layer on. */
    LATER
  }

  /**
   * How it stands in GGUF.
   *
   * @param architecture its name there; null where it is not read from there
   * @param paired whether its queries' and keys' rotary pairs lie side by side there
   */
  private record Gguf(String architecture, boolean paired) {}

  private LlamaFamily(
      String name, Gguf gguf, boolean biasOfQkv, boolean normOfHeads, Windows windows) {
    this.name = name;
    this.gguf = gguf;
    this.biasOfQkv = biasOfQkv;
    this.normOfHeads = normOfHeads;
    this.windows = windows;
  }

  /** A family by its name in Hugging Face's configurations. */
  static LlamaFamily of(String name) {
    return new LlamaFamily(name, new Gguf(null, false), false, false, Windows.NONE);
  }

  /** The same, that is read from GGUF too, where its tensors are as in Hugging Face's files. */
  LlamaFamily inGguf(String architecture) {
    return with(new Gguf(architecture, false));
  }

  /** The same, whose rotary pairs lie side by side there. */
  LlamaFamily pairedInGguf(String architecture) {
    return with(new Gguf(architecture, true));
  }

  private LlamaFamily with(Gguf other) {
    return new LlamaFamily(name, other, biasOfQkv, normOfHeads, windows);
  }

  /** The same, whose queries, keys and values always have a bias. */
  LlamaFamily withBiasOfQkv() {
    return new LlamaFamily(name, gguf, true, normOfHeads, windows);
  }

  /** The same, whose heads' queries and keys are normed. */
  LlamaFamily withNormOfHeads() {
    return new LlamaFamily(name, gguf, biasOfQkv, true, windows);
  }

  /** The same, all of whose layers see a window only, if the model has one (Mistral). */
  LlamaFamily withWindows() {
    return new LlamaFamily(name, gguf, biasOfQkv, normOfHeads, Windows.ALL);
  }

  /** The same, some of whose layers see a window only, if the model uses one (Qwen2). */
  LlamaFamily withLaterWindows() {
    return new LlamaFamily(name, gguf, biasOfQkv, normOfHeads, Windows.LATER);
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
    DecoderJson read = new DecoderJson(json, where);
    read.refuse(read.numbers().flag("mlp_bias", false), "mlp_bias");
    read.want("hidden_act", "silu");
    read.refuseQuantized();
    DecoderConfig config = read.likeLlama(Usual.of(2048, 10000));
    boolean bias = config.outBias();
    return config
        .with(config.attention().with(bias || biasOfQkv, bias).with(norm()))
        .with(windows(read, config));
  }

  private Positions windows(DecoderJson json, DecoderConfig config) {
    return switch (windows) {
      case NONE -> config.positions();
      case ALL -> config.positions().with(json.positions().window(4096), layer -> true);
      case LATER -> {
        if (!json.numbers().flag("use_sliding_window", false)) {
          yield config.positions();
        }
        int from = json.numbers().whole("max_window_layers", 28, 0, DecoderConfig.MOST_LAYERS);
        IntPredicate windowed = json.positions().windowed(config.layers(), layer -> layer >= from);
        yield config.positions().with(json.positions().window(4096), windowed);
      }
    };
  }

  private HeadNorm norm() {
    return normOfHeads ? HeadNorm.EACH : HeadNorm.NONE;
  }

  @Override
  public DecoderConfig config(GgufFile file) {
    DecoderGguf read = new DecoderGguf(file, gguf.architecture());
    DecoderConfig config = read.likeLlama();
    Attention attention = config.attention();
    boolean bias = biasOfQkv || attention.qkvBias();
    Positions positions = config.positions();
    return config
        .with(attention.with(bias, attention.outBias()).with(norm()))
        .with(
            Positions.of(
                Math.min(positions.contextLength(), read.window()),
                positions.ropes().get(0),
                config.layers()));
  }

  private static TensorSpec inLayer(String name, String ggufName, Dimension... shape) {
    return TensorSpec.inLayer("model.layers.*." + name, "blk.*." + ggufName, shape);
  }
}
