package io.assize.judge.model;

import java.util.List;
import java.util.function.Predicate;

/**
 * A tensor that models of a family have.
 *
 * @param role what it is to the model
 * @param name its name in Hugging Face's checkpoints; in a layer, {@code *} stands for its number
 * @param ggufName its name in GGUF, likewise
 * @param shape its dimensions, outermost first
 * @param when which models have it
 * @param paired GGUF keeps the two numbers that a rotation turns side by side, {@code [head, pair,
 *     2]}; Hugging Face keeps them half a head apart, {@code [head, 2, pair]}
 */
public record TensorSpec(
    Role role,
    String name,
    String ggufName,
    List<Dimension> shape,
    Predicate<DecoderConfig> when,
    boolean paired) {

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
    LAYER_DOWN;

    boolean inLayer() {
      return this == LAYER || this == LAYER_DOWN;
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
    return new TensorSpec(role, name, ggufName, List.of(shape), config -> true, false);
  }

  /** One that each layer of all models of the family has. */
  public static TensorSpec inLayer(String name, String ggufName, Dimension... shape) {
    return of(Role.LAYER, name, ggufName, shape);
  }

  /** The same, that only some models have. */
  public TensorSpec when(Predicate<DecoderConfig> has) {
    return new TensorSpec(role, name, ggufName, shape, has, paired);
  }

  /** The same, whose rotary pairs GGUF keeps side by side. */
  public TensorSpec pairedInGguf() {
    return new TensorSpec(role, name, ggufName, shape, when, true);
  }

  /** The same, whose rotary pairs GGUF keeps half a head apart, too. */
  TensorSpec halvedInGguf() {
    return new TensorSpec(role, name, ggufName, shape, when, false);
  }

  /** Its dimensions in a model of some sizes. */
  long[] shape(ModelSizes sizes) {
    return shape.stream().mapToLong(dimension -> dimension.of(sizes)).toArray();
  }
}
