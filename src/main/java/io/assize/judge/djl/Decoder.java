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
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A decoder of the Llama family on one device: the TorchScript of {@code
 * scripts/model/export_decoder.py} with a checkpoint's weights and a KV cache. Used by one thread.
 */
final class Decoder implements BatchDecoder {
  static {
    // Before the engine starts: shapes change at every step, so optimised traces would be remade
    // again and again; and DJL shall not report its use over the network.
    System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
    System.setProperty("OPT_OUT_TRACKING", "true");
  }

  /** Numbers of the embedding or the head that go over at a time. */
  private static final long BLOCK = 1L << 24;

  private static final String EMBEDDING = "model.embed_tokens.weight";
  private static final String HEAD = "lm_head.weight";
  private static final String FINAL_NORM = "model.norm.weight";

  private final Model model;
  private final PtSymbolBlock block;
  private final PtNDManager manager;
  private final Precision precision;

  private Decoder(Model model, PtNDManager manager, Precision precision) {
    this.model = model;
    this.precision = precision;
    this.block = (PtSymbolBlock) model.getBlock();
    this.manager = manager;
  }

  /**
   * Loads a checkpoint, one layer at a time.
   *
   * @param positions most positions of a sequence
   * @param cacheTokens positions of the whole cache
   * @param threads CPU threads, 0 for PyTorch's choice
   */
  static Decoder load(
      Checkpoint checkpoint,
      Device device,
      Precision precision,
      int positions,
      int cacheTokens,
      int threads)
      throws IOException {
    Model model = Model.newInstance("assize-decoder", device, "PyTorch");
    NDManager manager = null;
    try {
      if (threads > 0) {
        JniUtils.setNumThreads(threads);
      }
      loadGraph((PtModel) model, device);
      manager = NDManager.newBaseManager(device, "PyTorch");
      Decoder decoder = new Decoder(model, (PtNDManager) manager, precision);
      decoder.takeWeights(checkpoint, precision, positions);
      decoder.call("allocate", IValue.from((long) cacheTokens));
      return decoder;
    } catch (Throwable e) {
      // Also where memory ran out: the next try shall have it.
      model.close();
      if (manager != null) {
        manager.close();
      }
      throw e;
    }
  }

  private static void loadGraph(PtModel model, Device device) throws IOException {
    try (InputStream graph = Graphs.open(graph(device))) {
      model.load(graph, false);
    } catch (MalformedModelException e) {
      throw new IllegalStateException("the decoder's graph cannot be loaded", e);
    }
  }

