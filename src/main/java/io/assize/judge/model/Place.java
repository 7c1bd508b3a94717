package io.assize.judge.model;

/** The places of a layer's tensors, in the order in which the graph takes them. */
enum Place {
  ATTENTION_NORM("attn_norm.weight"),
  Q("attn_q.weight"),
  K("attn_k.weight"),
  V("attn_v.weight"),
  Q_BIAS("attn_q.bias"),
  K_BIAS("attn_k.bias"),
  V_BIAS("attn_v.bias"),
  Q_NORM("attn_q_norm.weight"),
  K_NORM("attn_k_norm.weight"),
  OUT("attn_output.weight"),
  OUT_BIAS("attn_output.bias"),
  MLP_NORM("ffn_norm.weight"),
  GATE("ffn_gate.weight"),
  UP("ffn_up.weight"),
  DOWN("ffn_down.weight"),
  /** Of what attention gives, before it is added. */
  ATTENTION_POST_NORM("post_attention_norm.weight"),
  /** Of what the feed-forward part gives, likewise. */
  MLP_POST_NORM("post_ffw_norm.weight"),
  SINKS("attn_sinks.weight"),
  ROUTER("ffn_gate_inp.weight"),
  ROUTER_BIAS("ffn_gate_inp.bias"),
  EXPERT_GATE("ffn_gate_exps.weight"),
  EXPERT_UP("ffn_up_exps.weight"),
  EXPERT_GATE_BIAS("ffn_gate_exps.bias"),
  EXPERT_UP_BIAS("ffn_up_exps.bias"),
  EXPERT_DOWN("ffn_down_exps.weight"),
  EXPERT_DOWN_BIAS("ffn_down_exps.bias");

  private final String ggufName;

  Place(String ggufName) {
    this.ggufName = ggufName;
  }

  /** What follows the layer's number in its usual name in GGUF. */
  String ggufName() {
    return ggufName;
  }

  /** A tensor of a layer, by what follows the layer's number in its name. */
  static TensorSpec layer(String name, Dimension... shape) {
    return TensorSpec.inLayer("model.layers.*." + name, "", shape);
  }
}
