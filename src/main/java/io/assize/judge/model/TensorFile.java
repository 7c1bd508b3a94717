package io.assize.judge.model;

import java.io.IOException;
import java.util.Set;

/** A file of named tensors; what its header says has been held against the file. */
interface TensorFile extends AutoCloseable {

  ModelFile file();

  Set<String> names();

  /** A tensor's dimensions, outermost first. */
  long[] shape(String name);

  /** How a tensor's numbers are held; null for a type that is not known. */
  NumberType type(String name);

  /** The type as the file names it, for messages. */
  String typeName(String name);

  /** Gives rows of a tensor in pieces of whole numbers, little-endian, each row after the other. */
  void rows(String name, long from, long rows, ModelFile.Stretch take) throws IOException;

  @Override
  void close() throws IOException;
}
