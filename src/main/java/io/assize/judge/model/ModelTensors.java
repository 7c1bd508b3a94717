package io.assize.judge.model;

import io.assize.config.UserError;
import io.assize.judge.model.TensorSpec.Role;
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
    this.sizes = new ModelSizes(config, told(Role.EMBEDDING, 0), told(Role.LAYER_DOWN, 1));
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
      if (!spec.role().inLayer()) {
        tensors.check(new Tensor(spec, 0), where);
      }
    }
    for (int layer = 0; layer < tensors.config.layers(); layer++) {
      for (Tensor tensor : tensors.layer(layer)) {
        tensors.check(tensor, where);
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

  /** Whether a model of this configuration has a tensor. */
  public boolean has(Tensor tensor) {
    return tensor.spec().when().test(config);
  }

  public ModelSizes sizes() {
    return sizes;
  }

  /** Weights of all layers' matrices. */
  public long layerWeights() {
    return config.layers()
        * layer(0).stream()
            .filter(tensor -> has(tensor) && tensor.spec().shape().size() == 2)
            .mapToLong(tensor -> Shapes.count(tensor.spec().shape(sizes)))
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

  private void check(Tensor tensor, String where) {
    if (!has(tensor)) {
      return;
    }
    long[] found = checkpoint.shape(tensor);
    long[] shape = tensor.spec().shape(sizes);
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
  private long told(Role role, int dimension) {
    long[] shape = checkpoint.shape(only(role));
    return shape == null || shape.length != 2 ? 1 : Math.max(1, shape[dimension]);
  }
}
