package io.assize.judge.model;

import static io.assize.judge.model.Dimension.HEAD;
import static io.assize.judge.model.Dimension.HIDDEN;
import static io.assize.judge.model.Dimension.INNER;
import static io.assize.judge.model.Dimension.KEYS;
import static io.assize.judge.model.Dimension.QUERIES;

import io.assize.judge.model.TensorSpec.Role;

/**
 * The places of a layer's tensors, in the order in which the graph takes them, each with the tensor
 * that stands there in most families.
 */
enum Place {
  ATTENTION_NORM(layer("input_layernorm.weight", HIDDEN)),
  Q(layer("self_attn.q_proj.weight", QUERIES, HIDDEN)),
  K(layer("self_attn.k_proj.weight", KEYS, HIDDEN)),
  V(layer("self_attn.v_proj.weight", KEYS, HIDDEN)),
  Q_BIAS(layer("self_attn.q_proj.bias", QUERIES).when(DecoderConfig::qkvBias)),
  K_BIAS(layer("self_attn.k_proj.bias", KEYS).when(DecoderConfig::qkvBias)),
  V_BIAS(layer("self_attn.v_proj.bias", KEYS).when(DecoderConfig::qkvBias)),
  Q_NORM(layer("self_attn.q_norm.weight", HEAD).when(DecoderConfig::qkNorm)),
  K_NORM(layer("self_attn.k_norm.weight", HEAD).when(DecoderConfig::qkNorm)),
  OUT(layer("self_attn.o_proj.weight", HIDDEN, QUERIES)),
  OUT_BIAS(layer("self_attn.o_proj.bias", HIDDEN).when(DecoderConfig::outBias)),
  MLP_NORM(layer("post_attention_layernorm.weight", HIDDEN)),
  GATE(layer("mlp.gate_proj.weight", INNER, HIDDEN)),
  UP(layer("mlp.up_proj.weight", INNER, HIDDEN)),
  DOWN(layer("mlp.down_proj.weight", HIDDEN, INNER).as(Role.LAYER_DOWN)),
  /** Of what attention gives, before it is added. */
  ATTENTION_POST_NORM(TensorSpec.none(Role.LAYER)),
  /** Of what the feed-forward part gives, likewise. */
  MLP_POST_NORM(TensorSpec.none(Role.LAYER)),
  SINKS(TensorSpec.none(Role.LAYER)),
  ROUTER(TensorSpec.none(Role.LAYER)),
  ROUTER_BIAS(TensorSpec.none(Role.LAYER)),
  EXPERT_GATE(TensorSpec.none(Role.EXPERT)),
  EXPERT_UP(TensorSpec.none(Role.EXPERT)),
  EXPERT_GATE_BIAS(TensorSpec.none(Role.EXPERT)),
  EXPERT_UP_BIAS(TensorSpec.none(Role.EXPERT)),
  EXPERT_DOWN(TensorSpec.none(Role.EXPERT)),
  EXPERT_DOWN_BIAS(TensorSpec.none(Role.EXPERT));

  private final TensorSpec usual;

  Place(TensorSpec usual) {
    this.usual = usual;
  }

  /** The tensor that stands there in most families. */
  TensorSpec usual() {
    return usual;
  }

  /** A tensor of a layer, by what follows the layer's number in its name. */
  static TensorSpec layer(String name, Dimension... shape) {
    return TensorSpec.inLayer("model.layers.*." + name, "", shape);
  }
}
