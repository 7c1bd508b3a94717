package io.assize.judge.model;

import java.util.List;

/** Tensors' dimensions, outermost first. */
final class Shapes {
  private Shapes() {}

  /** How many numbers a tensor has; -1 where a dimension is negative or they are beyond a long. */
  static long count(long[] shape) {
    // A product that a zero makes small is no size either.
    long count = 1;
    for (long dimension : shape) {
      long high = Math.multiplyHigh(count, dimension);
      if (dimension < 0 || high != 0 || count * dimension < 0) {
        return -1;
      }
      count *= dimension;
    }
    return count;
  }

  /** Dimensions as an array of its own. */
  static long[] of(List<Long> dimensions) {
    return dimensions.stream().mapToLong(Long::longValue).toArray();
  }
}
