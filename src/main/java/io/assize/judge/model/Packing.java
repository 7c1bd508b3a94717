package io.assize.judge.model;

import java.io.IOException;
import java.nio.FloatBuffer;

/**
 * How a quantised checkpoint holds the matrix of a linear module, whose product takes columns and
 * gives rows. Numbers are unpacked to what its authors' scales say, in float32 and unrounded.
 */
interface Packing {

  /** What follows a module's name in the name of the tensor that only packed modules have. */
  String mark();

  /** The module whose matrix a tensor would be; null for one that is none. */
  default String module(String tensor) {
    String weight = ".weight";
    return tensor.endsWith(weight) ? tensor.substring(0, tensor.length() - weight.length()) : null;
  }

  /** The matrix's dimensions. */
  long[] shape(Weights files, String module);

  /** Some of the matrix's rows. */
  FloatBuffer read(Weights files, String module, long from, long rows) throws IOException;

  /** What the weights are, for the log. */
  String text();
}
