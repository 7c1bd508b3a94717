package io.assize.judge.model;

import io.assize.config.UserError;
import java.util.Arrays;

/** The tensors that a checkpoint must have, by its configuration. */
public final class ModelTensors {
  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final String FINAL_NORM = "model.norm.weight";

  private ModelTensors() {}

  /** Refuses a checkpoint that lacks a tensor or has one of another shape than its config says. */
  public static void check(Checkpoint checkpoint, String where) {
    DecoderConfig c = checkpoint.config();
    long vocabulary = length(checkpoint, EMBEDDING, 0);
    long inner = length(checkpoint, layer(0, "mlp.down_proj.weight"), 1);
    expect(checkpoint, where, EMBEDDING, vocabulary, c.hidden());
    expect(checkpoint, where, FINAL_NORM, c.hidden());
    if (!c.tied()) {
      expect(checkpoint, where, HEAD, vocabulary, c.hidden());
    }
    long q = (long) c.heads() * c.headDim();
    long kv = (long) c.kvHeads() * c.headDim();
    for (int i = 0; i < c.layers(); i++) {
      expect(checkpoint, where, layer(i, "input_layernorm.weight"), c.hidden());
      expect(checkpoint, where, layer(i, "self_attn.q_proj.weight"), q, c.hidden());
      expect(checkpoint, where, layer(i, "self_attn.k_proj.weight"), kv, c.hidden());
      expect(checkpoint, where, layer(i, "self_attn.v_proj.weight"), kv, c.hidden());
      expect(checkpoint, where, layer(i, "self_attn.o_proj.weight"), c.hidden(), q);
      if (c.qkvBias()) {
        expect(checkpoint, where, layer(i, "self_attn.q_proj.bias"), q);
        expect(checkpoint, where, layer(i, "self_attn.k_proj.bias"), kv);
        expect(checkpoint, where, layer(i, "self_attn.v_proj.bias"), kv);
      }
      if (c.outBias()) {
        expect(checkpoint, where, layer(i, "self_attn.o_proj.bias"), c.hidden());
      }
      if (c.qkNorm()) {
        expect(checkpoint, where, layer(i, "self_attn.q_norm.weight"), c.headDim());
        expect(checkpoint, where, layer(i, "self_attn.k_norm.weight"), c.headDim());
      }
      expect(checkpoint, where, layer(i, "post_attention_layernorm.weight"), c.hidden());
      expect(checkpoint, where, layer(i, "mlp.gate_proj.weight"), inner, c.hidden());
      expect(checkpoint, where, layer(i, "mlp.up_proj.weight"), inner, c.hidden());
      expect(checkpoint, where, layer(i, "mlp.down_proj.weight"), c.hidden(), inner);
    }
  }

  /** Bytes that the weights take on the device; {@link #check} has passed. */
  public static long weightBytes(Checkpoint checkpoint, Precision precision) {
    long[] embedding = checkpoint.shape(EMBEDDING);
    // A tied head is packed apart in all precisions but float32.
    int ends = checkpoint.config().tied() && precision == Precision.FP32 ? 1 : 2;
    return layerWeights(checkpoint) * precision.weightBytes()
        + ends * embedding[0] * embedding[1] * precision.endBytes();
  }

  /** Weights of all layers' matrices. */
  public static long layerWeights(Checkpoint checkpoint) {
    DecoderConfig c = checkpoint.config();
    long inner = checkpoint.shape(layer(0, "mlp.down_proj.weight"))[1];
    long heads = 2L * (c.heads() + c.kvHeads()) * c.headDim();
    return (long) c.layers() * c.hidden() * (heads + 3 * inner);
  }

  /** A dimension that only the tensor itself tells; 1 where it has none. */
  private static long length(Checkpoint checkpoint, String name, int dimension) {
    long[] shape = checkpoint.shape(name);
    return shape == null || shape.length != 2 ? 1 : Math.max(1, shape[dimension]);
  }

  private static void expect(Checkpoint checkpoint, String where, String name, long... shape) {
    long[] found = checkpoint.shape(name);
    if (found == null) {
      throw UserError.configuration("model %s lacks the tensor %s", where, name);
    }
    if (!Arrays.equals(found, shape)) {
      throw UserError.configuration(
          "model %s: tensor %s has shape %s where its configuration says %s",
          where, name, Arrays.toString(found), Arrays.toString(shape));
    }
    boolean whole = !name.equals(EMBEDDING) && !name.equals(HEAD);
    if (whole && Shapes.count(shape) > Floats.MOST) {
      throw UserError.configuration(
          "model %s: tensor %s of shape %s is larger than the judge can load",
          where, name, Arrays.toString(shape));
    }
  }

  private static String layer(int i, String name) {
    return "model.layers." + i + "." + name;
  }
}
