package io.assize.judge.model;

import io.assize.config.UserError;
import io.assize.judge.model.TensorSpec.Role;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.List;

/** A checkpoint's tensors, by the list of its family. */
public final class ModelTensors {
  private final Checkpoint checkpoint;
  private final DecoderConfig config;
  private final List<TensorSpec> specs;
  private final ModelSizes sizes;

  private ModelTensors(Checkpoint checkpoint) {
    this.checkpoint = checkpoint;
    this.config = checkpoint.config();
    this.specs = checkpoint.architecture().tensors();
    this.sizes = new ModelSizes(config, told(only(Role.EMBEDDING), 0), told(tellingInner(), 1));
  }

  /**
   * A checkpoint's tensors, checked.
   *
   * @param where names the model in errors
   * @throws UserError where one is lacking or has another shape than the configuration says
   */
  public static ModelTensors of(Checkpoint checkpoint, String where) {
    ModelTensors tensors = new ModelTensors(checkpoint);
    for (TensorSpec spec : tensors.specs) {
      if (!spec.role().inLayer() && !spec.role().inExpert()) {
        tensors.check(new Tensor(spec, 0), where);
      }
    }
    for (int layer = 0; layer < tensors.config.layers(); layer++) {
      for (Tensor tensor : tensors.layer(layer)) {
        tensors.check(tensor, where);
      }
      for (int expert = 0; expert < tensors.experts(); expert++) {
        for (Tensor tensor : tensors.expert(layer, expert)) {
          tensors.check(tensor, where);
        }
      }
    }
    return tensors;
  }

  /** The only tensor of a role, in the model or in its first layer. */
  public Tensor only(Role role) {
    return specs.stream()
        .filter(spec -> spec.role() == role)
        .map(spec -> new Tensor(spec, 0))
        .findFirst()
        .orElseThrow();
  }

  /** A layer's tensors in the order in which the graph takes them, those it lacks among them. */
  public List<Tensor> layer(int layer) {
    return specs.stream()
        .filter(spec -> spec.role().inLayer())
        .map(spec -> new Tensor(spec, layer))
        .toList();
  }

  /** How many experts a layer has; 0 where it is no mixture. */
  public int experts() {
    return config.feedForward().experts();
  }

  /** An expert's tensors in the order in which the graph takes them, those it lacks among them. */
  public List<Tensor> expert(int layer, int expert) {
    return specs.stream()
        .filter(spec -> spec.role().inExpert())
        .map(spec -> new Tensor(spec, layer, expert))
        .toList();
  }

  /** A tensor's dimensions, outermost first. */
  public long[] shape(Tensor tensor) {
    return tensor.spec().shape(sizes);
  }

  /** Reads {@code rows} of its outermost dimension as float32 into a direct buffer of its own. */
  public FloatBuffer read(Tensor tensor, long from, long rows) throws IOException {
    TensorSpec.Part part = tensor.spec().part();
    long first = part == null ? 0 : part.from().of(sizes);
    return checkpoint.read(tensor, first + from, rows);
  }

  /** Reads all of it. */
  public FloatBuffer read(Tensor tensor) throws IOException {
    return read(tensor, 0, shape(tensor)[0]);
  }

  /** Whether a model of this configuration has a tensor. */
  public boolean has(Tensor tensor) {
    return tensor.spec().when().test(config);
  }

  public ModelSizes sizes() {
    return sizes;
  }

  /** Weights of all layers' matrices. */
  public long layerWeights() {
    return config.layers() * (matrices(layer(0)) + experts() * matrices(expert(0, 0)));
  }

  private long matrices(List<Tensor> tensors) {
    return tensors.stream()
        .filter(tensor -> has(tensor) && tensor.spec().shape().size() == 2)
        .mapToLong(tensor -> Shapes.count(shape(tensor)))
        .sum();
  }

  /** Bytes that the weights take on a device. */
  public long weightBytes(Precision precision) {
    // A tied head is packed apart in all precisions but float32.
    Tensor head = has(only(Role.HEAD)) ? only(Role.HEAD) : only(Role.EMBEDDING);
    boolean shared = !has(only(Role.HEAD)) && precision == Precision.FP32;
    long ends = count(only(Role.EMBEDDING)) + (shared ? 0 : count(head));
    return layerWeights() * precision.weightBytes() + ends * precision.endBytes();
  }

  private long count(Tensor tensor) {
    return Shapes.count(tensor.spec().shape(sizes));
  }

  /** The tensor whose columns are the inner width; of several that others lack, the one it has. */
  private Tensor tellingInner() {
    return specs.stream()
        .filter(spec -> spec.role().tellsInner() && spec.when().test(config))
        .map(spec -> new Tensor(spec, 0))
        .findFirst()
        .orElseThrow();
  }

  private void check(Tensor tensor, String where) {
    if (!has(tensor)) {
      return;
    }
    long[] found = checkpoint.shape(tensor);
    long[] shape = tensor.spec().wholeShape(sizes);
    if (found == null) {
      throw UserError.configuration(
          "model %s lacks the tensor %s, which its configuration asks for: fetch the whole"
              + " checkpoint, its config.json and its weights of one model",
          where, tensor.name());
    }
    if (!Arrays.equals(found, shape)) {
      throw UserError.configuration(
          "model %s: tensor %s has shape %s where its configuration says %s: fetch the whole"
              + " checkpoint, its config.json and its weights of one model",
          where, tensor.name(), Arrays.toString(found), Arrays.toString(shape));
    }
    if (!tensor.spec().role().inBlocks() && Shapes.count(shape) > Floats.MOST) {
      throw UserError.configuration(
          "model %s: tensor %s of shape %s is larger than the judge can load (%d numbers): take a"
              + " smaller model of the family",
          where, tensor.name(), Arrays.toString(shape), Floats.MOST);
    }
  }

  /** A dimension that only the tensor itself tells; 1 where it has none. */
  private long told(Tensor tensor, int dimension) {
    long[] shape = checkpoint.shape(tensor);
    return shape == null || shape.length != 2 ? 1 : Math.max(1, shape[dimension]);
  }
}
