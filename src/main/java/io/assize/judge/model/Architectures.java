package io.assize.judge.model;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import java.util.List;
import java.util.Optional;

/** The families of models that are known. */
public final class Architectures {

  private static final LlamaFamily QWEN2 =
      LlamaFamily.of("Qwen2ForCausalLM").withBiasOfQkv().inGguf("qwen2");
  private static final LlamaFamily QWEN3 =
      LlamaFamily.of("Qwen3ForCausalLM").withNormOfHeads().inGguf("qwen3");

  /** All of them; Llama 2 and 3, Yi and SmolLM2 call themselves LlamaForCausalLM. */
  public static final List<Architecture> ALL =
      List.of(
          LlamaFamily.of("LlamaForCausalLM").pairedInGguf("llama"),
          LlamaFamily.of("MistralForCausalLM"),
          QWEN2,
          QWEN3,
          new RewardModel(LlamaFamily.of("LlamaForCausalLM")),
          new RewardModel(LlamaFamily.of("MistralForCausalLM")),
          new RewardModel(QWEN2),
          new RewardModel(QWEN3));

  private Architectures() {}

  /** The family of a {@code config.json}; refuses one that is not known. */
  static Architecture ofConfig(List<Architecture> known, JsonNode config, String where) {
    return known.stream()
        .filter(architecture -> architecture.accepts(config))
        .findFirst()
        .orElseThrow(
            () ->
                UserError.configuration(
                    "%s: architecture %s is not supported: use a model of %s; or serve this one elsewhere"
                        + " and judge by kind = http",
                    where,
                    config.path("architectures").path(0).asText("none"),
                    known.stream().map(Architecture::name).collect(joining(", "))));
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
