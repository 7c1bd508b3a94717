package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.prompt.Segment;
import io.assize.testing.Programs;
import io.assize.testing.PublicData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The ids of whole chats are those of Hugging Face's own library, with contents as data. */
class TokenizersTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String SCRIPT = "src/test/resources/python/tokenizer_chats.py";

  @TempDir private Path dir;

  @Test
  void smallInputsThatWentWrongAreRight() throws IOException {
    int read = 0;
    try (Stream<Path> cases = Files.list(PublicData.cases("tokenizer"))) {
      for (Path folder : cases.toList()) {
        try (PromptTokenizer tokenizer = open(folder.resolve("tokenizer.json"))) {
          for (String line : Files.readAllLines(folder.resolve("expected.tsv"))) {
            String[] cells = line.split("\t", -1);
            String text = Files.readString(folder.resolve(cells[0]));
            long[] ids = tokenizer.encode(chat(text));
            assertThat(ids)
                .as("%s %s", folder, cells[0])
                .containsExactly(JSON.readValue(cells[2], long[].class));
            read++;
          }
        }
      }
    }
    assertThat(read).isEqualTo(9);
  }

  @Test
  void theIdsOfAChatAreThoseOfThePythonLibrary() throws IOException {
    Programs.Ended ended = Programs.python(dir, Files.readString(Path.of(SCRIPT)), dir);
    assertThat(ended.code()).as(ended.err()).isZero();
    List<String> wrong = new ArrayList<>();
    int chats = 0;
    try (Stream<Path> files = Files.list(dir)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".chats.json")).toList()) {
        String kind = file.getFileName().toString().replace(".chats.json", "");
        try (PromptTokenizer tokenizer = open(dir.resolve(kind + ".json"))) {
          List<Long> controls = controls(dir.resolve(kind + ".json"));
          for (JsonNode row : JSON.readTree(file.toFile())) {
            chats++;
            long[] found = tokenizer.encode(segments(row));
            boolean right =
                row.path("hostile").asBoolean()
                    ? ofTheTemplate(kind, found, controls, ids(row, "controls"))
                    : same(found, ids(row, "ids"));
            if (!right) {
              wrong.add(kind + " " + Arrays.toString(found) + " " + row);
            }
          }
        }
      }
    }
    assertThat(wrong.stream().limit(4)).as("%d of %d chats", wrong.size(), chats).isEmpty();
    assertThat(chats).isEqualTo(16 * 150);
  }

  /** Flags of tokens, and normalisation, may take a token away; nothing may add one. */
  private static boolean ofTheTemplate(
      String kind, long[] found, List<Long> controls, long[] expected) {
    long[] made = LongStream.of(found).filter(controls::contains).sorted().toArray();
    if (!kind.contains("strips") && !kind.contains("normalized") && !kind.endsWith("first")) {
      return same(made, expected);
    }
    for (long control : controls) {
      if (count(made, control) > count(expected, control)) {
        return false;
      }
    }
    return true;
  }

  private static long count(long[] ids, long id) {
    return LongStream.of(ids).filter(one -> one == id).count();
  }

  private static boolean same(long[] found, long[] expected) {
    return Arrays.equals(found, expected);
  }

  private static List<Segment> chat(String text) {
    return List.of(
        new Segment("<s><|u|>\n", true),
        new Segment(text, false),
        new Segment("<|end|>\n<|a|>hello", true));
  }

  private static List<Segment> segments(JsonNode row) {
    return StreamSupport.stream(row.path("segments").spliterator(), false)
        .map(one -> new Segment(one.get(0).asText(), one.get(1).asBoolean()))
        .toList();
  }

  private static long[] ids(JsonNode row, String key) {
    return StreamSupport.stream(row.path(key).spliterator(), false)
        .mapToLong(JsonNode::asLong)
        .toArray();
  }

  private static List<Long> controls(Path tokenizer) throws IOException {
    List<Long> ids = new ArrayList<>();
    for (JsonNode token : JSON.readTree(tokenizer.toFile()).path("added_tokens")) {
      String content = token.path("content").asText();
      if (content.startsWith("<") && !content.equals("<unk>")) {
        ids.add(token.path("id").asLong());
      }
    }
    return ids;
  }

  private static PromptTokenizer open(Path file) throws IOException {
    return new PromptTokenizer(Files.readString(file), file.toString());
  }
}
