package io.assize.judge.model;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import java.util.List;
import java.util.Optional;

/** The families of models that are known. */
public final class Architectures {

  /** All of them; Llama 2 and 3, Yi and SmolLM2 call themselves LlamaForCausalLM. */
  public static final List<Architecture> ALL =
      List.of(
          LlamaFamily.of("LlamaForCausalLM").inGguf("llama"),
          LlamaFamily.of("MistralForCausalLM").withWindows(),
          LlamaFamily.of("Qwen2ForCausalLM").withBiasOfQkv().withLaterWindows(),
          LlamaFamily.of("Qwen3ForCausalLM").withNormOfHeads().withLaterWindows(),
          SmolLm3.family(),
          Granite.family(),
          Olmo2.family(),
          Phi3.family(),
          Gemma.second(),
          Gemma.third(),
          Gemma.thirdWithPictures(),
          Mixtures.mixtral(),
          Mixtures.qwen3());

  private Architectures() {}

  /** The family of a {@code config.json}; refuses one that is not known. */
  static Architecture ofConfig(List<Architecture> known, JsonNode config, String where) {
    return known.stream()
        .filter(architecture -> architecture.accepts(config))
        .findFirst()
        .orElseThrow(
            () ->
                UserError.configuration(
                    "%s: architecture %s is not supported: use a model of %s",
                    where,
                    config.path("architectures").path(0).asText("none"),
                    known.stream().map(Architecture::name).collect(joining(", "))));
  }

  /** Whether a {@code config.json} is of a family that needs no code that it may name. */
  static boolean cameAsCode(List<Architecture> known, JsonNode config) {
    return known.stream().anyMatch(family -> family.cameAsCode() && family.accepts(config));
  }

  /** The family of a GGUF file; refuses one that is not known. */
  static Architecture ofGguf(List<Architecture> known, String name, String where) {
    return known.stream()
        .filter(architecture -> architecture.ggufName().equals(Optional.of(name)))
        .findFirst()
        .orElseThrow(
            () ->
                UserError.configuration(
                    "%s: architecture %s is not supported: use a model of architecture %s",
                    where,
                    name,
                    known.stream()
                        .flatMap(architecture -> architecture.ggufName().stream())
                        .collect(joining(", "))));
  }
}
