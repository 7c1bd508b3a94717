package io.assize.judge.model;

import java.io.IOException;
import java.nio.FloatBuffer;

/** Tensors by their names in Hugging Face's checkpoints, whatever files hold them and however. */
interface Weights {

  /** A tensor's dimensions, outermost first; null where there is no such tensor. */
  long[] shape(String name);

  /**
   * How a tensor's numbers are held; null for a type that is not known.
   *
   * @throws NullPointerException where there is no such tensor
   */
  NumberType type(String name);

  /** Reads {@code rows} of the outermost dimension as float32 into a direct buffer of its own. */
  FloatBuffer read(String name, long from, long rows) throws IOException;

  /** Reads a tensor of packed integers, whole and row by row. */
  int[] integers(String name) throws IOException;

  /** Whether there is such a tensor. */
  default boolean has(String name) {
    return shape(name) != null;
  }
}
