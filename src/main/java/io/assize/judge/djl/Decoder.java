package io.assize.judge.djl;

import ai.djl.Device;
import ai.djl.MalformedModelException;
import ai.djl.Model;
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
import io.assize.judge.generate.Engine;
import io.assize.judge.model.Checkpoint;
import io.assize.judge.model.DecoderConfig;
import io.assize.judge.model.ModelTensors;
import io.assize.judge.model.Precision;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A decoder on one device: the TorchScript of {@code scripts/model/export_decoder.py} with a
 * checkpoint's weights and a KV cache. Used by one thread.
 */
final class Decoder implements Engine {
  private final Model model;
  private final PtSymbolBlock block;
  private final PtNDManager manager;
  private final Precision precision;
  private final DecoderConfig config;

  /** The head's only row, of a model that scores; null of others. */
  private float[] scoreRow;

  private Decoder(Model model, PtNDManager manager, Precision precision, DecoderConfig config) {
    this.model = model;
    this.precision = precision;
    this.config = config;
    this.block = (PtSymbolBlock) model.getBlock();
    this.manager = manager;
  }

  /**
   * Loads a checkpoint, one layer at a time, in the thread that will use it.
   *
   * @param tensors the checkpoint's, checked
   * @param positions most positions of a sequence
   * @param cacheTokens positions of the whole cache
   * @param threads CPU threads, 0 for PyTorch's choice
   */
  static Decoder load(
      Checkpoint checkpoint,
      ModelTensors tensors,
      Device device,
      Precision precision,
      int positions,
      int cacheTokens,
      int threads)
      throws IOException {
    Model model = Djl.newModel(device);
    NDManager manager = null;
    try {
      if (threads > 0) {
        JniUtils.setNumThreads(threads);
      }
      loadGraph((PtModel) model, resource(checkpoint.architecture().graph(), device));
      manager = NDManager.newBaseManager(device, "PyTorch");
      Decoder decoder = new Decoder(model, (PtNDManager) manager, precision, checkpoint.config());
      new Weights(decoder::call, decoder.manager, tensors).handOver(precision, positions);
      if (checkpoint.architecture().scores()) {
        decoder.scoreRow = ScoreRow.of(checkpoint, tensors, precision);
      }
      decoder.call("allocate", IValue.from((long) cacheTokens));
      JniUtils.setGraphExecutorOptimize(false);
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

  private static void loadGraph(PtModel model, String name) throws IOException {
    try (InputStream graph = Graphs.open(name)) {
      model.load(graph, false);
    } catch (MalformedModelException e) {
      throw new IllegalStateException("the decoder's graph cannot be loaded", e);
    }
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
  public void begin(int slot, int length) {
    if (config.positions().longFrom() > 0) {
      call("begin", IValue.from((long) slot), IValue.from((long) config.positions().kind(length)));
    }
  }

  @Override
  public boolean alike(int length, int other) {
    return config.positions().kind(length) == config.positions().kind(other);
  }

  @Override
  public double logit(double product) {
    double cap = config.scales().capOfLogits();
    return cap > 0 ? cap * Math.tanh(product / cap) : product;
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
    if (scoreRow != null) {
      return Map.of(0L, scoreRow);
    }
    long[] distinct = tokens.stream().mapToLong(Long::longValue).distinct().toArray();
    Map<Long, float[]> rows = new HashMap<>();
    if (distinct.length == 0) {
      return rows;
    }
    try (PtNDManager call = (PtNDManager) manager.newSubManager();
        IValue wanted = IValue.from((PtNDArray) call.create(distinct));
        IValue out = IValueUtils.runMethod(block, "head_rows", wanted)) {
      float[] all = out.toTensor(call).toFloatArray();
      int hidden = all.length / distinct.length;
      for (int i = 0; i < distinct.length; i++) {
        rows.put(distinct[i], Arrays.copyOfRange(all, i * hidden, (i + 1) * hidden));
      }
    }
    return rows;
  }

  /**
   * Operations a second that products reach at best, two for each weight, int8's where the
   * decoder's are, else float32's; for benchmarks.
   */
  double bestProductRate() {
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
    try (NDManager products = manager.newSubManager()) {
      NDArray x = products.ones(new Shape(rows, width));
      NDArray w = products.ones(new Shape(width, outputs));
      long start = System.nanoTime();
      for (int i = 0; i < times; i++) {
        x.matMul(w).close();
      }
      return (System.nanoTime() - start) / 1e9;
    }
  }

  /** Bytes a second that are read from memory at best; for benchmarks. */
  double bestReadRate() {
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
  static final class Logits implements Engine.Logits {
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

  private static String resource(String graph, Device device) {
    boolean x86 = List.of("amd64", "x86_64").contains(System.getProperty("os.arch"));
    return graph + (device.isGpu() || !x86 ? ".pt" : "-onednn.pt");
  }
}