  /** Refuses a checkpoint that lacks a tensor or has one of another shape than its config says. */
  static void checkShapes(Checkpoint checkpoint, String where) {
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

  /** Bytes that the weights take on the device; {@link #checkShapes} has passed. */
  static long weightBytes(Checkpoint checkpoint, Precision precision) {
    long[] embedding = checkpoint.shape(EMBEDDING);
    // A tied head is packed apart in all precisions but float32.
    int ends = checkpoint.config().tied() && precision == Precision.FP32 ? 1 : 2;
    return layerWeights(checkpoint) * precision.weightBytes()
        + ends * embedding[0] * embedding[1] * precision.endBytes();
  }

  /** Weights of all layers' matrices. */
  static long layerWeights(Checkpoint checkpoint) {
    DecoderConfig c = checkpoint.config();
    long inner = checkpoint.shape(layer(0, "mlp.down_proj.weight"))[1];
    long heads = 2L * (c.heads() + c.kvHeads()) * c.headDim();
    return (long) c.layers() * c.hidden() * (heads + 3 * inner);
  }

  /** To be called once by the thread that will use the model. */
  static void prepareThread() {
    JniUtils.setGraphExecutorOptimize(false);
  }

  /** Divides the cache into slots; what was in it is void. */
  void arrange(int slots, int length) {
    call("arrange", IValue.from((long) slots), IValue.from((long) length));
  }

  @Override
  public void rearrange(int slots, int length, long[] kept, long[] counts) {
    if (kept.length == 0) {
      arrange(slots, length);
    } else {
      call(
          "rearrange",
          IValue.from((long) slots),
          IValue.from((long) length),
          IValue.listFrom(kept),
          IValue.listFrom(counts));
    }
  }

  @Override
  public void copy(int source, int target, int count) {
    call("copy", IValue.from((long) source), IValue.from((long) target), IValue.from((long) count));
  }

  @Override
  public Logits step(
      long[] tokens,
      long[] positions,
      int decode,
      long[] runs,
      long[] asked,
      long[] fine,
      boolean exact) {
    PtNDManager step = (PtNDManager) manager.newSubManager();
    try (IValue ids = IValue.from((PtNDArray) step.create(tokens));
        IValue at = IValue.from((PtNDArray) step.create(positions));
        IValue first = IValue.from((long) decode);
        IValue runList = IValue.listFrom(runs);
        IValue rows = IValue.from((PtNDArray) step.create(asked));
        IValue fineRows = IValue.from((PtNDArray) step.create(fine, new Shape(fine.length)));
        IValue slotwise = IValue.from(exact);
        IValue out =
            IValueUtils.runMethod(
                block, "step", ids, at, first, runList, rows, fineRows, slotwise)) {
      PtNDArray[] tensors = out.toTensorArray(step);
      // PyTorch's largest of a row that has a NaN is the NaN.
      float[] largest = tensors[1].gather(tensors[0].reshape(-1, 1), 1).toFloatArray();
      return new Logits(step, tensors[0].toLongArray(), largest, tensors[1], tensors[2]);
    } catch (Throwable e) {
      step.close();
      throw e;
    }
  }

  @Override
  public Map<Long, float[]> headRows(Collection<Long> tokens) {
    long[] distinct = tokens.stream().mapToLong(Long::longValue).distinct().toArray();
    Map<Long, float[]> rows = new HashMap<>();
    if (distinct.length == 0) {
      return rows;
    }
    try (PtNDManager some = (PtNDManager) manager.newSubManager();
        IValue wanted = IValue.from((PtNDArray) some.create(distinct));
        IValue out = IValueUtils.runMethod(block, "head_rows", wanted)) {
      float[] all = out.toTensor(some).toFloatArray();
      int hidden = all.length / distinct.length;
      for (int i = 0; i < distinct.length; i++) {
        rows.put(distinct[i], Arrays.copyOfRange(all, i * hidden, (i + 1) * hidden));
      }
    }
    return rows;
  }

  @Override
  public double bestProductRate() {
    long rows = 512;
    long width = 1536;
    long outputs = 1536;
    int times = 10;
    double best = 0;
    for (int i = 0; i < 8; i++) {
      double seconds =
          precision == Precision.INT8
              ? int8Products(rows, width, outputs, times)
              : floatProducts(rows, width, outputs, times);
      best = Math.max(best, 2.0 * rows * width * outputs * times / seconds);
    }
    return best;
  }

  /** Seconds. */
  private double int8Products(long rows, long width, long outputs, int times) {
    long start = System.nanoTime();
    call(
        "probe_products",
        IValue.from(rows),
        IValue.from(width),
        IValue.from(outputs),
        IValue.from((long) times));
    return (System.nanoTime() - start) / 1e9;
  }

  /** Seconds, in float32. */
  private double floatProducts(long rows, long width, long outputs, int times) {
    try (NDManager some = manager.newSubManager()) {
      NDArray x = some.ones(new Shape(rows, width));
      NDArray w = some.ones(new Shape(width, outputs));
      long start = System.nanoTime();
      for (int i = 0; i < times; i++) {
        x.matMul(w).close();
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  @Override
  public double bestReadRate() {
    long numbers = 1L << 27;
    double best = 0;
    for (int i = 0; i < 5; i++) {
      long start = System.nanoTime();
      call("probe_reads", IValue.from(numbers), IValue.from(4L));
      double seconds = (System.nanoTime() - start) / 1e9;
      best = Math.max(best, 4.0 * 4 * numbers / seconds);
    }
    return best;
  }

  /** A step's tensors. */
  static final class Logits implements BatchDecoder.Logits {
    private final NDManager manager;
    private final long[] best;
    private final float[] bestLogits;
    private final NDArray scores;
    private final NDArray states;

    private Logits(
        NDManager manager, long[] best, float[] bestLogits, NDArray scores, NDArray states) {
      this.manager = manager;
      this.best = best;
      this.bestLogits = bestLogits;
      this.scores = scores;
      this.states = states;
    }

    @Override
    public long best(int i) {
      return best[i];
    }

    @Override
    public float bestLogit(int i) {
      return bestLogits[i];
    }

    @Override
    public float[] row(int i) {
      try (NDArray row = scores.get(i)) {
        return row.toFloatArray();
      }
    }

    @Override
    public float[] state(int i) {
      try (NDArray row = states.get(i)) {
        return row.toFloatArray();
      }
    }

    @Override
    public void close() {
      manager.close();
    }
  }

  @Override
  public void close() {
    model.close();
    manager.close();
  }

  private void takeWeights(Checkpoint checkpoint, Precision precision, int positions)
      throws IOException {
    DecoderConfig c = checkpoint.config();
    try (NDManager some = manager.newSubManager()) {
      call(
          "configure",
          IValue.from((long) precision.code()),
          IValue.from((long) c.heads()),
          IValue.from((long) c.kvHeads()),
          IValue.from((long) c.headDim()),
          IValue.from(c.eps()),
          IValue.from((PtNDArray) some.create(c.rope().inverseFrequencies(c.headDim()))),
          IValue.from((long) positions));
    }
    try (NDManager some = manager.newSubManager()) {
      call("set_final_norm", IValue.from(array(some, checkpoint, FINAL_NORM)));
    }
    putRows(checkpoint, EMBEDDING, true, c.tied());
    if (!c.tied()) {
      putRows(checkpoint, HEAD, false, true);
    }
    call("set_ends");
    for (int i = 0; i < c.layers(); i++) {
      putLayer(checkpoint, i);
    }
  }

  private void putLayer(Checkpoint checkpoint, int i) throws IOException {
    DecoderConfig c = checkpoint.config();
    try (NDManager some = manager.newSubManager()) {
      PtNDArray none = (PtNDArray) some.create(new Shape(0));
      List<PtNDArray> tensors = new ArrayList<>();
      for (String name :
          List.of(
              "input_layernorm.weight",
              "self_attn.q_proj.weight",
              "self_attn.k_proj.weight",
              "self_attn.v_proj.weight",
              "self_attn.q_proj.bias",
              "self_attn.k_proj.bias",
              "self_attn.v_proj.bias",
              "self_attn.q_norm.weight",
              "self_attn.k_norm.weight",
              "self_attn.o_proj.weight",
              "self_attn.o_proj.bias",
              "post_attention_layernorm.weight",
              "mlp.gate_proj.weight",
              "mlp.up_proj.weight",
              "mlp.down_proj.weight")) {
        boolean absent =
            (name.endsWith("_norm.weight") && !c.qkNorm())
                || (name.equals("self_attn.o_proj.bias")
                    ? !c.outBias()
                    : name.endsWith(".bias") && !c.qkvBias());
        tensors.add(absent ? none : array(some, checkpoint, layer(i, name)));
      }
      call("add_layer", IValue.listFrom(tensors.toArray(new PtNDArray[0])));
    }
  }

  /** Hands over a matrix in blocks of rows, so that neither side ever holds a second whole one. */
  private void putRows(Checkpoint checkpoint, String name, boolean embedding, boolean head)
      throws IOException {
    long[] shape = checkpoint.shape(name);
    int step = (int) Math.max(1, BLOCK / shape[1]);
    for (long from = 0; from < shape[0]; from += step) {
      int rows = (int) Math.min(step, shape[0] - from);
      try (NDManager some = manager.newSubManager()) {
        FloatBuffer weights = checkpoint.read(name, from, rows);
        call(
            "add_rows",
            IValue.from((PtNDArray) some.create(weights, new Shape(rows, shape[1]))),
            IValue.from(embedding),
            IValue.from(head));
      }
    }
  }

  private static PtNDArray array(NDManager some, Checkpoint checkpoint, String name)
      throws IOException {
    long[] shape = checkpoint.shape(name);
    return (PtNDArray) some.create(checkpoint.read(name, 0, shape[0]), new Shape(shape));
  }

  /** Calls a method of the graph and frees its arguments. */
  private void call(String method, IValue... arguments) {
    try {
      IValueUtils.runMethod(block, method, arguments).close();
    } finally {
      for (IValue argument : arguments) {
        argument.close();
      }
    }
  }

  private static String graph(Device device) {
    boolean x86 = List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
    return device.isGpu() || !x86 ? "decoder.pt" : "decoder-onednn.pt";
  }

  /** Refuses a device that this PyTorch cannot use. */
  static void refuseUnusable(Device device) {
    if (device.isGpu() && !Engine.getEngine("PyTorch").hasCapability(StandardCapabilities.CUDA)) {
      throw UserError.failure(
          "Spark gave the judge %s, but the PyTorch of this executor is built for CPUs: name one"
              + " built for CUDA in the executor's PYTORCH_LIBRARY_PATH, or ask for no GPU"
              + " (docs/cluster.md)",
          device);
    }
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
