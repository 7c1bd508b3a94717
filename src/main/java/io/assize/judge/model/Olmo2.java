package io.assize.judge.model;

import static io.assize.judge.model.Dimension.HIDDEN;
import static io.assize.judge.model.Dimension.KEYS;
import static io.assize.judge.model.Dimension.QUERIES;

import io.assize.judge.model.Attention.HeadNorm;
import io.assize.judge.model.DecoderJson.Usual;

/**
 * AllenAI's OLMo 2: norms after the parts of a layer instead of before them, and of all queries or
 * keys at once.
 */
final class Olmo2 {
  private Olmo2() {}

  static Architecture family() {
    TensorList tensors =
        TensorList.usual()
            .without(Place.ATTENTION_NORM, Place.MLP_NORM)
            .with(Place.Q_NORM, Place.layer("self_attn.q_norm.weight", QUERIES))
            .with(Place.K_NORM, Place.layer("self_attn.k_norm.weight", KEYS))
            .with(Place.ATTENTION_POST_NORM, Place.layer("post_attention_layernorm.weight", HIDDEN))
            .with(Place.MLP_POST_NORM, Place.layer("post_feedforward_layernorm.weight", HIDDEN));
    return new DecoderFamily(
            "Olmo2ForCausalLM", "olmo2-1", tensors.list(""), DecoderFamily.FLOATS, Olmo2::config)
        .inGguf("olmo2", Olmo2::config);
  }

  private static DecoderConfig config(DecoderGguf gguf) {
    // OLMo 3 calls itself the same.
    gguf.refuse(gguf.window() < DecoderConfig.MOST_POSITIONS, "a window");
    DecoderConfig config = gguf.likeLlama();
    return config.with(config.attention().with(HeadNorm.ALL));
  }

  private static DecoderConfig config(DecoderJson json) {
    json.refuseQuantized();
    json.want("hidden_act", "silu");
    DecoderConfig config = json.likeLlama(Usual.of(2048, 10000));
    double eps = json.numbers().real("rms_norm_eps", 1e-5, DecoderConfig.LEAST_EPS, 1);
    return config.with(config.attention().with(HeadNorm.ALL)).with(new Norms(eps, 0));
  }
}
