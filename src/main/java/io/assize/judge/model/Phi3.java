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
    String qkv = "blk.*.attn_qkv.weight";
    TensorList tensors =
        TensorList.usual()
            .with(
                Place.Q, Place.layer(QKV, QUERIES, HIDDEN).partOf(all, Dimension.NONE).inGguf(qkv))
            .with(Place.K, Place.layer(QKV, KEYS, HIDDEN).partOf(all, QUERIES).inGguf(qkv))
            .with(Place.V, Place.layer(QKV, KEYS, HIDDEN).partOf(all, queriesAndKeys).inGguf(qkv))
            .with(
                Place.GATE,
                Place.layer(GATE_UP, INNER, HIDDEN)
                    .partOf(both, Dimension.NONE)
                    .inGguf("blk.*.ffn_up.weight"))
            .with(Place.UP, Place.layer(GATE_UP, INNER, HIDDEN).partOf(both, INNER));
    return new DecoderFamily(
            "Phi3ForCausalLM", "phi3-1", tensors.list(""), DecoderFamily.ALL, Phi3::config)
        .thatCameAsCode()
        .inGguf("phi3", Phi3::config);
  }

  private static DecoderConfig config(DecoderGguf gguf) {
    int pairs = (int) (gguf.headDim() * gguf.share()) / 2;
    GgufFile file = gguf.file();
    boolean scaled = file.shape(Rope.LONG_FACTORS) != null;
    gguf.refuse(scaled != (file.shape(Rope.SHORT_FACTORS) != null), "a factor without the other");
    Rope unscaled = new Rope(gguf.theta(), gguf.share(), new RopeScaling.None());
    double amplitude = gguf.real("rope.scaling.attn_factor", 1, 1e-6, 1e6);
    DecoderConfig config =
        gguf.likeLlama(
            scaled
                ? unscaled.with(Rope.factors(file, Rope.SHORT_FACTORS, pairs, amplitude))
                : unscaled);
    Positions positions = config.positions();
    if (scaled) {
      int original =
          gguf.whole("rope.scaling.original_context_length", 1, DecoderConfig.MOST_POSITIONS);
      Rope ofLong = unscaled.with(Rope.factors(file, Rope.LONG_FACTORS, pairs, amplitude));
      positions = positions.with(ofLong, original + 1);
    }
    return config.with(positions.with(gguf.window(), layer -> true));
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
