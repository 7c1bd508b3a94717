package io.assize.judge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import io.assize.judge.model.FeedForward.Activation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What families make of their configurations, with what transformers takes for granted. */
class FamilyConfigsTest {
  private static final String SIZES =
      "'num_hidden_layers': 4, 'hidden_size': 64, 'num_attention_heads': 4,"
          + " 'max_position_embeddings': 32768";

  @Test
  void aWindowOfMistralIsInAllLayersUnlessItIsNull() {
    Positions usual = positions("MistralForCausalLM", "");
    assertThat(usual.window()).isEqualTo(4096);
    assertThat(usual.windowed()).isEqualTo(Collections.nCopies(4, true));
    assertThat(usual.contextLength()).isEqualTo(32768);
    assertThat(positions("MistralForCausalLM", "'sliding_window': null").window()).isZero();
    // One that hides nothing is none.
    assertThat(positions("MistralForCausalLM", "'sliding_window': 32768").window()).isZero();
  }

  @Test
  void aWindowOfQwenIsInTheLayersThatTheFileNames() {
    String uses = "'use_sliding_window': true, 'sliding_window': 100, 'max_window_layers': 3";
    assertThat(positions("Qwen2ForCausalLM", uses).windowed())
        .containsExactly(false, false, false, true);
    String types =
        ", 'layer_types': ['full_attention', 'sliding_attention',"
            + " 'full_attention', 'full_attention']";
    assertThat(positions("Qwen3ForCausalLM", uses + types).windowed())
        .containsExactly(false, true, false, false);
    assertThat(positions("Qwen2ForCausalLM", "'sliding_window': 100").window()).isZero();
    assertThat(positions("LlamaForCausalLM", "'sliding_window': 100").window()).isZero();
  }

  @Test
  void yarnLengthensTheContext() {
    Positions positions =
        positions(
            "Qwen2ForCausalLM",
            "'rope_scaling': {'type': 'yarn', 'factor': 4.0,"
                + " 'original_max_position_embeddings': 32768}");
    assertThat(positions.contextLength()).isEqualTo(131072);
    // 0.1 ln 4 + 1
    assertThat(positions.ropes().get(0).amplitudes(16)).containsOnly(1.1386294f);
  }

  @Test
  void aSequenceOfPhiIsLongByItsOwnLength() {
    String ones = "[1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0]";
    Positions positions =
        positions(
            "Phi3ForCausalLM",
            "'original_max_position_embeddings': 4096, 'rope_scaling': {'type': 'longrope',"
                + " 'short_factor': %s, 'long_factor': %s}".formatted(ones, ones));
    assertThat(positions.kind(4096)).isZero();
    assertThat(positions.kind(4097)).isOne();
    assertThat(positions.contextLength()).isEqualTo(32768);
  }

  /** As its authors' folders have it: code that is not run, and that nothing needs. */
  @Test
  void codeThatPhiNamesIsPassedOverAndThatOfOthersIsRefused(@TempDir Path dir) throws IOException {
    Path golden = Path.of("src/test/resources/golden/families/phi3");
    Files.copy(golden.resolve("model.safetensors"), dir.resolve("model.safetensors"));
    ObjectMapper json = new ObjectMapper();
    ObjectNode config = (ObjectNode) json.readTree(golden.resolve("config.json").toFile());
    config.putObject("auto_map").put("AutoModelForCausalLM", "modeling_phi3.Phi3ForCausalLM");
    json.writeValue(dir.resolve("config.json").toFile(), config);
    try (Checkpoint checkpoint = CheckpointFiles.find(dir).open()) {
      assertThat(ModelTensors.of(checkpoint, "phi").sizes().inner()).isEqualTo(48);
    }
    config.putArray("architectures").add("LlamaForCausalLM");
    json.writeValue(dir.resolve("config.json").toFile(), config);
    assertThatThrownBy(() -> CheckpointFiles.find(dir).open().close())
        .hasMessageContaining("auto_map");
  }

  /** 55.4256 becomes 55.5, as a comment in transformers has it. */
  @Test
  void gemmasEmbeddingIsMultipliedByTheRootOfItsWidthInTheWeightsOwnNumbers() {
    String wide = "'hidden_size': 3072, 'num_hidden_layers': 2, ";
    String brain = "{" + wide + "'torch_dtype': 'bfloat16'}";
    assertThat(config("Gemma2ForCausalLM", brain).scales().embedding()).isEqualTo(55.5);
    assertThat(config("Gemma3ForCausalLM", brain).scales().embedding()).isEqualTo(55.5);
    String half = "{" + wide + "'torch_dtype': 'float16'}";
    assertThat(config("Gemma2ForCausalLM", half).scales().embedding()).isEqualTo(55.4375);
    String single = "{" + wide + "'torch_dtype': 'float32'}";
    assertThat(config("Gemma2ForCausalLM", single).scales().embedding())
        .isEqualTo((float) Math.sqrt(3072));
  }

  @Test
  void gemma3BesidePicturesIsWhatItsTextConfigSays() {
    DecoderConfig config =
        config(
            "Gemma3ForConditionalGeneration",
            "{'text_config': {'hidden_size': 2560, 'num_hidden_layers': 34, 'sliding_window': 1024,"
                + " 'rope_scaling': {'factor': 8.0, 'rope_type': 'linear'}}}");
    assertThat(config.heads()).isEqualTo(8);
    assertThat(config.headDim()).isEqualTo(256);
    assertThat(config.contextLength()).isEqualTo(131072);
    assertThat(config.positions().windowed().subList(0, 7))
        .containsExactly(true, true, true, true, true, false, true);
    assertThat(config.positions().ropeOf().subList(4, 7)).containsExactly(1, 0, 1);
    assertThat(config.feedForward().activation()).isEqualTo(Activation.GELU);
    assertThat(family("Gemma3ForConditionalGeneration").tensors().get(0).name())
        .isEqualTo("language_model.model.embed_tokens.weight");
  }

