package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A family of decoders.
 *
 * @param name its name in their configurations
 * @param version of its arithmetic
 * @param tensors all its tensors
 * @param precisions what it can be computed in
 * @param cameAsCode whether its authors published it with code of its own
 * @param stacksExperts whether its experts lie in one tensor of each kind
 * @param reader reads its configuration
 * @param gguf how it is read from GGUF; null where it is not
 */
record DecoderFamily(
    String name,
    String version,
    List<TensorSpec> tensors,
    List<Precision> precisions,
    boolean cameAsCode,
    boolean stacksExperts,
    Function<DecoderJson, DecoderConfig> reader,
    Gguf gguf)
    implements Architecture {

  /**
   * How a family is read from GGUF.
   *
   * @param architecture its name there
   * @param reader reads the metadata
   */
  record Gguf(String architecture, Function<DecoderGguf, DecoderConfig> reader) {}

  /** One that was part of transformers from its first day. */
  DecoderFamily(
      String name,
      String version,
      List<TensorSpec> tensors,
      List<Precision> precisions,
      Function<DecoderJson, DecoderConfig> reader) {
    this(name, version, tensors, precisions, false, false, reader, null);
  }

  /** The same, which its authors published with code of its own. */
  DecoderFamily thatCameAsCode() {
    return new DecoderFamily(name, version, tensors, precisions, true, stacksExperts, reader, gguf);
  }

  /** The same, whose experts lie in one tensor of each kind. */
  DecoderFamily withStackedExperts() {
    return new DecoderFamily(name, version, tensors, precisions, cameAsCode, true, reader, gguf);
  }

  /** The same, that is read from GGUF too. */
  DecoderFamily inGguf(String architecture, Function<DecoderGguf, DecoderConfig> metadata) {
    return new DecoderFamily(
        name,
        version,
        tensors,
        precisions,
        cameAsCode,
        stacksExperts,
        reader,
        new Gguf(architecture, metadata));
  }

  /** Without int8, whose basis cannot hold the family's norms, and without half floats' range. */
  static final List<Precision> WIDE = List.of(Precision.BF16, Precision.FP32);

  /** All but int8. */
  static final List<Precision> FLOATS = List.of(Precision.FP16, Precision.BF16, Precision.FP32);

  /** All. */
  static final List<Precision> ALL = List.of(Precision.values());

  @Override
  public Optional<String> ggufName() {
    return Optional.ofNullable(gguf).map(Gguf::architecture);
  }

  @Override
  public DecoderConfig config(JsonNode json, String where) {
    return reader.apply(new DecoderJson(json, where));
  }

  @Override
  public DecoderConfig config(GgufFile file) {
    return gguf.reader().apply(new DecoderGguf(file, gguf.architecture()));
  }
}
