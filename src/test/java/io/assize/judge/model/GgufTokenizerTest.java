package io.assize.judge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.UserError;
import io.assize.judge.djl.PromptTokenizer;
import io.assize.judge.model.CraftedModels.Gguf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The tokenizer of a GGUF file against the published ones over the same vocabulary (tokenizers,
 * sentencepiece and transformers' LlamaTokenizerFast): golden file of scripts/golden/make_gguf.py.
 */
class GgufTokenizerTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/gguf-tokenizers.json");
  private static final String TOKENS = "tokenizer.ggml.tokens";
  private static final String TYPES = "tokenizer.ggml.token_type";

  @TempDir private Path dir;

  @ParameterizedTest
  @CsvSource({
    "gpt-2, gpt-2",
    "default, gpt-2",
    "smollm, smollm",
    "llama-bpe, llama-bpe",
    "llama3, llama-bpe",
    "llama-v3, llama-bpe",
    "qwen2, qwen2",
    "deepseek-r1-qwen, deepseek-r1-qwen",
    "tekken, tekken",
    "refact, smollm",
    "dbrx, dbrx",
    "smaug-bpe, dbrx",
    "gpt-4o, gpt-4o"
  })
  void bytePairsAreThoseOfThePublishedTokenizer(String name, String published) throws IOException {
    JsonNode golden = golden().get("byte_pairs");
    Gguf file =
        vocabulary(golden)
            .with("tokenizer.ggml.pre", name)
            .with("tokenizer.ggml.merges", list(golden.get("merges"), JsonNode::asText));
    same(file, golden.get("texts"), golden.get("ids").get(published));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1})
  void sentencePiecesAreThoseOfSentencePiece(int which) throws IOException {
    JsonNode golden = golden().get("sentence_pieces").get(which);
    Gguf file =
        vocabulary(golden)
            .with("tokenizer.ggml.model", "llama")
            .with("tokenizer.ggml.scores", list(golden.get("scores"), n -> (float) n.asDouble()))
            .with("tokenizer.ggml.add_space_prefix", golden.get("prefix").asBoolean());
    file.metadata.remove("tokenizer.ggml.merges");
    same(file, golden.get("texts"), golden.get("ids"));
  }

  @Test
  void aTextThatSpellsAControlOrBytePieceIsAText() throws IOException {
    Gguf file =
        sentencePieces(List.of("<unk>", "<s>", "<0x0A>", "<", "s>", "<0x0", "A>", "▁"))
            .with(TYPES, List.of(2, 3, 6, 1, 1, 1, 1, 1));
    try (Tokenizer tokenizer = tokenizer(file)) {
      assertThat(tokenizer.encodeText("<s>")).doesNotContain(1L);
      assertThat(tokenizer.encodeText("<0x0A>")).doesNotContain(2L);
    }
  }

  @Test
  void endsOfTheTextTheTurnAndTheMessageEndAnAnswer() throws IOException {
    Gguf file = CraftedModels.soundGguf();
    assertThat(ends(file)).containsExactly(1L);
    file.with("tokenizer.ggml.eot_token_id", 5).with("tokenizer.ggml.eom_token_id", 6);
    assertThat(ends(file)).containsExactly(1L, 5L, 6L);
  }

  @Test
  void aTurnsEndIsKnownByItsNameWhereTheFileNamesNone() throws IOException {
    Gguf file = CraftedModels.soundGguf();
    List<Object> tokens = new ArrayList<>((List<?>) file.metadata.get(TOKENS));
    List<Object> types = new ArrayList<>((List<?>) file.metadata.get(TYPES));
    tokens.add("<|eot_id|>");
    types.add(1);
    file.with(TOKENS, tokens).with(TYPES, types);
    assertThat(ends(file)).containsExactly(1L);
    types.set(258, 3);
    assertThat(ends(file)).containsExactly(1L, 258L);
  }

  @Test
  void aMessagesEndIsNoAnswersEndWhereAnswersComeInChannels() throws IOException {
    Gguf file = CraftedModels.soundGguf();
    List<Object> tokens = new ArrayList<>((List<?>) file.metadata.get(TOKENS));
    List<Object> types = new ArrayList<>((List<?>) file.metadata.get(TYPES));
    tokens.addAll(List.of("<|end|>", "<|return|>"));
    types.addAll(List.of(3, 3));
    file.with(TOKENS, tokens).with(TYPES, types).with("tokenizer.ggml.eot_token_id", 258);
    assertThat(ends(file)).containsExactly(1L, 259L);
  }

  @ParameterizedTest
  @CsvSource({
    "gpt2, no-such-split, 'its tokenizer (gpt2, no-such-split) is not supported'",
    "bert, default, 'its tokenizer (bert, default) is not supported'",
    "llama, default, lacks the list tokenizer.ggml.scores"
  })
  void whatIsNotKnownIsRefusedByName(String model, String pre, String message) throws IOException {
    Gguf file =
        CraftedModels.soundGguf()
            .with("tokenizer.ggml.model", model)
            .with("tokenizer.ggml.pre", pre);
    refused(file, message);
  }

  @Test
  void piecesThatWouldTakeForEverAreRefused() throws IOException {
    Gguf file = sentencePieces(List.of("a", "b".repeat(1 << 15))).with(TYPES, List.of(1, 1));
    refused(file, "its tokens are longer than any tokenizer's");
    Gguf scores = sentencePieces(List.of("a", "b")).with("tokenizer.ggml.scores", List.of(1f));
    refused(scores.with(TYPES, List.of(1, 1)), "it has 2 tokens, but 1 scores");
  }

  private static Gguf sentencePieces(List<String> pieces) {
    return CraftedModels.soundGguf()
        .with("tokenizer.ggml.model", "llama")
        .with(TOKENS, pieces)
        .with("tokenizer.ggml.scores", pieces.stream().map(piece -> 0f).toList());
  }

  private static Gguf vocabulary(JsonNode golden) {
    return CraftedModels.soundGguf()
        .with(TOKENS, list(golden.get("tokens"), JsonNode::asText))
        .with(TYPES, list(golden.get("types"), JsonNode::asInt));
  }

  /** The ids of each text. */
  private void same(Gguf file, JsonNode texts, JsonNode ids) throws IOException {
    assertThat(texts.size()).isPositive().isEqualTo(ids.size());
    try (Tokenizer tokenizer = tokenizer(file)) {
      for (int i = 0; i < texts.size(); i++) {
        String text = texts.get(i).asText();
        JsonNode expected = ids.get(i);
        long[] wanted =
            LongStream.range(0, expected.size())
                .map(at -> expected.get((int) at).asLong())
                .toArray();
        assertThat(tokenizer.encodeText(text)).as(text).isEqualTo(wanted);
      }
    }
  }

  private Tokenizer tokenizer(Gguf file) throws IOException {
    try (GgufFile read = new GgufFile(write(file))) {
      return new PromptTokenizer(new GgufTokenizer(read).json(), "golden");
    }
  }

  private Iterable<Long> ends(Gguf file) throws IOException {
    try (GgufFile read = new GgufFile(write(file))) {
      return new GgufTokenizer(read).endTokens();
    }
  }

  private void refused(Gguf file, String message) {
    assertThatThrownBy(() -> tokenizer(file).close())
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message)
        .hasMessageContaining("crafted.gguf");
  }

  private Path write(Gguf file) throws IOException {
    return Files.write(dir.resolve("crafted.gguf"), file.bytes());
  }

  private static JsonNode golden() throws IOException {
    return new ObjectMapper().readTree(GOLDEN.toFile());
  }

  private static <T> List<T> list(JsonNode array, Function<JsonNode, T> as) {
    List<T> all = new ArrayList<>();
    array.forEach(one -> all.add(as.apply(one)));
    return all;
  }
}