  /** The file of gpt-oss-20b, whose rotation the formulas of YaRN give without whole pairs. */
  @Test
  void gptOssIsWhatItsFileSays() {
    DecoderConfig config =
        config(
            "GptOssForCausalLM",
            "{'hidden_size': 2880, 'num_hidden_layers': 24, 'num_local_experts': 32,"
                + " 'num_experts_per_tok': 4, 'sliding_window': 128, 'swiglu_limit': 7.0,"
                + " 'initial_context_length': 4096, 'attention_bias': true,"
                + " 'rope_scaling': {'beta_fast': 32.0, 'beta_slow': 1.0, 'factor': 32.0,"
                + " 'original_max_position_embeddings': 4096, 'rope_type': 'yarn',"
                + " 'truncate': false}}");
    assertThat(config.heads()).isEqualTo(64);
    assertThat(config.kvHeads()).isEqualTo(8);
    assertThat(config.contextLength()).isEqualTo(131072);
    assertThat(config.qkvBias() && config.outBias()).isTrue();
    assertThat(config.attention().scores().sinks()).isTrue();
    assertThat(config.positions().window()).isEqualTo(128);
    assertThat(config.positions().windowed().subList(0, 4))
        .containsExactly(true, false, true, false);
    assertThat(config.feedForward()).isEqualTo(new FeedForward(Activation.CLAMPED, 32, 4, true));
    // 0.1 ln 32 + 1
    assertThat(config.positions().ropes().get(0).amplitudes(64)).containsOnly(1.3465736f);
  }

  @Test
  void normsBetweenProductsAndResidualStreamLeaveNoInt8() {
    for (String name : List.of("Gemma2", "Gemma3", "Olmo2", "Mixtral", "Qwen3Moe", "GptOss")) {
      assertThat(family(name + "ForCausalLM").precisions())
          .as(name)
          .contains(Precision.BF16, Precision.FP32)
          .doesNotContain(Precision.INT8);
    }
    for (String name : List.of("Llama", "Qwen2", "SmolLM3", "Granite", "Phi3")) {
      assertThat(family(name + "ForCausalLM").precisions()).as(name).contains(Precision.INT8);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "Mistral; 'sliding_window': 0; sliding_window is 0",
        "Qwen3; 'use_sliding_window': true, 'layer_types': ['chunked_attention']; layer_types has",
        "Qwen3; 'use_sliding_window': true, 'layer_types': ['full_attention']; 1 entries for 4",
        "Phi3; 'rope_scaling': {'type': 'su', 'short_factor': [1.0]}; short_factor has 1 numbers",
        "Phi3; 'rope_scaling': {'type': 'su', 'short_factor': [0]}; short_factor has 0",
        "Phi3; 'partial_rotary_factor': 0.2; turns no whole pairs",
        "Llama; 'rope_scaling': {'type': 'yarn'}; lacks factor",
        "Llama; 'rope_theta': 1, 'rope_scaling': {'type': 'yarn', 'factor': 2}; needs a larger one",
        "Granite; 'logits_scaling': 0; logits_scaling is 0",
        "SmolLM3; 'no_rope_layers': [1]; no_rope_layers of another length",
        "Gemma3; 'use_bidirectional_attention': true; use_bidirectional_attention is not supported",
        "Gemma2; 'hidden_activation': 'silu'; hidden_activation is not supported",
        "Mixtral; 'num_experts_per_tok': 9; num_experts_per_tok is 9",
        "GptOss; 'swiglu_limit': 9.0; swiglu_limit is not supported",
        "GptOss; 'num_key_value_heads': 4, 'num_experts_per_tok': 200; num_experts_per_tok is 200",
        "Qwen3Moe; 'mlp_only_layers': [0]; mlp_only_layers is not supported",
        "Qwen3Moe; 'decoder_sparse_step': 2; decoder_sparse_step is not supported",
      })
  void whatTheGraphDoesNotComputeIsRefusedByName(String name, String more, String message) {
    assertThatThrownBy(() -> positions(name + "ForCausalLM", more))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("config.json")
        .hasMessageContaining(message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SmolLM3",
        "Granite",
        "Olmo2",
        "Phi3",
        "Gemma2",
        "Gemma3",
        "Mixtral",
        "Qwen3Moe",
        "GptOss"
      })
  void quantisedWeightsAreRefused(String name) {
    assertThatThrownBy(() -> positions(name + "ForCausalLM", "'quantization_config': {'bits': 4}"))
        .hasMessageContaining("quantization_config is not supported");
  }

  private static Positions positions(String name, String more) {
    return config(name, "{" + SIZES + (more.isEmpty() ? "" : ", " + more) + "}").positions();
  }

  private static DecoderConfig config(String name, String json) {
    try {
      return family(name)
          .config(new ObjectMapper().readTree(json.replace('\'', '"')), "config.json");
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(json, e);
    }
  }

  private static Architecture family(String name) {
    return Architectures.ALL.stream()
        .filter(family -> family.name().equals(name))
        .findFirst()
        .orElseThrow();
  }
}
