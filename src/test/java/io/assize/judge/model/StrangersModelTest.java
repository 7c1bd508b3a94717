package io.assize.judge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.djl.DjlJudge;
import io.assize.judge.djl.PromptTokenizer;
import io.assize.judge.model.CraftedModels.Gguf;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.Segment;
import io.assize.testing.DemoJudge;
import io.assize.testing.PublicData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A model is a stranger's file: nothing in it runs, leads elsewhere, or takes without bound. */
@Timeout(value = 5, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StrangersModelTest {
  private static final Path TINY = Path.of("src/test/resources/golden/tiny-llama");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SHARD = "model-00002-of-00002.safetensors";
  private static final String INDEX = "model.safetensors.index.json";

  @TempDir private Path dir;
  private Path model;

  @BeforeEach
  void copyTheTinyModel() throws IOException {
    model = Files.createDirectory(dir.resolve("tiny"));
    copyInto(model);
  }

  private interface Change {
    void to(Gguf file);
  }

  static Stream<Arguments> craftedGguf() {
    return Stream.of(
        gguf("2^62 tensors", f -> f.tensorCount = 1L << 62, "ends inside its header"),
        gguf("2^62 keys", f -> f.keyCount = 1L << 62, "ends inside its header"),
        gguf("a text of 2^62 bytes", f -> f.with("x", raw(8, 1L << 62)), "ends inside its header"),
        gguf("a list of 2^62", f -> f.with("x", raw(9, 5L, 1L << 62)), "ends inside its header"),
        gguf(
            "lists of lists",
            f -> f.with("x", raw(9, 9L | (1L << 32), 9L)),
            "array of values of type 9"),
        gguf("an unknown type", f -> f.with("x", raw(77, 1L)), "unknown type 77"),
        gguf("an alignment of 0", f -> f.with("general.alignment", 0), "general.alignment is 0"),
        gguf("no list of tokens", f -> f.with("tokenizer.ggml.tokens", "x"), "lacks the list"),
        gguf("too few kinds", f -> f.with("tokenizer.ggml.token_type", List.of(1)), "1 types"),
        gguf(
            "a bos beyond",
            f -> f.with("tokenizer.ggml.bos_token_id", 9999),
            "bos_token_id is 9999"),
        gguf("10^9 layers", f -> f.with("llama.block_count", 1_000_000_000), "block_count is"),
        gguf(
            "too many layers",
            f -> f.with("llama.block_count", 16_000),
            "lacks the tensor model.layers.1."),
        gguf(
            "a type", f -> type(f, 17), "IQ2_XS, which is not supported: use a file whose tensors"),
        gguf("a type of no name", f -> type(f, 4000), "is of the type number 4000"),
        gguf(
            "what nothing reads",
            f -> f.tensor("blk.0.attn_sinks.weight", 0, 8, 2),
            "its tensor blk.0.attn_sinks.weight is not read by the DJL judge for the architecture"),
        gguf(
            "a layer too many",
            f -> f.tensor("blk.1.attn_norm.weight", 0, 32, 8),
            "its tensor blk.1.attn_norm.weight is not read"),
        gguf(
            "a bias of queries alone",
            f -> f.tensor("blk.0.attn_q.bias", 0, 32, 8),
            "lacks the tensor model.layers.0.self_attn.k_proj.bias"),
        gguf(
            "a bias of keys alone",
            f -> f.tensor("blk.0.attn_k.bias", 0, 16, 4),
            "its tensor blk.0.attn_k.bias is not read"),
        gguf(
            "another scaling",
            f -> f.with("llama.rope.scaling.type", "yarn"),
            "rotary scaling of type yarn is not supported"),
        gguf(
            "factors of another head",
            f -> f.tensor("rope_freqs.weight", 0, 20, 5),
            "rope_freqs.weight has 5 numbers where the configuration says 2"),
        gguf(
            "factors of 0",
            f -> f.tensor("rope_freqs.weight", 0, 8, 2),
            "rope_freqs.weight has the number 0.0"),
        gguf(
            "half a head turned",
            f -> f.with("llama.rope.dimension_count", 2),
            "llama.rope.dimension_count is 2: it must be a whole number from 4 to 4"),
        gguf("split", f -> f.with("split.count", 5), "one part of a model in several"),
        gguf("a tensor twice", f -> f.tensors.add(f.tensors.get(3)), "twice"),
        gguf("over another", f -> f.tensors.set(3, at(f.tensors.get(3), 0)), "lies over another"),
        gguf(
            "beyond the end",
            f -> f.tensors.set(3, at(f.tensors.get(3), 1L << 40)),
            "outside the file"),
        gguf(
            "before the beginning",
            f -> f.tensors.set(3, at(f.tensors.get(3), -32)),
            "outside the file"),
        gguf("no dimension", f -> shape(f), "0 dimensions"),
        gguf("a dimension of 0", f -> shape(f, 0), "outside the file"),
        gguf("a product of 2^64", f -> shape(f, 1L << 32, 1L << 32), "outside the file"),
        gguf("a negative one", f -> shape(f, -8, -8), "outside the file"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("craftedGguf")
  void aCraftedGgufFileIsOneLine(String name, Change change, String message) throws IOException {
    Gguf file = CraftedModels.soundGguf();
    change.to(file);
    refused(Files.write(dir.resolve("crafted.gguf"), file.bytes()), message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{'a': {'dtype': 'F32', 'shape': [2305843009213693952], 'data_offsets': [0, 8]}}|of shape",
        "{'a': {'dtype': 'F32', 'shape': [4294967296, 4294967296], 'data_offsets': [0, 0]}}|of shape",
        "{'a': {'dtype': 'F32', 'shape': [-2], 'data_offsets': [0, 8]}}|shape or place",
        "{'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [8, 0]}}|outside the file",
        "{'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 9223372036854775807]}}|outside the file",
        "{'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 1e30]}}|not that of a safetensors",
        "{'a': {'dtype': 'F32', 'shape': [2]}}|outside the file",
        "{'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]}, 'b': {'dtype': 'F32', 'shape': [1], 'data_offsets': [2, 6]}}|lies over another",
        "{'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [0, 4]}, 'a': {'dtype': 'F32', 'shape': [1], 'data_offsets': [4, 8]}}|not that of a safetensors",
        "{'a': 5}|not that of a safetensors",
        "[]|not that of a safetensors",
        "{'__metadata__': {'a': {'b': {}}}, 'model.norm.weight': {'dtype': 'I8', 'shape': [8], 'data_offsets': [0, 8]}}|is of type I8",
      })
  void aCraftedSafetensorsHeaderIsOneLine(String header, String message) throws IOException {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + json.length + 8).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(model.resolve(SHARD), file.putLong(json.length).put(json).array());
    refused(model, message);
  }

  @Test
  void aDeepHeaderIsOneLine() throws IOException {
    String deep = "{\"__metadata__\": " + "[".repeat(100_000) + "]".repeat(100_000) + "}";
    byte[] json = deep.getBytes(StandardCharsets.UTF_8);
    ByteBuffer file = ByteBuffer.allocate(8 + json.length).order(ByteOrder.LITTLE_ENDIAN);
    Files.write(model.resolve(SHARD), file.putLong(json.length).put(json).array());
    refused(model, "not that of a safetensors");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "config.json|num_hidden_layers|1000000000|num_hidden_layers is 1000000000",
        "config.json|num_hidden_layers|'3'|num_hidden_layers is",
        "config.json|num_attention_heads|0|num_attention_heads is 0",
        "config.json|hidden_act|7|hidden_act is 7",
        "config.json|architectures|[[]]|architecture",
        "config.json|auto_map|{\"AutoModelForCausalLM\": \"modeling_x.X\"}|code of its own, which is not run",
        "config.json|eos_token_id|\"x\"|is sound: generation_config goes before it",
        "generation_config.json|eos_token_id|[1e30]|a token's number is wanted",
        "tokenizer_config.json|bos_token|[]|a text is wanted",
        "tokenizer_config.json|chat_template|{}|has no chat template",
        "tokenizer_config.json|auto_map|{\"AutoTokenizer\": [\"t.T\", null]}|code of its own",
        INDEX + "|weight_map|{\"a\": \"../tiny/" + SHARD + "\"}|of its own folder",
        INDEX + "|weight_map|{\"a\": \"/etc/x.safetensors\"}|of its own folder",
        INDEX + "|weight_map|{\"a\": \"config.json\"}|of its own folder",
        INDEX + "|weight_map|{\"a\": {}}|has no weight_map",
        INDEX + "|weight_map|[]|has no weight_map",
        INDEX + "|weight_map|{\"a\": \"none.safetensors\"}|lacks none.safetensors",
      })
  void aCraftedConfigurationIsOneLine(String file, String key, String value, String message)
      throws IOException {
    ObjectNode json = (ObjectNode) JSON.readTree(model.resolve(file).toFile());
    json.set(key, JSON.readTree(value.replace('\'', '"')));
    JSON.writeValue(model.resolve(file).toFile(), json);
    if (message.startsWith("is sound")) {
      assertThat(check(model).path()).isEqualTo(model);
    } else {
      refused(model, message);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "[1]|is not a JSON object",
        "{'a': 1, 'a': 2}|is not valid JSON",
        "{'a': NaN}|is not valid JSON",
        "{} {}|is not valid JSON",
      })
  void whatIsNotOneSoundObjectIsRefused(String text, String message) throws IOException {
    Files.writeString(model.resolve("config.json"), text.replace('\'', '"'));
    refused(model, message);
  }

  @Test
  void aTextFileLargerThanAnyIsRefusedUnread() throws IOException {
    Files.writeString(model.resolve("config.json"), " ".repeat((1 << 20) + 1));
    refused(model, "1048577 bytes");
  }

  /** Each of these ends the whole JVM, or never ends, where the native library gets it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "/model/continuing_subword_prefix|'##########'|continuing_subword_prefix is not supported",
        "/model/dropout|0.5|at random",
        "/model/vocab/zz|4294967295|token of number 4294967295",
        "/model|{'type': 'Unigram', 'vocab': []}|lacks vocab",
        "/model|{'type': 'Unigram', 'vocab': [['', 0.0]], 'unk_id': 0}|piece 0 is none",
        "/model|{'type': 'Unigram', 'vocab': [['a', 0.0], ['a', 0.0]], 'unk_id': 0}|two are the same",
        "/model|{'type': 'Unigram', 'vocab': [['a', 0.0]], 'unk_id': 1}|unk_id is 1",
        "/normalizer|{'type': 'Precompiled', 'precompiled_charsmap': '/////w=='}|charsmap is damaged",
        "/normalizer|{'type': 'Replace', 'pattern': {'Regex': 'x*'}, 'content': ''}|could take for ever",
        "/normalizer|{'type': 'Replace', 'pattern': {'String': ''}, 'content': 'zz'}|empty pattern",
        "/normalizer|{'type': 'Replace', 'pattern': {'String': 'x'}, 'content': 'xxxxxxxxxxxxxxxxxxxx'}|times as long",
        "/pre_tokenizer|{'type': 'Split', 'pattern': {'Regex': '(x+x+)+y'}, 'behavior': 'Isolated'}|could take for ever",
        "/decoder|{'type': 'Strip', 'content': 'x', 'start': 0, 'stop': 9999}|stop is 9999",
        "/decoder|{'type': 'WordPiece', 'prefix': '##', 'cleanup': true}|WordPiece is not supported",
        "/added_tokens|{}|no list",
        "/added_tokens/0/content|''|0 characters",
        "/added_tokens/0/id|-1|id is -1",
        "/added_tokens/0/id|400|added token 400 is 0 in its vocab",
      })
  void aTokenizerThatCouldEndTheJvmIsRefused(String at, String value, String message)
      throws IOException {
    Path file = model.resolve("tokenizer.json");
    JsonNode json = JSON.readTree(file.toFile());
    int slash = at.lastIndexOf('/');
    JsonNode parent = json.at(at.substring(0, slash));
    JsonNode other = JSON.readTree(value.replace('\'', '"'));
    ((ObjectNode) parent).set(at.substring(slash + 1), other);
    JSON.writeValue(file.toFile(), json);
    refused(model, message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // GPT-2, Llama 3, Qwen 2, GPT-4o, cl100k, Mistral's tekken, DeepSeek 3.
        "'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^\\s\\p{L}\\p{N}]+|\\s+(?!\\S)|\\s+",
        "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[^\\r\\n\\p{L}\\p{N}]?[\\p{Lu}\\p{Lt}\\p{Lm}\\p{Lo}\\p{M}]*[\\p{Ll}\\p{Lm}\\p{Lo}\\p{M}]+(?i:'s|'t|'re)?|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n/]*|\\s*[\\r\\n]+|\\s+",
        "(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?+\\p{L}++|\\p{N}{1,3}| ?[^\\s\\p{L}\\p{N}]++[\\r\\n]*+|\\s++$|\\s*[\\r\\n]|\\s+(?!\\S)|\\s",
        "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\\r\\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+",
        "[一-龥぀-ゟ゠-ヿ]+",
        "(?=(\\d{3})+(?!\\d))",
        "\\x{2f}\\x2f\\u0041"
      })
  void theExpressionsOfKnownTokenizersAreWithinBounds(String regex) {
    assertThat(PatternBounds.hold(regex)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(a+)+b",
        "(a|a)*b",
        "(a?a?)+",
        "a*a*a*b",
        "(a*)\\1",
        "(?<x>a)\\k<x>",
        "\\g<0>",
        "(?R)",
        "(?(1)a|b)",
        "(*FAIL)",
        "(a{0,9}){0,9}",
        "a?a?a?a?",
        "(",
        ")",
        "[",
        "a)",
        "\\",
        "*",
        "(?",
        "(?P<x>a)",
        "(?:(?:a{1,99}){1,99})"
      })
  void expressionsThatCouldTakeForEverAreNot(String regex) {
    assertThat(PatternBounds.hold(regex)).isFalse();
    assertThat(PatternBounds.hold("(".repeat(5000))).isFalse();
  }

  @Test
  void whatIsNoRegularFileIsRefusedAndNotWaitedFor() throws Exception {
    Path pipe = dir.resolve("pipe.gguf");
    assertThat(new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor()).isZero();
    refused(pipe, "no regular file");
    refused(Files.createSymbolicLink(dir.resolve("zero.gguf"), Path.of("/dev/zero")), "no regular");
    refused(Files.createDirectory(dir.resolve("folder.gguf")), "lacks config.json");
    Files.move(pipe, model.resolve("generation_config.json"), StandardCopyOption.REPLACE_EXISTING);
    refused(model, "no regular file");
    Files.delete(model.resolve("generation_config.json"));
    Files.delete(model.resolve(SHARD));
    Files.createDirectory(model.resolve(SHARD));
    refused(model, "no regular file");
  }

  @Test
  void aLinkOpensModelsFilesOnly() throws IOException {
    Path secret = Files.writeString(dir.resolve("secret"), "{}");
    Path link = model.resolve("special_tokens_map.json");
    Files.createSymbolicLink(link, secret);
    refused(model, "which is no file of a model");
    Files.delete(link);
    Files.createSymbolicLink(link, dir.resolve("nothing"));
    assertThat(check(model).sums()).doesNotContainKey("special_tokens_map.json");
  }

  @Test
  void theLinksOfHuggingFacesCacheAreFollowed() throws IOException {
    Path blobs = Files.createDirectories(dir.resolve("models--x--y/blobs"));
    Path snapshot = Files.createDirectories(dir.resolve("models--x--y/snapshots/0123abc"));
    int i = 0;
    for (String name : names(TINY)) {
      Path blob = Files.copy(TINY.resolve(name), blobs.resolve("ab" + i++));
      Files.createSymbolicLink(snapshot.resolve(name), snapshot.relativize(blob));
    }
    assertThat(check(snapshot).sums()).isEqualTo(check(model).sums());
  }

  @Test
  void theWeightsThatJudgeAreTheWeightsThatWereChecked() throws IOException {
    Map<String, String> sums = check(model).sums();
    JudgeConfig config = DemoJudge.config(model, 1, 8);
    for (String name : List.of(SHARD, "tokenizer.json", "generation_config.json")) {
      byte[] checked = Files.readAllBytes(model.resolve(name));
      byte[] exchanged = checked.clone();
      exchanged[exchanged.length - 2] ^= name.equals(SHARD) ? (byte) 1 : 0;
      byte[] longer = name.equals(SHARD) ? exchanged : Arrays.copyOf(checked, checked.length + 1);
      longer[longer.length - 1] = name.equals(SHARD) ? longer[longer.length - 1] : (byte) ' ';
      Files.write(model.resolve(name), longer);
      assertThatThrownBy(() -> DjlJudge.open(config, sums, "cpu"))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("its file " + name + " is another than when it was checked")
          .satisfies(e -> assertThat(((UserError) e).exitCode()).isEqualTo(1));
      Files.write(model.resolve(name), checked);
    }
    Files.writeString(model.resolve("chat_template.jinja"), "{{ messages[0]['content'] }}");
    assertThatThrownBy(() -> DjlJudge.open(config, sums, "cpu"))
        .hasMessageContaining("its file chat_template.jinja is another");
    Files.delete(model.resolve("chat_template.jinja"));
    CheckpointFiles files = new CheckpointFiles(model, sums);
    try (Checkpoint checkpoint = files.open()) {
      // Exchanged after it was opened: what is read is the old file; written into: the run stops.
      Path other = Files.copy(model.resolve(SHARD), dir.resolve("other"));
      Files.move(other, model.resolve(SHARD), StandardCopyOption.REPLACE_EXISTING);
      files.refuseChanged(checkpoint);
    }
    try (Checkpoint checkpoint = files.open()) {
      byte[] bytes = Files.readAllBytes(model.resolve(SHARD));
      bytes[bytes.length - 1] ^= 1;
      Files.write(model.resolve(SHARD), bytes);
      Files.setLastModifiedTime(model.resolve(SHARD), FileTime.fromMillis(1_000_000));
      assertThatThrownBy(() -> files.refuseChanged(checkpoint)).hasMessageContaining(SHARD);
    }
  }

  @Test
  void aSparseFileOfATerabyteTakesNothing() throws IOException {
    Path file = dir.resolve("sparse.gguf");
    Gguf crafted = CraftedModels.soundGguf();
    crafted.with("x", raw(8, 1L << 39));
    Files.write(file, crafted.bytes());
    try (var channel = Files.newByteChannel(file, java.nio.file.StandardOpenOption.WRITE)) {
      channel.position(1L << 40).write(ByteBuffer.allocate(1));
    }
    refused(file, "ends inside its header");
  }

  @Test
  void aNameInAFileCannotSteerATerminal() throws IOException {
    Gguf file = CraftedModels.soundGguf();
    Gguf.Tensor tensor = file.tensors.get(0);
    file.tensors.add(
        new Gguf.Tensor("\u001b[2J\r\nassize: done\u202e", 0, tensor.dimensions(), 1L << 40, 0));
    refused(Files.write(dir.resolve("crafted.gguf"), file.bytes()), "outside the file");
  }

  @ParameterizedTest
  @CsvSource({
    "pytorch_model.bin, 'before 1.6, are not read'",
    "consolidated.00.pth, 'but none of the files that are read'",
    "pytorch_model-00001-of-00002.bin, 'but none of the files that are read'"
  })
  void picklesRunNothing(String name, String message) throws IOException {
    for (String file : names(model)) {
      if (file.contains("safetensors")) {
        Files.delete(model.resolve(file));
      }
    }
    Path witness = dir.resolve("witness");
    Files.writeString(model.resolve(name), "cos\nsystem\n(S'touch " + witness + "'\ntR.");
    refused(model, message);
    refused(model, "save_pretrained(DIRECTORY, safe_serialization=True)");
    assertThat(witness).doesNotExist();
  }

  @Test
  void aTokenizerModelThatIsNoneIsRefused() throws IOException {
    over("only_spm");
    Files.delete(model.resolve("tokenizer.json"));
    refused(model, "tokenizer.model cannot be read");
  }

  @Test
  void tokensThatOnlyTheSpecialTokensMapNamesAreKnownToTheTemplate() throws IOException {
    over("bos_in_map");
    assertThat(rendered("model")).startsWith("<s>[user] hello</s>[assistant]");
  }

  @Test
  void bothTheConfigurationsAndTheTokenizersEndTokensEndAnAnswer() throws IOException {
    over("eos_tok_differs");
    try (Checkpoint checkpoint = CheckpointFiles.find(model).open()) {
      assertThat(checkpoint.endTokens()).containsExactly(0L, 1L);
    }
  }

  @Test
  void ofSeveralTemplatesTheDefaultIsTakenAndAnyOtherByName() throws IOException {
    over("templist");
    assertThat(rendered("model")).startsWith("<s>[user] hello</s>[assistant]");
    assertThat(rendered("model:default")).isEqualTo(rendered("model"));
    assertThatThrownBy(() -> rendered("model:tool_use"))
        .hasMessageContaining("does not show the user message");
    assertThatThrownBy(() -> rendered("model:rag"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no chat template named rag")
        .hasMessageContaining("default, tool_use");
  }

  private String rendered(String chat) throws IOException {
    try (Checkpoint checkpoint = CheckpointFiles.find(model).open()) {
      return new ChatFormats(checkpoint)
          .of(chat).render(List.of(new ChatMessage("user", "hello"))).stream()
              .map(Segment::text)
              .collect(Collectors.joining());
    }
  }

  private void over(String name) throws IOException {
    Path from = PublicData.cases("checkpoint").resolve(name);
    for (String file : names(from)) {
      Files.copy(from.resolve(file), model.resolve(file), StandardCopyOption.REPLACE_EXISTING);
    }
  }

  private static void refused(Path model, String message) {
    assertThatThrownBy(() -> check(model))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(((UserError) e).exitCode()).isEqualTo(2))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContainPattern("[\\p{Cc}\\p{Cf}]"));
  }

  private static CheckpointFiles check(Path model) {
    return CheckpointFiles.check(
        model, 8, List.of(new ChatMessage("user", "hello")), "model", PromptTokenizer::new);
  }

  private static void copyInto(Path model) throws IOException {
    for (String name : names(TINY)) {
      Files.copy(TINY.resolve(name), model.resolve(name));
    }
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private static Arguments gguf(String name, Change change, String message) {
    return Arguments.of(name, change, message);
  }

  private static Gguf.Raw raw(int type, long... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (long value : values) {
      bytes.putLong(value);
    }
    // An array begins with the four bytes of its values' type.
    byte[] all = bytes.array();
    if (type == 9) {
      all = new byte[all.length - 4];
      System.arraycopy(bytes.array(), 0, all, 0, 4);
      System.arraycopy(bytes.array(), 8, all, 4, all.length - 4);
    }
    return new Gguf.Raw(type, all);
  }

  private static Gguf.Tensor at(Gguf.Tensor tensor, long offset) {
    return new Gguf.Tensor(tensor.name(), tensor.type(), tensor.dimensions(), offset, 0);
  }

  private static void type(Gguf file, int type) {
    Gguf.Tensor tensor = file.tensors.get(3);
    file.tensors.set(
        3, new Gguf.Tensor(tensor.name(), type, tensor.dimensions(), tensor.offset(), 32));
  }

  private static void shape(Gguf file, long... dimensions) {
    Gguf.Tensor tensor = file.tensors.get(3);
    file.tensors.set(
        3, new Gguf.Tensor(tensor.name(), 0, dimensions, tensor.offset(), tensor.bytes()));
  }
}
