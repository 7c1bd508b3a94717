package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.judge.generate.ThinkThenDecide;
import io.assize.prompt.ChatMessage;
import io.assize.testing.DemoJudge;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The judge against Hugging Face transformers in float32: golden token ids of
 * scripts/golden/make_golden.py.
 */
@Tag("slow")
class GreedyTokensTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden");
  private static final int NEW_TOKENS = 48;

  @ParameterizedTest(name = "{0} slots")
  @ValueSource(ints = {1, 3, 8})
  void theDemoJudgeGeneratesTheTokensOfTransformers(int slots) throws IOException {
    check("smollm2-greedy.json", DemoJudge.path(), slots, 2);
  }

  @ParameterizedTest(name = "{0} slots")
  @ValueSource(ints = {1, 8})
  void soDoesAShardedBfloat16Checkpoint(int slots) throws IOException {
    check("tiny-llama-greedy.json", GOLDEN.resolve("tiny-llama"), slots, 1);
  }

  @Test
  void theChatOfTheDemoJudgeIsTokenizedAsItsAuthorsDo() throws IOException {
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(DemoJudge.path(), 1, 8), "cpu")) {
      for (JsonNode row : rows("smollm2-greedy.json")) {
        List<ChatMessage> chat = List.of(new ChatMessage("user", row.get("text").asText()));
        assertThat(judge.tokens(chat, "model")).containsExactly(longs(row.get("prompt_ids")));
      }
    }
  }

  /** All prompts at once, so that they share the batch; with fewer slots than prompts they wait. */
  private static void check(String golden, Path model, int slots, long end) throws IOException {
    try (DjlJudge judge = DjlJudge.open(DemoJudge.config(model, slots, NEW_TOKENS), "cpu")) {
      JsonNode rows = rows(golden);
      List<ThinkThenDecide> requests = new ArrayList<>();
      rows.forEach(row -> requests.add(judge.submit(longs(row.get("prompt_ids")), null)));
      for (int i = 0; i < requests.size(); i++) {
        requests.get(i).future().join();
        long[] expected =
            LongStream.of(longs(rows.get(i).get("generated_ids")))
                .filter(token -> token != end)
                .toArray();
        assertThat(requests.get(i).tokens()).as("prompt %d", i).containsExactly(expected);
      }
    }
  }

  private static JsonNode rows(String name) throws IOException {
    return new ObjectMapper().readTree(GOLDEN.resolve(name).toFile());
  }

  private static long[] longs(JsonNode array) {
    return LongStream.range(0, array.size()).map(i -> array.get((int) i).asLong()).toArray();
  }
}
