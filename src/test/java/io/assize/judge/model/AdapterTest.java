package io.assize.judge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An adapter is merged as peft merges it, or refused; it is never passed over. */
class AdapterTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir private Path dir;

  @BeforeEach
  void copyTheBase() throws IOException {
    copy("torch", dir.resolve("torch"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"lora", "rslora"})
  void anAdapterIsMergedAsPeftMergesIt(String name) throws IOException {
    Path adapter = copy(name, dir.resolve(name));
    merged(adapter, name);
    try (Checkpoint checkpoint = CheckpointFiles.find(adapter).open()) {
      assertThat(checkpoint.notes()).singleElement().asString().contains("is merged into");
      assertThat(checkpoint.sums(false))
          .containsKeys(
              "adapter_config.json",
              "adapter_model.safetensors",
              "base/config.json",
              "base/pytorch_model-00001-of-00002.bin",
              "base/tokenizer.json");
    }
  }

  @Test
  void theBaseMayLieInsideTheAdapterOrTheAdapterInsideTheBase() throws IOException {
    Path adapter = copy("lora", dir.resolve("own"));
    Files.move(dir.resolve("torch"), adapter.resolve("base"));
    merged(adapter, "lora");
    Path model = copy("torch", dir.resolve("model"));
    copy("lora", model);
    merged(model, "lora");
    try (Checkpoint checkpoint = CheckpointFiles.find(model).open()) {
      assertThat(checkpoint.sums(false)).containsKeys("adapter_model.safetensors", "config.json");
    }
  }

  @Test
  void aBaseThatIsNotAtHandIsNotFetched() throws IOException {
    Path adapter = copy("lora", dir.resolve("lora"));
    change(adapter, "base_model_name_or_path", "\"meta-llama/Llama-2-7b-hf\"");
    refused(adapter, "is an adapter of meta-llama/Llama-2-7b-hf, which is not at hand");
  }

  @ParameterizedTest
  @CsvSource({
    "use_dora, true",
    "bias, '\"all\"'",
    "peft_type, '\"IA3\"'",
    "alpha_pattern, '{\"q_proj\": 3}'",
    "lora_bias, true",
    "layer_replication, '[[0, 2]]'",
    "trainable_token_indices, '[1]'",
    "target_parameters, '[\"mlp.experts\"]'",
    "init_lora_weights, '\"pissa\"'"
  })
  void whatChangesTheSumIsRefusedByName(String key, String value) throws IOException {
    Path adapter = copy("lora", dir.resolve("lora"));
    change(adapter, key, value);
    refused(adapter, key + " is ");
    refused(adapter, "merge_and_unload() of peft");
  }

  @Test
  void adapterFilesAreNeverPassedOver() throws IOException {
    Path model = dir.resolve("torch");
    Files.copy(
        TorchFileTest.GOLDEN.resolve("lora/adapter_model.safetensors"),
        model.resolve("adapter_model.safetensors"));
    refused(model, "but no adapter_config.json");
    Files.delete(model.resolve("adapter_model.safetensors"));
    Path adapter = copy("rslora", dir.resolve("rslora"));
    copy("lora", model);
    refused(adapter, "has an adapter of its own");
  }

  @Test
  void anAdapterOfAnotherModelIsRefused() throws IOException {
    Path adapter = copy("lora", dir.resolve("lora"));
    Path other = dir.resolve("torch");
    Files.delete(other.resolve("config.json"));
    for (String shard : new String[] {"1", "2"}) {
      Files.delete(other.resolve("pytorch_model-0000" + shard + "-of-00002.bin"));
    }
    Files.delete(other.resolve("pytorch_model.bin.index.json"));
    Path tiny = TorchFileTest.GOLDEN.resolveSibling("tiny-llama");
    try (Stream<Path> files = Files.list(tiny)) {
      for (Path file : files.filter(f -> !f.toString().contains("tokenizer")).toList()) {
        Files.copy(file, other.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    refused(adapter, "do not change");
  }

  private static void merged(Path adapter, String name) throws IOException {
    Path expectation = TorchFileTest.GOLDEN.resolve(name).resolve("expected.safetensors");
    ModelFolder folder = new ModelFolder(adapter);
    AdapterConfig config = AdapterConfig.of(folder).orElseThrow();
    try (WeightFiles base = WeightFiles.ofModel(config.base());
        WeightFiles changes = WeightFiles.ofAdapter(folder);
        SafetensorsFile expected = new SafetensorsFile(expectation)) {
      Weights weights = new AdaptedWeights(base, changes, config);
      assertThat(expected.names()).hasSize(name.equals("lora") ? 5 : 3);
      for (String tensor : expected.names()) {
        long rows = expected.shape(tensor)[0];
        FloatBuffer wanted = FloatBuffer.allocate((int) Shapes.count(expected.shape(tensor)));
        expected.rows(tensor, 0, rows, bytes -> NumberType.F32.floats(bytes, wanted));
        FloatBuffer all = weights.read(tensor, 0, rows);
        FloatBuffer part = weights.read(tensor, 2, rows - 2);
        int skipped = wanted.capacity() - part.capacity();
        for (int i = 0; i < wanted.capacity(); i++) {
          assertThat(all.get(i)).as(tensor).isCloseTo(wanted.get(i), within(2e-6f));
          if (i >= skipped) {
            assertThat(part.get(i - skipped)).isEqualTo(all.get(i));
          }
        }
      }
    }
  }

  private static void change(Path adapter, String key, String value) throws IOException {
    Path file = adapter.resolve("adapter_config.json");
    ObjectNode json = (ObjectNode) JSON.readTree(file.toFile());
    json.set(key, JSON.readTree(value));
    JSON.writeValue(file.toFile(), json);
  }

  private static void refused(Path model, String message) {
    assertThatThrownBy(() -> CheckpointFiles.find(model).open().close())
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
  }

  private static Path copy(String name, Path into) throws IOException {
    Files.createDirectories(into);
    try (Stream<Path> files = Files.list(TorchFileTest.GOLDEN.resolve(name))) {
      for (Path file : files.filter(f -> !f.endsWith("expected.safetensors")).toList()) {
        Files.copy(file, into.resolve(file.getFileName()));
      }
    }
    return into;
  }
}
