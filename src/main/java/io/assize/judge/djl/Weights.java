package io.assize.judge.djl;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.jni.IValue;
import io.assize.judge.model.Attention;
import io.assize.judge.model.DecoderConfig;
import io.assize.judge.model.FeedForward;
import io.assize.judge.model.ModelTensors;
import io.assize.judge.model.Positions;
import io.assize.judge.model.Precision;
import io.assize.judge.model.Rope;
import io.assize.judge.model.Tensor;
import io.assize.judge.model.TensorSpec.Role;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Hands a checkpoint's configuration and weights over to the decoder's graph, layer by layer. */
final class Weights {
  /** Numbers of the embedding or the head that go over at a time. */
  private static final long BLOCK = 1L << 24;

  private final Graph graph;
  private final PtNDManager manager;
  private final ModelTensors tensors;

  /** Calls a method of the graph and frees its arguments. */
  @FunctionalInterface
  interface Graph {
    void call(String method, IValue... arguments);
  }

  Weights(Graph graph, PtNDManager manager, ModelTensors tensors) {
    this.graph = graph;
    this.manager = manager;
    this.tensors = tensors;
  }

  /**
   * Hands over all.
   *
   * @param positions most positions of a sequence
   */
  void handOver(Precision precision, int positions) throws IOException {
    DecoderConfig config = tensors.sizes().config();
    configure(config, precision, positions);
    try (NDManager arguments = manager.newSubManager()) {
      graph.call("set_final_norm", IValue.from(array(arguments, tensors.only(Role.FINAL_NORM))));
    }
    Tensor head = tensors.only(Role.HEAD);
    putRows(tensors.only(Role.EMBEDDING), true, !tensors.has(head));
    if (tensors.has(head)) {
      putRows(head, false, true);
    }
    graph.call("set_ends");
    for (int layer = 0; layer < config.layers(); layer++) {
      put("add_layer", tensors.layer(layer));
      for (int expert = 0; expert < tensors.experts(); expert++) {
        put("add_expert", tensors.expert(layer, expert));
      }
    }
  }

  private void configure(DecoderConfig config, Precision precision, int positions) {
    try (NDManager arguments = manager.newSubManager()) {
      graph.call(
          "configure",
          IValue.stringIValueMapFrom(sizes(config, precision)),
          IValue.stringIValueMapFrom(numbers(config)),
          IValue.stringIValueMapFrom(layers(config.positions())),
          IValue.from(rotations(arguments, config)),
          IValue.from((long) positions));
    }
  }

  private static Map<String, IValue> sizes(DecoderConfig config, Precision precision) {
    Attention attention = config.attention();
    Positions positions = config.positions();
    FeedForward mlp = config.feedForward();
    Map<String, IValue> sizes = new LinkedHashMap<>();
    sizes.put("precision", IValue.from((long) precision.code()));
    sizes.put("heads", IValue.from((long) attention.heads()));
    sizes.put("kv_heads", IValue.from((long) attention.kvHeads()));
    sizes.put("head_dim", IValue.from((long) attention.headDim()));
    int rotated = positions.ropes().get(0).rotated(attention.headDim());
    sizes.put("rotated_dim", IValue.from((long) rotated));
    sizes.put("sinks", IValue.from(attention.scores().sinks() ? 1L : 0L));
    sizes.put("window", IValue.from((long) positions.window()));
    sizes.put("varying", IValue.from(positions.longFrom() > 0 ? 1L : 0L));
    sizes.put("activation", IValue.from((long) mlp.activation().code()));
    sizes.put("experts", IValue.from((long) mlp.experts()));
    sizes.put("chosen", IValue.from((long) mlp.chosen()));
    sizes.put("normed", IValue.from(mlp.normed() ? 1L : 0L));
    return sizes;
  }

  private static Map<String, IValue> numbers(DecoderConfig config) {
    Map<String, IValue> numbers = new LinkedHashMap<>();
    numbers.put("eps", IValue.from(config.norms().eps()));
    numbers.put("norm_offset", IValue.from(config.norms().offset()));
    numbers.put("scale_of_scores", IValue.from(config.attention().scores().scale()));
    numbers.put("cap_of_scores", IValue.from(config.attention().scores().cap()));
    numbers.put("scale_of_embedding", IValue.from(config.scales().embedding()));
    numbers.put("scale_of_parts", IValue.from(config.scales().parts()));
    numbers.put("scale_of_logits", IValue.from(config.scales().logits()));
    numbers.put("cap_of_logits", IValue.from(config.scales().capOfLogits()));
    return numbers;
  }

  private static Map<String, IValue> layers(Positions positions) {
    Map<String, IValue> layers = new LinkedHashMap<>();
    layers.put(
        "rotation",
        IValue.listFrom(positions.ropeOf().stream().mapToLong(Integer::longValue).toArray()));
    layers.put(
        "windowed",
        IValue.listFrom(positions.windowed().stream().mapToLong(has -> has ? 1 : 0).toArray()));
    return layers;
  }

  /** {@code [ropes, 2, headDim / 2]}: frequencies and amplitudes. */
  private static PtNDArray rotations(NDManager owner, DecoderConfig config) {
    List<Rope> ropes = config.positions().ropes();
    int pairs = config.headDim() / 2;
    float[] numbers = new float[ropes.size() * 2 * pairs];
    for (int i = 0; i < ropes.size(); i++) {
      Rope rope = ropes.get(i);
      System.arraycopy(rope.inverseFrequencies(config.headDim()), 0, numbers, 2 * i * pairs, pairs);
      System.arraycopy(rope.amplitudes(config.headDim()), 0, numbers, (2 * i + 1) * pairs, pairs);
    }
    return (PtNDArray) owner.create(numbers, new Shape(ropes.size(), 2, pairs));
  }

  /** Hands over tensors in their order, an empty one for what the model lacks. */
  private void put(String method, List<Tensor> list) throws IOException {
    try (NDManager owner = manager.newSubManager()) {
      PtNDArray none = (PtNDArray) owner.create(new Shape(0));
      List<PtNDArray> arrays = new ArrayList<>();
      for (Tensor tensor : list) {
        arrays.add(tensors.has(tensor) ? array(owner, tensor) : none);
      }
      graph.call(method, IValue.listFrom(arrays.toArray(new PtNDArray[0])));
    }
  }

  /** Hands over a matrix in blocks of rows, so that neither side ever holds a second whole one. */
  private void putRows(Tensor tensor, boolean embedding, boolean head) throws IOException {
    long[] shape = tensors.shape(tensor);
    int most = (int) Math.max(1, BLOCK / shape[1]);
    for (long from = 0; from < shape[0]; from += most) {
      int rows = (int) Math.min(most, shape[0] - from);
      try (NDManager block = manager.newSubManager()) {
        FloatBuffer weights = tensors.read(tensor, from, rows);
        graph.call(
            "add_rows",
            IValue.from((PtNDArray) block.create(weights, new Shape(rows, shape[1]))),
            IValue.from(embedding),
            IValue.from(head));
      }
    }
  }

  private PtNDArray array(NDManager owner, Tensor tensor) throws IOException {
    return (PtNDArray) owner.create(tensors.read(tensor), new Shape(tensors.shape(tensor)));
  }
}
