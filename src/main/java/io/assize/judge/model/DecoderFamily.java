package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * A family of decoders that is read from Hugging Face's directories.
 *
 * @param name its name in their configurations
 * @param version of its arithmetic
 * @param tensors all its tensors
 * @param precisions what it can be computed in
 * @param cameAsCode whether its authors published it with code of its own
 * @param stacksExperts whether its experts lie in one tensor of each kind
 * @param reader reads its configuration
 */
record DecoderFamily(
    String name,
    String version,
    List<TensorSpec> tensors,
    List<Precision> precisions,
    boolean cameAsCode,
    boolean stacksExperts,
    Function<DecoderJson, DecoderConfig> reader)
    implements Architecture {

  /** One that was part of transformers from its first day. */
  DecoderFamily(
      String name,
      String version,
      List<TensorSpec> tensors,
      List<Precision> precisions,
      Function<DecoderJson, DecoderConfig> reader) {
    this(name, version, tensors, precisions, false, false, reader);
  }

  /** The same, which its authors published with code of its own. */
  DecoderFamily thatCameAsCode() {
    return new DecoderFamily(name, version, tensors, precisions, true, stacksExperts, reader);
  }

  /** The same, whose experts lie in one tensor of each kind. */
  DecoderFamily withStackedExperts() {
    return new DecoderFamily(name, version, tensors, precisions, cameAsCode, true, reader);
  }

  /** Without int8, whose basis cannot hold the family's norms, and without half floats' range. */
  static final List<Precision> WIDE = List.of(Precision.BF16, Precision.FP32);

  /** All but int8. */
  static final List<Precision> FLOATS = List.of(Precision.FP16, Precision.BF16, Precision.FP32);

  /** All. */
  static final List<Precision> ALL = List.of(Precision.values());

  @Override
  public Optional<String> ggufName() {
    return Optional.empty();
  }

  @Override
  public DecoderConfig config(JsonNode json, String where) {
    return reader.apply(new DecoderJson(json, where));
  }

  @Override
  public DecoderConfig config(GgufFile file) {
    throw UserError.configuration(
        "%s: %s is not read from GGUF: use the Hugging Face directory of the model",
        file.file().path(), name);
  }
}
