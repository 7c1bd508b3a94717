package io.assize.judge.model;

/** A dimension of a tensor in terms of a model's sizes. */
@FunctionalInterface
public interface Dimension {
  Dimension VOCABULARY = ModelSizes::vocabulary;
  Dimension HIDDEN = sizes -> sizes.config().hidden();

  /** All query heads. */
  Dimension QUERIES = sizes -> (long) sizes.config().heads() * sizes.config().headDim();

  /** All heads of keys, or of values. */
  Dimension KEYS = sizes -> (long) sizes.config().kvHeads() * sizes.config().headDim();

  /** One head. */
  Dimension HEAD = sizes -> sizes.config().headDim();

  /** Between a feed-forward part's products. */
  Dimension INNER = ModelSizes::inner;

  /** Experts of a mixture. */
  Dimension EXPERTS = sizes -> sizes.config().feedForward().experts();

  /** Nothing. */
  Dimension NONE = sizes -> 0;

  /** Two, one after the other. */
  static Dimension sum(Dimension one, Dimension other) {
    return sizes -> one.of(sizes) + other.of(sizes);
  }

  /** How long it is. */
  long of(ModelSizes sizes);
}
