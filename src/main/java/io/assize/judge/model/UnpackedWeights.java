package io.assize.judge.model;

import java.io.IOException;
import java.nio.FloatBuffer;

/** Weights of which some modules' are packed; those that are not are as they lie there. */
final class UnpackedWeights implements Weights {
  private final Weights files;
  private final Packing packing;

  UnpackedWeights(Weights files, Packing packing) {
    this.files = files;
    this.packing = packing;
  }

  @Override
  public long[] shape(String name) {
    String module = packed(name);
    return module == null ? files.shape(name) : packing.shape(files, module);
  }

  @Override
  public NumberType type(String name) {
    return packed(name) == null ? files.type(name) : NumberType.F32;
  }

  @Override
  public FloatBuffer read(String name, long from, long rows) throws IOException {
    String module = packed(name);
    return module == null ? files.read(name, from, rows) : packing.read(files, module, from, rows);
  }

  @Override
  public int[] integers(String name) throws IOException {
    return files.integers(name);
  }

  /** The module whose packed weight a tensor is; null where it lies there as it is. */
  private String packed(String name) {
    String module = packing.module(name);
    return module != null && files.has(module + packing.mark()) ? module : null;
  }
}
