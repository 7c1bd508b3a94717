package io.assize.judge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.UserError;
import io.assize.judge.djl.PromptTokenizer;
import io.assize.prompt.Segment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A directory whose only tokenizer is SentencePiece's own file gives the ids of {@code
 * sentencepiece}, and with control tokens those of transformers' LlamaTokenizerFast
 * (scripts/golden/make_sentencepiece.py).
 */
class SentencePieceFileTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/sentencepiece");

  @TempDir private Path model;

  @BeforeEach
  void aCheckpointWithoutATokenizer() throws IOException {
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(GOLDEN.resolve("legacy").resolve(name), model.resolve(name));
    }
  }

  @ParameterizedTest
  @CsvSource({"bpe, true", "unigram, true", "unigram, false"})
  void textsHaveTheIdsOfSentencePiece(String kind, boolean legacy) throws IOException {
    same(kind, legacy, golden(kind).path("texts"), 40);
  }

  @ParameterizedTest
  @CsvSource({"true, legacy, 6", "false, first, 50"})
  void controlTokensStandApartAsInTransformers(boolean legacy, String ids, int least)
      throws IOException {
    same("bpe", legacy, golden("bpe").path(ids), least);
  }

  @Test
  void itsBeginAndEndTokensAreTheTemplates() throws IOException {
    try (Checkpoint checkpoint = opened("bpe", true)) {
      assertThat(checkpoint.bosToken()).isEqualTo("<s>");
      assertThat(checkpoint.eosToken()).isEqualTo("</s>");
      assertThat(checkpoint.endTokens()).containsExactly(2L);
      assertThat(checkpoint.tokenizerAsFound()).isTrue();
    }
  }

  @Test
  void aPieceThatWouldTakeForEverIsRefused() throws IOException {
    byte[] text = "a".repeat(40_000).getBytes(StandardCharsets.UTF_8);
    ByteArrayOutputStream file = new ByteArrayOutputStream();
    file.write(Files.readAllBytes(GOLDEN.resolve("bpe/tokenizer.model")));
    // One more piece: a message of 40,004 bytes, whose one field is the text.
    file.write(new byte[] {10, (byte) 0xc4, (byte) 0xb8, 2, 10, (byte) 0xc0, (byte) 0xb8, 2});
    file.write(text);
    Files.write(model.resolve("tokenizer.model"), file.toByteArray());
    assertThatThrownBy(() -> tokenizerOf(model))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("its tokens are longer than any tokenizer's");
  }

  private static String tokenizerOf(Path model) throws IOException {
    try (Checkpoint checkpoint = CheckpointFiles.find(model).open()) {
      return checkpoint.tokenizerJson();
    }
  }

  private void same(String kind, boolean legacy, JsonNode rows, int least) throws IOException {
    try (Checkpoint checkpoint = opened(kind, legacy);
        PromptTokenizer tokenizer = new PromptTokenizer(checkpoint.tokenizerJson(), kind)) {
      for (JsonNode row : rows) {
        String text = row.path("text").asText();
        long[] ids =
            StreamSupport.stream(row.path("ids").spliterator(), false)
                .mapToLong(JsonNode::asLong)
                .toArray();
        assertThat(tokenizer.encode(List.of(new Segment(text, true))))
            .as("[%s]", text)
            .isEqualTo(ids);
      }
    }
    assertThat(rows.size()).isGreaterThanOrEqualTo(least);
  }

  private Checkpoint opened(String kind, boolean legacy) throws IOException {
    Files.copy(GOLDEN.resolve(kind).resolve("tokenizer.model"), model.resolve("tokenizer.model"));
    Files.writeString(model.resolve("tokenizer_config.json"), "{\"legacy\": " + legacy + "}");
    return CheckpointFiles.find(model).open();
  }

  private static JsonNode golden(String kind) throws IOException {
    return new ObjectMapper().readTree(GOLDEN.resolve(kind).resolve("ids.json").toFile());
  }
}
