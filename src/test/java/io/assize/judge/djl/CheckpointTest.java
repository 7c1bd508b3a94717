package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import io.assize.prompt.ChatMessage;
import io.assize.testing.DemoJudge;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final List<ChatMessage> CHAT =
      List.of(new ChatMessage("system", "s"), new ChatMessage("user", "u"));

  @TempDir private Path dir;

  static Stream<JsonNode> blocks() throws IOException {
    JsonNode rows = new ObjectMapper().readTree(GOLDEN.resolve("gguf-blocks.json").toFile());
    return Stream.iterate(0, i -> i < rows.size(), i -> i + 1).map(rows::get);
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void quantisedBlocksAreReadAsTheGgufPackageReadsThem(JsonNode golden) {
    GgmlType type = GgmlType.valueOf(golden.get("type").asText());
    byte[] raw = HexFormat.of().parseHex(golden.get("hex").asText());
    FloatBuffer floats = FloatBuffer.allocate(golden.get("values").size());
    assertThat(type.bytes(floats.capacity())).isEqualTo(raw.length);
    type.dequantize(ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN), floats);
    for (int i = 0; i < floats.capacity(); i++) {
      assertThat(floats.get(i)).isEqualTo((float) golden.get("values").get(i).asDouble());
    }
  }

  @Test
  void theDecodersGraphIsTheOneWhoseChecksumIsKept() throws Exception {
    try (InputStream graph = Decoder.class.getResourceAsStream("decoder.pt");
        InputStream sum = Decoder.class.getResourceAsStream("decoder.pt.sha256")) {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(graph.readAllBytes());
      assertThat(new String(sum.readAllBytes(), StandardCharsets.US_ASCII))
          .startsWith(HexFormat.of().formatHex(digest) + " ");
    }
  }

  @Test
  void halfFloatsAreThoseOfIeee754() {
    assertThat(Floats.half((short) 0x3c00)).isEqualTo(1f);
    assertThat(Floats.half((short) 0xc000)).isEqualTo(-2f);
    assertThat(Floats.half((short) 0x7bff)).isEqualTo(65504f);
    assertThat(Floats.half((short) 0x0001)).isEqualTo(0x1p-24f);
    assertThat(Floats.half((short) 0x8000)).isEqualTo(-0f);
    assertThat(Floats.half((short) 0x7c00)).isInfinite();
    assertThat(Floats.half((short) 0x7e00)).isNaN();
    assertThat(Floats.brain((short) 0x3f80)).isEqualTo(1f);
  }

  @Test
  void theDemoJudgeEndsAnswersAtItsEndToken() throws IOException {
    try (Checkpoint demo = CheckpointFiles.find(DemoJudge.path()).open()) {
      assertThat(demo.endTokens()).containsExactly(2L);
      assertThat(demo.eosToken()).isEqualTo("<|im_end|>");
      assertThat(demo.config().heads()).isEqualTo(9);
      assertThat(demo.config().kvHeads()).isEqualTo(3);
    }
  }

  @Test
  void aSoundDirectoryPassesAndItsFilesMakeItsFingerprint() throws IOException {
    Path model = copy();
    CheckpointFiles files = check(model);
    String before = files.sha256();
    assertThat(before).isEqualTo(CheckpointFiles.find(GOLDEN.resolve("tiny-llama")).sha256());
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": [1, 2]}");
    assertThat(CheckpointFiles.find(model).sha256()).isNotEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"config.json", "tokenizer.json", "model-00002-of-00002.safetensors"})
  void aDirectoryThatLacksAFileIsRefusedByTheFilesName(String name) throws IOException {
    Path model = copy();
    Files.delete(model.resolve(name));
    refused(model, "lacks " + name);
  }

  @Test
  void aWeightFileCutShortIsRefused() throws IOException {
    Path model = copy();
    Path shard = model.resolve("model-00001-of-00002.safetensors");
    try (RandomAccessFile file = new RandomAccessFile(shard.toFile(), "rw")) {
      file.setLength(file.length() - 1000);
    }
    refused(model, "lies outside the file");
  }

  @ParameterizedTest
  @CsvSource({
    "0, it ends inside its header",
    "3, it ends inside its header",
    "100, it ends inside its header",
    "60000000, lies outside the file"
  })
  void aGgufFileCutShortIsRefused(long length, String message) throws IOException {
    Path file = dir.resolve("short.gguf");
    Files.copy(DemoJudge.path(), file);
    try (RandomAccessFile shorter = new RandomAccessFile(file.toFile(), "rw")) {
      shorter.setLength(length);
    }
    refused(file, message);
  }

  @Test
  void whatIsNoModelIsRefused() throws IOException {
    refused(dir.resolve("none"), "does not exist");
    refused(Files.writeString(dir.resolve("model.bin"), "x"), "is a file, but no .gguf");
    refused(Files.writeString(dir.resolve("bad.gguf"), "not a model at all"), "not a GGUF file");
    Path model = copy();
    Files.writeString(model.resolve("config.json"), "{");
    refused(model, "is not valid JSON");
  }

  @ParameterizedTest
  @CsvSource({
    "architectures, '[\"GPT2LMHeadModel\"]', architecture GPT2LMHeadModel is not supported",
    "mlp_bias, true, mlp_bias is not supported",
    "rope_scaling, '{\"rope_type\": \"yarn\"}', rope_scaling of type yarn is not supported",
    "num_key_value_heads, 3, do not make a decoder",
    "num_hidden_layers, 4, lacks the tensor model.layers.3.",
    "hidden_size, 32, has shape",
    "max_position_embeddings, 8, has a context of 8 tokens"
  })
  void aModelThatTheEngineDoesNotKnowIsRefusedByName(String key, String value, String message)
      throws IOException {
    Path model = copy();
    ObjectMapper json = new ObjectMapper();
    Path file = model.resolve("config.json");
    ObjectNode config = (ObjectNode) json.readTree(file.toFile());
    config.set(key, json.readTree(value));
    json.writeValue(file.toFile(), config);
    refused(model, message);
  }

  @Test
  void aModelWithoutAChatTemplateNeedsAProtocolWithOne() throws IOException {
    Path model = copy();
    Files.writeString(model.resolve("tokenizer_config.json"), "{}");
    refused(model, "has no chat template");
    assertThat(CheckpointFiles.check(model, 8, CHAT, "none").path()).isEqualTo(model);
  }

  private static void refused(Path model, String message) {
    assertThatThrownBy(() -> check(model))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message)
        .hasMessageContaining(model.getFileName().toString())
        .satisfies(e -> assertThat(((UserError) e).exitCode()).isEqualTo(2));
  }

  private static CheckpointFiles check(Path model) {
    return CheckpointFiles.check(model, 8, CHAT, "model");
  }

  private Path copy() throws IOException {
    Path model = Files.createDirectory(dir.resolve("tiny-llama"));
    try (Stream<Path> files = Files.list(GOLDEN.resolve("tiny-llama"))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    return model;
  }
}
