package io.assize.judge.model;

/** The places of a layer's tensors, in the order in which the graph takes them. */
enum Place {
  ATTENTION_NORM,
  Q,
  K,
  V,
  Q_BIAS,
  K_BIAS,
  V_BIAS,
  Q_NORM,
  K_NORM,
  OUT,
  OUT_BIAS,
  MLP_NORM,
  GATE,
  UP,
  DOWN,
  /** Of what attention gives, before it is added. */
  ATTENTION_POST_NORM,
  /** Of what the feed-forward part gives, likewise. */
  MLP_POST_NORM,
  SINKS,
  ROUTER,
  ROUTER_BIAS,
  EXPERT_GATE,
  EXPERT_UP,
  EXPERT_GATE_BIAS,
  EXPERT_UP_BIAS,
  EXPERT_DOWN,
  EXPERT_DOWN_BIAS;

  /** A tensor of a layer, by what follows the layer's number in its name. */
  static TensorSpec layer(String name, Dimension... shape) {
    return TensorSpec.inLayer("model.layers.*." + name, "", shape);
  }
}
