package io.assize.judge.model;

import static io.assize.judge.model.Dimension.EXPERTS;
import static io.assize.judge.model.Dimension.HIDDEN;
import static io.assize.judge.model.Dimension.INNER;

import io.assize.judge.model.Attention.Scores;
import io.assize.judge.model.DecoderJson.Usual;
import io.assize.judge.model.FeedForward.Activation;
import io.assize.judge.model.RopeScaling.Yarn;
import io.assize.judge.model.TensorSpec.Role;

/**
 * OpenAI's gpt-oss: a mixture whose experts have biases and bounded gates, sinks of attention, and
 * a window in every other layer. Its experts lie in one tensor for each kind ({@link
 * StackedExperts}), as published in blocks of four bits ({@link BlockPacking}).
 */
final class GptOss {
  /** What the graph bounds gates by. */
  private static final double LIMIT = 7;

  private GptOss() {}

  static Architecture family() {
    return new DecoderFamily(
            "GptOssForCausalLM",
            "gpt-oss-1",
            tensors().list(""),
            DecoderFamily.WIDE,
            GptOss::config)
        .withStackedExperts()
        .inGguf("gpt-oss", GptOss::config);
  }

  private static DecoderConfig config(DecoderGguf gguf) {
    gguf.refuse(
        !gguf.file().text("gpt-oss.rope.scaling.type", "none").equals("yarn"),
        "rotary scaling other than yarn");
    double factor = gguf.real("rope.scaling.factor", 1, 1, 1e6);
    int original =
        gguf.whole("rope.scaling.original_context_length", 1, DecoderConfig.MOST_POSITIONS);
    Yarn yarn =
        new Yarn(
            factor,
            0.1 * Math.log(factor) + 1,
            gguf.real("rope.scaling.yarn_beta_fast", 32, 1e-6, 1e6),
            gguf.real("rope.scaling.yarn_beta_slow", 1, 1e-6, 1e6),
            original,
            false);
    DecoderConfig config = gguf.likeLlama(new Rope(gguf.theta(), 1, yarn));
    return config
        .with(config.positions().with(gguf.window(), layer -> layer % 2 == 0))
        .with(config.attention().with(new Scores(config.attention().scores().scale(), 0, true)))
        .with(gguf.mixture(Activation.CLAMPED));
  }

  private static TensorList tensors() {
    return TensorList.usual()
        .without(Place.GATE, Place.UP, Place.DOWN)
        .with(
            Place.MLP_NORM,
            Place.layer("post_attention_layernorm.weight", HIDDEN)
                .inGguf("blk.*.post_attention_norm.weight"))
        .with(Place.SINKS, Place.layer("self_attn.sinks", sizes -> sizes.config().heads()))
        .with(Place.ROUTER, Place.layer("mlp.router.weight", EXPERTS, HIDDEN))
        .with(Place.ROUTER_BIAS, Place.layer("mlp.router.bias", EXPERTS))
        .with(Place.EXPERT_GATE, expert("gate_proj.weight", INNER, HIDDEN))
        .with(Place.EXPERT_UP, expert("up_proj.weight", INNER, HIDDEN))
        .with(Place.EXPERT_GATE_BIAS, expert("gate_proj.bias", INNER))
        .with(Place.EXPERT_UP_BIAS, expert("up_proj.bias", INNER))
        .with(Place.EXPERT_DOWN, expert("down_proj.weight", HIDDEN, INNER).as(Role.EXPERT_DOWN))
        .with(Place.EXPERT_DOWN_BIAS, expert("down_proj.bias", HIDDEN));
  }

  private static TensorSpec expert(String name, Dimension... shape) {
    return Place.layer("mlp.experts.#." + name, shape).as(Role.EXPERT);
  }

  private static DecoderConfig config(DecoderJson json) {
    json.refuseQuantized();
    json.want("hidden_act", "silu");
    json.refuse(json.numbers().real("swiglu_limit", LIMIT, 0, 1e9) != LIMIT, "swiglu_limit");
    DecoderConfig config = json.likeLlama(new Usual(36, 2880, 64, 8, 64, 131072, 150_000, false));
    double eps = json.numbers().real("rms_norm_eps", 1e-5, DecoderConfig.LEAST_EPS, 1);
    Positions positions =
        config
            .positions()
            .with(
                json.positions().window(128),
                json.positions().windowed(config.layers(), layer -> layer % 2 == 0));
    // Its attention has biases, whatever the file says.
    return config
        .with(new Norms(eps, 0))
        .with(positions)
        .with(
            config
                .attention()
                .with(true, true)
                .with(new Scores(1 / Math.sqrt(config.headDim()), 0, true)))
        .with(mixture(json));
  }

  private static FeedForward mixture(DecoderJson json) {
    FeedForward usual = Mixtures.mixture(json, "num_local_experts", 128, 4, true);
    return new FeedForward(Activation.CLAMPED, usual.experts(), usual.chosen(), usual.normed());
  }
}
