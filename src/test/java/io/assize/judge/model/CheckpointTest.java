package io.assize.judge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import io.assize.judge.djl.PromptTokenizer;
import io.assize.prompt.ChatMessage;
import io.assize.testing.DemoJudge;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
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
    ByteBuffer blocks = ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN);
    while (blocks.hasRemaining()) {
      type.block(blocks, floats);
    }
    for (int i = 0; i < floats.capacity(); i++) {
      assertThat(floats.get(i)).isEqualTo((float) golden.get("values").get(i).asDouble());
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
    assertThat(before).isEqualTo(check(GOLDEN.resolve("tiny-llama")).sha256());
    Files.writeString(model.resolve("generation_config.json"), "{\"eos_token_id\": [1, 2]}");
    assertThat(check(model).sha256()).isNotEqualTo(before);
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
    "rope_scaling, '{\"rope_type\": \"dynamic\"}', rope_scaling of type dynamic is not supported",
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

  @ParameterizedTest
  @CsvSource({
    "rms_norm_eps, '\"NaN\"', 'rms_norm_eps is \"NaN\": it must be a number from'",
    "rms_norm_eps, 0, rms_norm_eps is 0: it must be a number from",
    "rms_norm_eps, -1e-6, rms_norm_eps is -1.0E-6",
    "rms_norm_eps, 1e999, 'rms_norm_eps is \"Infinity\"'",
    "rope_theta, 0, rope_theta is 0: it must be a number from 1",
    "rope_theta, -10000, rope_theta is -10000",
    "rope_theta, 1e300, rope_theta is 1.0E300",
    "rope_parameters, '{\"rope_theta\": 0.0}', rope_theta is 0.0",
    "rope_scaling, '{\"type\": \"linear\", \"factor\": 0}', factor is 0",
    "rope_scaling, '{\"type\": \"linear\"}', lacks factor",
    "rope_scaling, '{\"rope_type\": \"llama3\", \"low_freq_factor\": 4, \"high_freq_factor\": 4}',"
        + " high_freq_factor is 4: it must be a number from 4.0",
    "num_attention_heads, 0, num_attention_heads is 0: it must be a whole number from 1",
    "num_attention_heads, 2.5, num_attention_heads is 2.5",
    "num_key_value_heads, -2, num_key_value_heads is -2",
    "num_key_value_heads, 0, num_key_value_heads is 0",
    "num_hidden_layers, 0, num_hidden_layers is 0",
    "num_hidden_layers, 1e18, num_hidden_layers is 1.0E18",
    "hidden_size, '\"64\"', 'hidden_size is \"64\"'",
    "hidden_size, null, lacks hidden_size",
    "head_dim, 4294967312, head_dim is 4294967312",
    "head_dim, 15, do not make a decoder",
    "max_position_embeddings, -1, max_position_embeddings is -1",
    "tie_word_embeddings, '\"no\"', 'tie_word_embeddings is \"no\": it must be true or false'"
  })
  void aNumberOfAConfigurationThatIsNotFiniteOrOutOfRangeIsRefusedByKeyAndValue(
      String key, String value, String message) throws IOException {
    aModelThatTheEngineDoesNotKnowIsRefusedByName(key, value, message);
  }

  @ParameterizedTest
  @CsvSource({
    "llama.attention.layer_norm_rms_epsilon, NaN",
    "llama.attention.layer_norm_rms_epsilon, 0",
    "llama.rope.freq_base, 0",
    "llama.rope.freq_base, Infinity",
  })
  void aNumberOfAGgufFileIsCheckedLikewise(String key, float value) throws IOException {
    Path file = dir.resolve("numbers.gguf");
    Files.copy(DemoJudge.path(), file);
    byte[] bytes = key.getBytes(StandardCharsets.US_ASCII);
    try (RandomAccessFile changed = new RandomAccessFile(file.toFile(), "rw")) {
      byte[] header = new byte[4096];
      changed.readFully(header);
      int at = new String(header, StandardCharsets.ISO_8859_1).indexOf(key) + bytes.length;
      // After the key its type, 6: a float32 in little-endian.
      assertThat(header[at]).isEqualTo((byte) 6);
      changed.seek(at + 4L);
      changed.writeInt(Integer.reverseBytes(Float.floatToRawIntBits(value)));
    }
    refused(file, key + " is " + (double) value);
  }

  /** What was found, what is supported, and the nearest way. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "architectures|[\"GPT2LMHeadModel\"]|GPT2LMHeadModel|LlamaForCausalLM|by kind = http",
        "mlp_bias|true|mlp_bias|whose families have none|use a model of them",
        "quantization_config|{\"quant_method\": \"hqq\"}|hqq|awq (4 bits|in half precision",
        "auto_map|{\"AutoConfig\": \"x.y\"}|auto_map|known architecture|docs/engine.md",
        "num_hidden_layers|4|model.layers.3.|its configuration asks for|fetch the whole",
        "hidden_size|32|has shape [384, 64]|says [384, 32]|of one model",
        "max_position_embeddings|8|max_new_tokens is 8|context of 8 tokens|lower it",
        "eos_token_id|\"x\"|the text \"x\"|a token's number is wanted, or a list|fetch it again"
      })
  void aRefusalSaysWhatWasFoundWhatIsSupportedAndTheNearestWay(
      String key, String value, String found, String supported, String way) throws IOException {
    Path model = copy();
    ObjectMapper json = new ObjectMapper();
    Files.delete(model.resolve("generation_config.json"));
    Path file = model.resolve("config.json");
    ObjectNode config = (ObjectNode) json.readTree(file.toFile());
    config.set(key, json.readTree(value));
    json.writeValue(file.toFile(), config);
    refused(model, found);
    refused(model, supported);
    refused(model, way);
  }

  @Test
  void aModelWithoutAChatTemplateNeedsAProtocolWithOne() throws IOException {
    Path model = copy();
    Files.writeString(model.resolve("tokenizer_config.json"), "{}");
    refused(model, "has no chat template");
    assertThat(CheckpointFiles.check(model, 8, CHAT, "none", PromptTokenizer::new).path())
        .isEqualTo(model);
  }

  private static void refused(Path model, String message) {
    assertThatThrownBy(() -> check(model))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message)
        .hasMessageContaining(model.getFileName().toString())
        .satisfies(e -> assertThat(((UserError) e).exitCode()).isEqualTo(2));
  }

  private static CheckpointFiles check(Path model) {
    return CheckpointFiles.check(model, 8, CHAT, "model", PromptTokenizer::new);
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
