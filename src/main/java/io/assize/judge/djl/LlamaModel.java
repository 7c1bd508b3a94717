package io.assize.judge.djl;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.engine.Engine;
import ai.djl.engine.StandardCapabilities;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.pytorch.engine.PtModel;
import ai.djl.pytorch.engine.PtNDArray;
import ai.djl.pytorch.engine.PtNDManager;
import ai.djl.pytorch.engine.PtSymbolBlock;
import ai.djl.pytorch.jni.IValue;
import ai.djl.pytorch.jni.IValueUtils;
import ai.djl.pytorch.jni.JniUtils;
import io.assize.config.UserError;
import java.io.IOException;
import java.io.InputStream;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A Llama decoder on one device: the TorchScript of {@code scripts/model/export_llama.py} with a
 * checkpoint's weights in float32 and a KV cache of {@code slots × length} positions. Used by one
 * thread.
 */
final class LlamaModel implements AutoCloseable {
  static {
    // Before the engine starts: shapes change at every step, so optimised traces would be remade
    // again and again; and DJL shall not report its use over the network.
    System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  private static final String GRAPH = "llama.pt";

  private final int slots;
  private final int length;
  private final Model model;
  private final PtSymbolBlock block;
  private final PtNDManager manager;

  private LlamaModel(int slots, int length, Model model, PtNDManager manager) {
    this.slots = slots;
    this.length = length;
    this.model = model;
    this.block = (PtSymbolBlock) model.getBlock();
    this.manager = manager;
  }

  /**
   * Loads a checkpoint, one layer at a time.
   *
   * @param threads CPU threads, 0 for PyTorch's choice
   */
  static LlamaModel load(Checkpoint checkpoint, Device device, int slots, int length, int threads)
      throws IOException {
    refuseUnusable(device);
    PtModel model = (PtModel) Model.newInstance("assize-llama", device, "PyTorch");
    try (InputStream graph = LlamaModel.class.getResourceAsStream(GRAPH)) {
      model.load(graph, false);
    } catch (MalformedModelException e) {
      throw new IllegalStateException("the decoder's graph cannot be loaded", e);
    }
    if (threads > 0) {
      JniUtils.setNumThreads(threads);
    }
    PtNDManager manager = (PtNDManager) NDManager.newBaseManager(device, "PyTorch");
    LlamaModel llama = new LlamaModel(slots, length, model, manager);
    try {
      llama.takeWeights(checkpoint);
      return llama;
    } catch (IOException | RuntimeException e) {
      llama.close();
      throw e;
    }
  }

  /** Refuses a checkpoint that lacks a tensor or has one of another shape than its config says. */
  static void checkShapes(Checkpoint checkpoint, String where) {
    LlamaConfig c = checkpoint.config();
    long[] embedding = checkpoint.shape("model.embed_tokens.weight");
    long vocabulary = embedding == null ? -1 : embedding[0];
    long[] down = checkpoint.shape(layer(0, "mlp.down_proj"));
    long inner = down == null ? -1 : down[down.length - 1];
    expect(checkpoint, where, "model.embed_tokens.weight", vocabulary, c.hidden());
    expect(checkpoint, where, "model.norm.weight", c.hidden());
    if (!c.tied()) {
      expect(checkpoint, where, "lm_head.weight", vocabulary, c.hidden());
    }
    long q = (long) c.heads() * c.headDim();
    long kv = (long) c.kvHeads() * c.headDim();
    for (int i = 0; i < c.layers(); i++) {
      expect(checkpoint, where, layer(i, "input_layernorm"), c.hidden());
      expect(checkpoint, where, layer(i, "self_attn.q_proj"), q, c.hidden());
      expect(checkpoint, where, layer(i, "self_attn.k_proj"), kv, c.hidden());
      expect(checkpoint, where, layer(i, "self_attn.v_proj"), kv, c.hidden());
      expect(checkpoint, where, layer(i, "self_attn.o_proj"), c.hidden(), q);
      expect(checkpoint, where, layer(i, "post_attention_layernorm"), c.hidden());
      expect(checkpoint, where, layer(i, "mlp.gate_proj"), inner, c.hidden());
      expect(checkpoint, where, layer(i, "mlp.up_proj"), inner, c.hidden());
      expect(checkpoint, where, layer(i, "mlp.down_proj"), c.hidden(), inner);
    }
  }

  /** To be called once by the thread that will use the model. */
  static void prepareThread() {
    JniUtils.setGraphExecutorOptimize(false);
  }

  int length() {
    return length;
  }

  /**
   * Reads tokens into a slot, from position {@code start} on.
   *
   * @return the token that most probably follows
   */
  long prefill(long[] tokens, int slot, int start) {
    try (NDManager step = manager.newSubManager();
        IValue ids = IValue.from((PtNDArray) step.create(tokens));
        IValue at = IValue.from((long) slot);
        IValue from = IValue.from((long) start);
        IValue logits = IValueUtils.runMethod(block, "prefill", ids, at, from)) {
      return best(logits, step)[0];
    }
  }

  /**
   * One step for all slots.
   *
   * @param tokens the last token of each slot, {@code [slots]}
   * @param positions where it stands; below 0 for a free slot, {@code [slots]}
   * @return the tokens that most probably follow, {@code [slots]}; without meaning for a free slot
   */
  long[] decode(long[] tokens, long[] positions) {
    try (NDManager step = manager.newSubManager();
        IValue ids = IValue.from((PtNDArray) step.create(tokens));
        IValue at = IValue.listFrom(positions);
        IValue logits = IValueUtils.runMethod(block, "decode", ids, at)) {
      return best(logits, step);
    }
  }

  @Override
  public void close() {
    model.close();
    manager.close();
  }

  private static long[] best(IValue logits, NDManager step) {
    try (PtNDArray scores = logits.toTensor((PtNDManager) step);
        NDArray best = scores.argMax(-1)) {
      return best.toLongArray();
    }
  }

  private void takeWeights(Checkpoint checkpoint) throws IOException {
    LlamaConfig c = checkpoint.config();
    try (NDManager some = manager.newSubManager()) {
      call(
          "configure",
          List.of(
              IValue.from((long) c.heads()),
              IValue.from((long) c.kvHeads()),
              IValue.from((long) c.headDim()),
              IValue.from((long) slots),
              IValue.from((long) length),
              IValue.from(c.eps()),
              IValue.from((PtNDArray) some.create(c.inverseFrequencies()))));
    }
    String[] ends = {"model.embed_tokens.weight", "model.norm.weight", "lm_head.weight"};
    put("set_ends", checkpoint, c.tied() ? Arrays.copyOf(ends, 2) : ends);
    for (int i = 0; i < c.layers(); i++) {
      put(
          "add_layer",
          checkpoint,
          layer(i, "input_layernorm"),
          layer(i, "self_attn.q_proj"),
          layer(i, "self_attn.k_proj"),
          layer(i, "self_attn.v_proj"),
          layer(i, "self_attn.o_proj"),
          layer(i, "post_attention_layernorm"),
          layer(i, "mlp.gate_proj"),
          layer(i, "mlp.up_proj"),
          layer(i, "mlp.down_proj"));
    }
  }

  /** Hands tensors to the graph, which copies them; the Java side's are freed at once. */
  private void put(String method, Checkpoint checkpoint, String... names) throws IOException {
    try (NDManager some = manager.newSubManager()) {
      List<IValue> arguments = new ArrayList<>();
      for (String name : names) {
        FloatBuffer weights = checkpoint.read(name);
        Shape shape = new Shape(checkpoint.shape(name));
        arguments.add(IValue.from((PtNDArray) some.create(weights, shape)));
      }
      if (method.equals("set_ends") && names.length == 2) {
        arguments.add(IValue.from((PtNDArray) some.create(new float[0])));
      }
      call(method, arguments);
    }
  }

  private void call(String method, List<IValue> arguments) {
    try (IValue done = IValueUtils.runMethod(block, method, arguments.toArray(new IValue[0]))) {
      arguments.forEach(IValue::close);
    }
  }

  private static void refuseUnusable(Device device) {
    if (device.isGpu() && !Engine.getEngine("PyTorch").hasCapability(StandardCapabilities.CUDA)) {
      throw UserError.failure(
          "Spark gave the judge %s, but the PyTorch of this executor is built for CPUs: name one"
              + " built for CUDA in the executor's PYTORCH_LIBRARY_PATH, or ask for no GPU"
              + " (docs/cluster.md)",
          device);
    }
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
  }

  private static String layer(int i, String name) {
    return "model.layers." + i + "." + name + ".weight";
  }
}
