package io.assize.judge.model;

import java.util.List;
import java.util.function.Predicate;

/**
 * A tensor that models of a family have.
 *
 * @param role what it is to the model
 * @param name its name in Hugging Face's checkpoints; in a layer, {@code *} stands for its number,
 *     and {@code #} for its expert's
 * @param ggufName its name in GGUF, likewise
 * @param shape its dimensions, outermost first
 * @param when which models have it
 * @param paired GGUF keeps the two numbers that a rotation turns side by side, {@code [head, pair,
 *     2]}; Hugging Face keeps them half a head apart, {@code [head, 2, pair]}
 * @param part which rows of a tensor of that name it is; null for all of them
 */
public record TensorSpec(
    Role role,
    String name,
    String ggufName,
    List<Dimension> shape,
    Predicate<DecoderConfig> when,
    boolean paired,
    Part part) {

  /**
   * Rows of a tensor.
   *
   * @param of how many rows the tensor has
   * @param from the first of them
   */
  public record Part(Dimension of, Dimension from) {}

  /** What a tensor is to a model. */
  public enum Role {
    /** {@code [vocabulary, hidden]}; it tells the vocabulary. */
    EMBEDDING,
    /** The norm before the head, {@code [hidden]}. */
    FINAL_NORM,
    /**
     * {@code [vocabulary, hidden]}, the embedding where there is none; of a model that scores
     * {@code [1, hidden]}.
     */
    HEAD,
    /** One in each layer. */
    LAYER,
    /** The last product of a layer's feed-forward part; it tells the inner width. */
    LAYER_DOWN,
    /** One of each expert of each layer. */
    EXPERT,
    /** The last product of an expert; it tells the inner width. */
    EXPERT_DOWN;

    boolean inLayer() {
      return this == LAYER || this == LAYER_DOWN;
    }

    boolean inExpert() {
      return this == EXPERT || this == EXPERT_DOWN;
    }

    boolean tellsInner() {
      return this == LAYER_DOWN || this == EXPERT_DOWN;
    }

    /** Whether it is handed over in blocks of rows, so that it may be larger than a buffer. */
    boolean inBlocks() {
      return this == EMBEDDING || this == HEAD;
    }
  }

  public TensorSpec {
    shape = List.copyOf(shape);
  }

  /** One that all models of the family have. */
  public static TensorSpec of(Role role, String name, String ggufName, Dimension... shape) {
    return new TensorSpec(role, name, ggufName, List.of(shape), config -> true, false, null);
  }

  /** What a family lacks that others have in this place. */
  public static TensorSpec none(Role role) {
    return of(role, "", "").when(config -> false);
  }

  /** One that each layer of all models of the family has. */
  public static TensorSpec inLayer(String name, String ggufName, Dimension... shape) {
    return of(Role.LAYER, name, ggufName, shape);
  }

  /** The same, that only some models have. */
  public TensorSpec when(Predicate<DecoderConfig> has) {
    return new TensorSpec(role, name, ggufName, shape, has, paired, part);
  }

  /** The same, whose rotary pairs GGUF keeps side by side. */
  public TensorSpec pairedInGguf() {
    return new TensorSpec(role, name, ggufName, shape, when, true, part);
  }

  /** The same by a name in GGUF. */
  TensorSpec inGguf(String other) {
    return new TensorSpec(role, name, other, shape, when, paired, part);
  }

  /** The same as something else to the model. */
  TensorSpec as(Role other) {
    return new TensorSpec(other, name, ggufName, shape, when, paired, part);
  }

  /** The same as rows of a tensor that has more. */
  TensorSpec partOf(Dimension rows, Dimension from) {
    return new TensorSpec(role, name, ggufName, shape, when, paired, new Part(rows, from));
  }

  /** The same, whose name begins with something more. */
  TensorSpec under(String prefix) {
    return new TensorSpec(role, prefix + name, ggufName, shape, when, paired, part);
  }

  /** The dimensions of the tensor of that name, of which it may be a part. */
  long[] wholeShape(ModelSizes sizes) {
    long[] whole = shape(sizes);
    if (part != null) {
      whole[0] = part.of().of(sizes);
    }
    return whole;
  }

  /** The same, whose rotary pairs GGUF keeps half a head apart, too. */
  TensorSpec halvedInGguf() {
    return new TensorSpec(role, name, ggufName, shape, when, false, part);
  }

  /** Its dimensions in a model of some sizes. */
  long[] shape(ModelSizes sizes) {
    return shape.stream().mapToLong(dimension -> dimension.of(sizes)).toArray();
  }
}
