package io.assize.judge.model;

import static io.assize.judge.model.Dimension.HIDDEN;
import static io.assize.judge.model.Dimension.INNER;
import static io.assize.judge.model.Dimension.KEYS;
import static io.assize.judge.model.Dimension.QUERIES;

import io.assize.judge.model.DecoderJson.Usual;

/**
 * Microsoft's Phi-3, 3.5 and 4 (and 4 mini): Llama with q, k and v in one matrix, gate and up in
 * another; longrope, and heads of which only a part is turned.
 */
final class Phi3 {
  private static final String QKV = "self_attn.qkv_proj.weight";
  private static final String GATE_UP = "mlp.gate_up_proj.weight";

  private Phi3() {}

  static Architecture family() {
    Dimension queriesAndKeys = Dimension.sum(QUERIES, KEYS);
    Dimension all = Dimension.sum(queriesAndKeys, KEYS);
    Dimension both = Dimension.sum(INNER, INNER);
    TensorList tensors =
        TensorList.usual()
            .with(Place.Q, Place.layer(QKV, QUERIES, HIDDEN).partOf(all, Dimension.NONE))
            .with(Place.K, Place.layer(QKV, KEYS, HIDDEN).partOf(all, QUERIES))
            .with(Place.V, Place.layer(QKV, KEYS, HIDDEN).partOf(all, queriesAndKeys))
            .with(Place.GATE, Place.layer(GATE_UP, INNER, HIDDEN).partOf(both, Dimension.NONE))
            .with(Place.UP, Place.layer(GATE_UP, INNER, HIDDEN).partOf(both, INNER));
    return new DecoderFamily(
        "Phi3ForCausalLM", "phi3-1", tensors.list(""), DecoderFamily.ALL, Phi3::config)
        .thatCameAsCode();
  }

  private static DecoderConfig config(DecoderJson json) {
    json.refuseQuantized();
    json.want("hidden_act", "silu");
    DecoderConfig config = json.likeLlama(Usual.of(4096, 10000));
    // Its attention has no biases, whatever the file says.
    Attention attention = config.attention().with(false, false);
    double eps = json.numbers().real("rms_norm_eps", 1e-5, DecoderConfig.LEAST_EPS, 1);
    int window = json.positions().window(DecoderConfig.MOST_POSITIONS);
    return config
        .with(attention)
        .with(new Norms(eps, 0))
        .with(config.positions().with(window, layer -> true));
  }
}
