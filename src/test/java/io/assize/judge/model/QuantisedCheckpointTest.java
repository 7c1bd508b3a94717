package io.assize.judge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Quantised weights are what others' code makes of them (scripts/golden/make_checkpoints.py), and
 * what is configured but not known is refused.
 */
class QuantisedCheckpointTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(
      strings = {
        "awq",
        "ct-fp8-channel",
        "ct-fp8-tensor",
        "ct-int4-asym",
        "ct-int4-sym",
        "ct-int8-channel",
        "ct-int8-tensor",
        "fp8-block",
        "gptq-2-v2",
        "gptq-4",
        "gptq-4-act",
        "gptq-8-whole"
      })
  void weightsAreWhatTheirScalesSay(String name) throws IOException {
    Path golden = TorchFileTest.GOLDEN.resolve(name);
    Path expectation = Files.createDirectory(dir.resolve(name));
    Files.copy(golden.resolve("expected.safetensors"), expectation.resolve("model.safetensors"));
    ModelFolder folder = new ModelFolder(golden);
    try (WeightFiles files = WeightFiles.ofModel(folder);
        WeightFiles expected = WeightFiles.ofModel(new ModelFolder(expectation))) {
      Packing packing = Quantisation.of(config(golden), folder).orElseThrow();
      Weights weights = new UnpackedWeights(files, packing);
      assertThat(packing.text()).contains("unpacked as they are read");
      assertThat(expected.names()).contains("m.weight");
      for (String tensor : expected.names()) {
        long rows = expected.shape(tensor)[0];
        assertThat(weights.type(tensor).plain()).isTrue();
        assertThat(weights.shape(tensor)).isEqualTo(expected.shape(tensor));
        assertThat(TorchFileTest.all(weights, tensor))
            .isEqualTo(TorchFileTest.all(expected, tensor));
        FloatBuffer some = expected.read(tensor, 1, rows - 1);
        assertThat(weights.read(tensor, 1, rows - 1)).isEqualTo(some);
      }
    }
  }

  /** Whatever the scale, down to numbers that are not finite. */
  @Test
  void expertsInBlocksAreBitByBitWhatTransformersMakesOfThem() throws IOException {
    Path golden = TorchFileTest.GOLDEN.resolve("mxfp4");
    Files.copy(golden.resolve("expected.safetensors"), dir.resolve("model.safetensors"));
    ModelFolder folder = new ModelFolder(golden);
    try (WeightFiles files = WeightFiles.ofModel(folder);
        WeightFiles expected = WeightFiles.ofModel(new ModelFolder(dir))) {
      Packing packing = Quantisation.of(config(golden), folder).orElseThrow();
      Weights weights = new StackedExperts(new UnpackedWeights(files, packing), 2);
      for (int expert = 0; expert < 2; expert++) {
        String part = "m.experts." + expert;
        FloatBuffer both = expected.read("m.experts.gate_up_proj", expert, 1);
        FloatBuffer down = expected.read("m.experts.down_proj", expert, 1);
        assertThat(weights.shape(part + ".up_proj.weight")).containsExactly(32, 64);
        assertThat(weights.shape(part + ".down_proj.weight")).containsExactly(32, 32);
        FloatBuffer gates = weights.read(part + ".gate_proj.weight", 0, 32);
        FloatBuffer ups = weights.read(part + ".up_proj.weight", 0, 32);
        FloatBuffer found = weights.read(part + ".down_proj.weight", 0, 32);
        for (int row = 0; row < 32; row++) {
          for (int column = 0; column < 64; column++) {
            int place = row * 64 + column;
            assertThat(bits(gates, place)).isEqualTo(bits(both, column * 64 + 2 * row));
            assertThat(bits(ups, place)).isEqualTo(bits(both, column * 64 + 2 * row + 1));
          }
          for (int column = 0; column < 32; column++) {
            assertThat(bits(found, row * 32 + column)).isEqualTo(bits(down, column * 32 + row));
          }
        }
        assertThat(weights.read(part + ".up_proj.weight", 5, 2)).isEqualTo(ups.slice(5 * 64, 128));
      }
      assertThatThrownBy(() -> new StackedExperts(weights, 3).shape("m.experts.0.up_proj.weight"))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("which is not that of 3 experts");
    }
  }

  private static int bits(FloatBuffer floats, int place) {
    return Float.floatToIntBits(floats.get(place));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'quant_method': 'bitsandbytes', 'load_in_4bit': true}|quant_method bitsandbytes",
        "{'quant_method': 'hqq'}|quant_method hqq",
        "{'quant_method': 'aqlm'}|quant_method aqlm",
        "{}|quant_method lacking",
        "{'quant_method': 'awq', 'bits': 4, 'version': 'gemv'}|awq in version gemv of 4 bits",
        "{'quant_method': 'gptq', 'bits': 3, 'group_size': 128}|gptq of bits 3",
        "{'quant_method': 'gptq', 'bits': 4, 'checkpoint_format': 'marlin'}|format marlin",
        "{'quant_method': 'gptq', 'bits': 4, 'is_marlin_format': true}|format marlin",
        "{'quant_method': 'gptq', 'bits': 4, 'dynamic': {'+:.*down.*': {'bits': 8}}}|(dynamic) for",
        "{'quant_method': 'fp8', 'weight_block_size': [0, 128]}|blocks of",
        "{'quant_method': 'compressed-tensors'}|config_groups lacking",
        "{'quant_method': 'compressed-tensors', 'format': 'nvfp4-pack-quantized', 'config_groups':"
            + " {'a': {'weights': {'num_bits': 4, 'type': 'float', 'strategy': 'group',"
            + " 'group_size': 16}}}}|format nvfp4-pack-quantized (float, 4 bits, by group)",
        "{'quant_method': 'compressed-tensors', 'format': 'marlin-24', 'config_groups': {'a':"
            + " {'weights': {'num_bits': 4}}}}|format marlin-24",
        "{'quant_method': 'compressed-tensors', 'format': 'int-quantized', 'config_groups': {'a':"
            + " {'weights': {'num_bits': 8}}, 'b': {'weights': {'num_bits': 4}}}}|several groups",
      })
  void whatIsNotKnownIsRefusedWithWhatIsAndTheNearestWay(String config, String message)
      throws IOException {
    ObjectNode json = JSON.createObjectNode();
    json.set("quantization_config", JSON.readTree(config.replace('\'', '"')));
    assertThatThrownBy(() -> Quantisation.of(json, new ModelFolder(dir)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message)
        .hasMessageContaining("are read: use such a quantisation of the model");
  }

  @Test
  void anOlderWritersOwnFileIsReadWhereWeightsAreItsOnly() throws IOException {
    Path golden = TorchFileTest.GOLDEN.resolve("gptq-4");
    Files.copy(golden.resolve("model.safetensors"), dir.resolve("model.safetensors"));
    Files.writeString(
        dir.resolve("quantize_config.json"), "{\"bits\": 4, \"group_size\": 16, \"sym\": false}");
    ModelFolder folder = new ModelFolder(dir);
    try (WeightFiles files = WeightFiles.ofModel(folder);
        SafetensorsFile expected = new SafetensorsFile(golden.resolve("expected.safetensors"))) {
      assertThat(Quantisation.ofOwnFile(folder, Set.of("m.weight"))).isEmpty();
      assertThat(folder.texts()).isEmpty();
      Packing packing = Quantisation.ofOwnFile(folder, files.names()).orElseThrow();
      assertThat(packing.shape(files, "m")).isEqualTo(expected.shape("m.weight"));
    }
  }

  @Test
  void bitsThatAreNotThoseOfTheWeightsAreRefused() throws IOException {
    for (String name : List.of("gptq-4", "awq", "ct-int4-sym", "fp8-block", "ct-int8-channel")) {
      Path golden = TorchFileTest.GOLDEN.resolve(name);
      ModelFolder folder = new ModelFolder(golden);
      String text = config(golden).toString();
      for (String[] change :
          new String[][] {
            {"\"bits\":4,\"group_size\":16", "\"bits\":4,\"group_size\":64"},
            {"\"num_bits\":4", "\"num_bits\":8"},
            {"[8,16]", "[16,16]"},
            {"\"strategy\":\"channel\"", "\"strategy\":\"group\",\"group_size\":8"}
          }) {
        text = text.replace(change[0], change[1]);
      }
      Packing packing = Quantisation.of((ObjectNode) JSON.readTree(text), folder).orElseThrow();
      try (WeightFiles files = WeightFiles.ofModel(folder)) {
        Weights weights = new UnpackedWeights(files, packing);
        if (name.equals("ct-int8-channel")) {
          // A scale a row tells itself, whatever the strategy says.
          assertThat(weights.shape("m.weight")).isNotNull();
        } else {
          assertThatThrownBy(() -> weights.shape("m.weight"))
              .as(name)
              .isInstanceOf(UserError.class)
              .hasMessageContaining("fetch it again");
        }
      }
    }
  }

  private static ObjectNode config(Path folder) throws IOException {
    return (ObjectNode) JSON.readTree(folder.resolve("config.json").toFile());
  }
}
