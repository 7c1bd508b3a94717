package io.assize.judge.model;

import static io.assize.judge.model.Dimension.EXPERTS;
import static io.assize.judge.model.Dimension.HIDDEN;
import static io.assize.judge.model.Dimension.INNER;

import io.assize.judge.model.Attention.HeadNorm;
import io.assize.judge.model.DecoderJson.Usual;
import io.assize.judge.model.FeedForward.Activation;
import io.assize.judge.model.TensorSpec.Role;

/** Mixtral and Qwen3-MoE: a router chooses some of a layer's feed-forward parts for each row. */
final class Mixtures {
  private static final int MOST_EXPERTS = 1 << 12;

  private Mixtures() {}

  static Architecture mixtral() {
    return new DecoderFamily(
            "MixtralForCausalLM",
            "mixture-1",
            tensors("block_sparse_moe.", "w1", "w3", "w2").pairedInGguf().list(""),
            DecoderFamily.FLOATS,
            Mixtures::mixtral)
        .inGguf("llama", Mixtures::mixture);
  }

  static Architecture qwen3() {
    return new DecoderFamily(
            "Qwen3MoeForCausalLM",
            "mixture-1",
            tensors("mlp.", "gate_proj", "up_proj", "down_proj").list(""),
            DecoderFamily.FLOATS,
            Mixtures::qwen3)
        .inGguf(
            "qwen3moe",
            gguf -> {
              DecoderConfig config = mixture(gguf);
              return config.with(config.attention().with(HeadNorm.EACH));
            });
  }

  private static DecoderConfig mixture(DecoderGguf gguf) {
    DecoderConfig config = gguf.likeLlama();
    return config
        .with(config.positions().with(gguf.window(), layer -> true))
        .with(gguf.mixture(Activation.SILU));
  }

  private static TensorList tensors(String block, String gate, String up, String down) {
    String expert = block + "experts.#.";
    return TensorList.usual()
        .without(Place.GATE, Place.UP, Place.DOWN)
        .with(Place.ROUTER, Place.layer(block + "gate.weight", EXPERTS, HIDDEN))
        .with(
            Place.EXPERT_GATE,
            Place.layer(expert + gate + ".weight", INNER, HIDDEN).as(Role.EXPERT))
        .with(Place.EXPERT_UP, Place.layer(expert + up + ".weight", INNER, HIDDEN).as(Role.EXPERT))
        .with(
            Place.EXPERT_DOWN,
            Place.layer(expert + down + ".weight", HIDDEN, INNER).as(Role.EXPERT_DOWN));
  }

  private static DecoderConfig mixtral(DecoderJson json) {
    json.refuseQuantized();
    json.want("hidden_act", "silu");
    // Its attention has no biases, whatever the file says.
    DecoderConfig config = json.likeLlama(Usual.of(131072, 1_000_000));
    double eps = json.numbers().real("rms_norm_eps", 1e-5, DecoderConfig.LEAST_EPS, 1);
    int window = json.positions().window(DecoderConfig.MOST_POSITIONS);
    return config
        .with(config.attention().with(false, false))
        .with(new Norms(eps, 0))
        .with(config.positions().with(window, layer -> true))
        .with(mixture(json, "num_local_experts", 8, 2, true));
  }

  private static DecoderConfig qwen3(DecoderJson json) {
    json.refuseQuantized();
    json.want("hidden_act", "silu");
    json.refuse(json.json().path("mlp_only_layers").size() > 0, "mlp_only_layers");
    json.refuse(
        json.numbers().whole("decoder_sparse_step", 1, 0, DecoderConfig.MOST_LAYERS) != 1,
        "decoder_sparse_step");
    DecoderConfig config = json.likeLlama(Usual.of(32768, 10000));
    boolean windows = json.numbers().flag("use_sliding_window", false);
    int window = windows ? json.positions().window(4096) : DecoderConfig.MOST_POSITIONS;
    return config
        .with(config.attention().with(HeadNorm.EACH))
        .with(config.positions().with(window, layer -> true))
        .with(mixture(json, "num_experts", 128, 8, json.numbers().flag("norm_topk_prob", false)));
  }

  /** A mixture by the usual keys. */
  static FeedForward mixture(
      DecoderJson json, String key, int experts, int chosen, boolean normed) {
    int has = json.numbers().whole(key, experts, 1, MOST_EXPERTS);
    int takes = json.numbers().whole("num_experts_per_tok", chosen, 1, has);
    return new FeedForward(Activation.SILU, has, takes, normed);
  }
}
