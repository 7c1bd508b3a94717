package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.judge.model.TensorSpec.Role;
import java.util.List;
import java.util.Optional;

/**
 * A family of models: how its configuration is read, which tensors it has, and which graph runs
 * them. A new one is a class and a line in {@link Architectures#ALL}; all else follows from its
 * list of tensors: what is checked, how much memory it takes, what is read from either kind of file
 * and in which order the graph gets it.
 */
public interface Architecture {

  /** Its name in the {@code architectures} of a {@code config.json}. */
  String name();

  /**
   * Its name in the {@code general.architecture} of a GGUF file; empty: it is not read from one.
   */
  Optional<String> ggufName();

  /** Whether a {@code config.json} is of this family. */
  default boolean accepts(JsonNode config) {
    return config.path("architectures").path(0).asText("none").equals(name());
  }

  /**
   * Reads a {@code config.json}.
   *
   * @param where names the file in errors
   * @throws io.assize.config.UserError by name, for what the graph cannot do
   */
  DecoderConfig config(JsonNode json, String where);

  /** Whether a GGUF file is of this family: Mixtral's call themselves Llama's, but have experts. */
  default boolean accepts(GgufFile file) {
    String name = file.text("general.architecture", "none");
    boolean mixes = tensors().stream().anyMatch(spec -> spec.role() == Role.EXPERT_DOWN);
    boolean experts = file.numbers().whole(name + ".expert_count", 0, 0, 1 << 12) > 0;
    return ggufName().equals(Optional.of(name)) && mixes == experts;
  }

  /**
   * Reads the metadata of a GGUF file; asked only where there is a {@link #ggufName}.
   *
   * @throws io.assize.config.UserError by name, for what the graph cannot do
   */
  DecoderConfig config(GgufFile file);

  /**
   * All its tensors: one embedding, final norm and head, then those of a layer in the order in
   * which the graph takes them.
   */
  List<TensorSpec> tensors();

  /**
   * Whether its head gives the score of a chat's last turn ({@code [1, hidden]}, a reward model)
   * instead of the next token.
   */
  default boolean scores() {
    return false;
  }

  /**
   * Whether its authors published it with code of its own, which transformers has made its own
   * since: an {@code auto_map} that names that code is passed over, as transformers does.
   */
  default boolean cameAsCode() {
    return false;
  }

  /** Whether its experts lie in one tensor of each kind ({@code StackedExperts}). */
  default boolean stacksExperts() {
    return false;
  }

  /** What it can be computed in. */
  default List<Precision> precisions() {
    return List.of(Precision.values());
  }

  /** The graph that runs it, by the name of its resource. */
  default String graph() {
    return "decoder";
  }

  /**
   * The version of its arithmetic, a part of every verdict's key: to be raised when a change alters
   * this family's answers.
   */
  String version();
}
