package io.assize.judge.model;

import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.UserError;
import java.util.List;

/** The families of models that are known. */
public final class Architectures {

  private static final LlamaFamily LLAMA = LlamaFamily.of("LlamaForCausalLM").pairedInGguf("llama");
  private static final LlamaFamily MISTRAL = LlamaFamily.of("MistralForCausalLM").withWindows();
  private static final LlamaFamily QWEN2 =
      LlamaFamily.of("Qwen2ForCausalLM").withBiasOfQkv().withLaterWindows().inGguf("qwen2");
  private static final LlamaFamily QWEN3 =
      LlamaFamily.of("Qwen3ForCausalLM").withNormOfHeads().withLaterWindows().inGguf("qwen3");

  private static final Architecture GEMMA2 = Gemma.second();

  /** All of them; Llama 2 and 3, Yi and SmolLM2 call themselves LlamaForCausalLM. */
  public static final List<Architecture> ALL =
      List.of(
          LLAMA,
          MISTRAL,
          QWEN2,
          QWEN3,
          SmolLm3.family(),
          Granite.family(),
          Olmo2.family(),
          Phi3.family(),
          GEMMA2,
          Gemma.third(),
          Gemma.thirdWithPictures(),
          Mixtures.mixtral(),
          Mixtures.qwen3(),
          GptOss.family(),
          new RewardModel(LLAMA),
          new RewardModel(MISTRAL),
          new RewardModel(QWEN2),
          new RewardModel(QWEN3),
          new RewardModel(GEMMA2));

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

  /** Whether a {@code config.json} is of a family that needs no code that it may name. */
  static boolean cameAsCode(List<Architecture> known, JsonNode config) {
    return known.stream().anyMatch(family -> family.cameAsCode() && family.accepts(config));
  }

  /** The family of a GGUF file; refuses one that is not known. */
  static Architecture ofGguf(List<Architecture> known, GgufFile file) {
    return known.stream()
        .filter(architecture -> architecture.accepts(file))
        .findFirst()
        .orElseThrow(
            () ->
                UserError.configuration(
                    "%s: architecture %s is not supported: use a model of architecture %s",
                    file.file().path(),
                    file.text("general.architecture", "none"),
                    known.stream()
                        .flatMap(architecture -> architecture.ggufName().stream())
                        .distinct()
                        .collect(joining(", "))));
  }
}
