package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.Device;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.judge.model.Checkpoint;
import io.assize.judge.model.CheckpointFiles;
import io.assize.judge.model.ModelTensors;
import io.assize.judge.model.Precision;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Families that are not like Llama against the logits that Hugging Face transformers gives in
 * float32 for tiny random checkpoints after 40, 300 and 3,000 tokens: golden files of
 * scripts/golden/make_golden.py. Windows and lengthened contexts of the checkpoints are crossed.
 */
@HeldKernels
class FamiliesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/families");
  private static final Path GGUF = GOLDEN.resolveSibling("gguf-families");
  private static final int LENGTH = 3072;
  private static final int SLOTS = 3;

  /** Tokens that are read at a time. */
  private static final int PIECE = 1000;

  static List<String> names() throws IOException {
    try (Stream<Path> folders = Files.list(GOLDEN)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  /** All prompts in one step. */
  @ParameterizedTest
  @MethodSource("names")
  void logitsAreThoseOfTransformersInABatch(String name) throws IOException {
    List<Prompt> prompts = prompts(name);
    try (Checkpoint checkpoint = CheckpointFiles.find(GOLDEN.resolve(name)).open();
        Decoder decoder = load(checkpoint, Precision.FP32)) {
      List<float[]> together = together(decoder, prompts);
      for (int i = 0; i < prompts.size(); i++) {
        prompts.get(i).check(name, 0, together.get(2 * i));
        prompts.get(i).check(name, 1, together.get(2 * i + 1));
      }
    }
  }

  static List<String> ggufNames() throws IOException {
    return ArchitecturesTest.ggufNames(GGUF);
  }

  /**
   * The same checkpoints as GGUF files (scripts/golden/make_gguf.py); some have their own logits.
   */
  @ParameterizedTest
  @MethodSource("ggufNames")
  void logitsOfGgufFilesAreThoseOfTransformers(String name) throws IOException {
    String stem = name.substring(0, name.indexOf('.'));
    Path own = GGUF.resolve(stem + ".json");
    List<Prompt> prompts =
        promptsOf(Files.exists(own) ? own : GOLDEN.resolve(stem).resolve("logits.json"))
            .subList(0, 2);
    try (Checkpoint checkpoint = CheckpointFiles.find(GGUF.resolve(name)).open();
        Decoder decoder = load(checkpoint, Precision.FP32)) {
      List<float[]> together = together(decoder, prompts);
      for (int i = 0; i < prompts.size(); i++) {
        prompts.get(i).check(name, 0, together.get(2 * i));
        prompts.get(i).check(name, 1, together.get(2 * i + 1));
      }
    }
  }

  /** Each read alone, in pieces; its last token is a step beside others' and slot by slot. */
  @ParameterizedTest
  @MethodSource("names")
  void aStepAfterAPromptThatWasReadAloneGivesTheSame(String name) throws IOException {
    List<Prompt> prompts = prompts(name);
    try (Checkpoint checkpoint = CheckpointFiles.find(GOLDEN.resolve(name)).open();
        Decoder decoder = load(checkpoint, Precision.FP32)) {
      for (int slot = 0; slot < prompts.size(); slot++) {
        Prompt prompt = prompts.get(slot);
        decoder.begin(slot, prompt.length);
        for (int from = 0; from < prompt.length - 1; from += PIECE) {
          int count = Math.min(PIECE, prompt.length - 1 - from);
          int wanted = (int) prompt.rows[0] - from;
          boolean here = wanted >= 0 && wanted < count;
          try (Decoder.Logits logits =
              read(decoder, slot, prompt, from, count, here ? wanted : 0)) {
            if (here) {
              prompt.check(name, 0, logits.row(0));
            }
          }
        }
      }
      long[] last =
          prompts.stream().mapToLong(prompt -> prompt.tokens[prompt.length - 1]).toArray();
      long[] positions = prompts.stream().mapToLong(prompt -> prompt.length - 1L).toArray();
      long[] asked = LongStream.range(0, last.length).toArray();
      for (boolean exact : new boolean[] {false, true}) {
        try (Decoder.Logits step =
            decoder.step(last, positions, last.length, new long[0], asked, new long[0], exact)) {
          for (int slot = 0; slot < last.length; slot++) {
            prompts.get(slot).check(name + (exact ? ", exact" : ""), 1, step.row(slot));
          }
        }
      }
    }
  }

  /** Neighbours change no bit where sums are the same in every shape. */
  @ParameterizedTest
  @MethodSource("names")
  void aRowDoesNotDependOnItsNeighbours(String name) throws IOException {
    List<Prompt> prompts = prompts(name);
    try (Checkpoint checkpoint = CheckpointFiles.find(GOLDEN.resolve(name)).open()) {
      for (Precision precision : List.of(Precision.INT8, Precision.BF16)) {
        if (!can(checkpoint, precision)) {
          continue;
        }
        try (Decoder decoder = load(checkpoint, precision)) {
          List<float[]> together = together(decoder, prompts);
          for (int i = 0; i < prompts.size(); i++) {
            List<float[]> alone = alone(decoder, prompts.get(i));
            String what = name + " in " + precision + ", " + prompts.get(i).length + " tokens";
            assertThat(together.get(2 * i)).as(what).containsExactly(alone.get(0));
            assertThat(together.get(2 * i + 1)).as(what).containsExactly(alone.get(1));
          }
        }
      }
    }
  }

  /** The same, of the shorter prompts and to the last bits, where they are not. */
  @ParameterizedTest
  @MethodSource("names")
  void inFloat32ItDoesNotEither(String name) throws IOException {
    List<Prompt> prompts = prompts(name).subList(0, 2);
    try (Checkpoint checkpoint = CheckpointFiles.find(GOLDEN.resolve(name)).open();
        Decoder decoder = load(checkpoint, Precision.FP32)) {
      List<float[]> together = together(decoder, prompts);
      for (int i = 0; i < prompts.size(); i++) {
        List<float[]> alone = alone(decoder, prompts.get(i));
        assertThat(together.get(2 * i)).containsExactly(alone.get(0), within(1e-4f));
        assertThat(together.get(2 * i + 1)).containsExactly(alone.get(1), within(1e-4f));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void lowPrecisionsComeNear(String name) throws IOException {
    Prompt prompt = prompts(name).get(0);
    try (Checkpoint checkpoint = CheckpointFiles.find(GOLDEN.resolve(name)).open()) {
      for (Precision precision : List.of(Precision.INT8, Precision.BF16)) {
        if (!can(checkpoint, precision)) {
          continue;
        }
        try (Decoder decoder = load(checkpoint, precision)) {
          assertThat(prompt.distance(1, alone(decoder, prompt).get(1)))
              .as("%s in %s", name, precision)
              .isLessThan(0.1);
        }
      }
    }
  }

  private static boolean can(Checkpoint checkpoint, Precision precision) {
    return KernelSet.used("cpu").can(precision)
        && checkpoint.architecture().precisions().contains(precision);
  }

  private static Decoder load(Checkpoint checkpoint, Precision precision) throws IOException {
    ModelTensors tensors = ModelTensors.of(checkpoint, "golden");
    Decoder decoder =
        Decoder.load(checkpoint, tensors, Device.cpu(), precision, LENGTH, LENGTH * SLOTS, 0);
    decoder.arrange(SLOTS, LENGTH);
    return decoder;
  }

  /** A prompt by itself, in a slot that is not the first; its two rows' logits. */
  private static List<float[]> alone(Decoder decoder, Prompt prompt) {
    decoder.begin(2, prompt.length);
    try (Decoder.Logits logits =
        decoder.step(
            prompt.tokens,
            LongStream.range(0, prompt.length).toArray(),
            0,
            new long[] {2, 0, prompt.length, 0},
            prompt.rows,
            new long[0],
            false)) {
      return List.of(logits.row(0), logits.row(1));
    }
  }

  /** All prompts in one step, the longest first; their rows' logits in the prompts' order. */
  private static List<float[]> together(Decoder decoder, List<Prompt> prompts) {
    int rows = prompts.stream().mapToInt(prompt -> prompt.length).sum();
    long[] tokens = new long[rows];
    long[] positions = new long[rows];
    long[] runs = new long[4 * prompts.size()];
    long[] asked = new long[2 * prompts.size()];
    int first = 0;
    for (int i = prompts.size() - 1; i >= 0; i--) {
      Prompt prompt = prompts.get(i);
      decoder.begin(i, prompt.length);
      System.arraycopy(prompt.tokens, 0, tokens, first, prompt.length);
      System.arraycopy(
          LongStream.range(0, prompt.length).toArray(), 0, positions, first, prompt.length);
      System.arraycopy(new long[] {i, first, prompt.length, 0}, 0, runs, 4 * i, 4);
      asked[2 * i] = first + prompt.rows[0];
      asked[2 * i + 1] = first + prompt.rows[1];
      first += prompt.length;
    }
    long[] inOrder = new long[runs.length];
    for (int i = 0; i < prompts.size(); i++) {
      System.arraycopy(runs, 4 * (prompts.size() - 1 - i), inOrder, 4 * i, 4);
    }
    List<float[]> found = new ArrayList<>();
    try (Decoder.Logits logits =
        decoder.step(tokens, positions, 0, inOrder, asked, new long[0], false)) {
      for (int i = 0; i < asked.length; i++) {
        found.add(logits.row(i));
      }
    }
    return found;
  }

  private static Decoder.Logits read(
      Decoder decoder, int slot, Prompt prompt, int from, int count, int asked) {
    return decoder.step(
        LongStream.of(prompt.tokens).skip(from).limit(count).toArray(),
        LongStream.range(from, from + count).toArray(),
        0,
        new long[] {slot, 0, count, from},
        new long[] {asked},
        new long[0],
        false);
  }

  private static List<Prompt> prompts(String name) throws IOException {
    return promptsOf(GOLDEN.resolve(name).resolve("logits.json"));
  }

  private static List<Prompt> promptsOf(Path logits) throws IOException {
    List<Prompt> prompts = new ArrayList<>();
    JsonNode golden = new ObjectMapper().readTree(logits.toFile());
    golden.forEach(one -> prompts.add(new Prompt(one)));
    return prompts;
  }

  /** Tokens, and the logits after two of them as transformers gave them. */
  private static final class Prompt {
    final int length;
    final long[] tokens;
    final long[] rows;
    final JsonNode logits;

    Prompt(JsonNode golden) {
      length = golden.get("length").asInt();
      rows = new long[] {golden.get("rows").get(0).asLong(), golden.get("rows").get(1).asLong()};
      logits = golden.get("logits");
      tokens = new long[length];
      long x = 7;
      for (int i = 0; i < length; i++) {
        x = (x * 1103515245 + 12345) % (1L << 31);
        tokens[i] = 2 + (x >> 16) % 94;
      }
    }

    void check(String what, int row, float[] found) {
      float[] expected = new float[logits.get(row).size()];
      for (int i = 0; i < expected.length; i++) {
        expected[i] = (float) logits.get(row).get(i).asDouble();
      }
      assertThat(found)
          .as("%s, row %d of %d tokens", what, rows[row], length)
          .containsExactly(expected, within(1e-3f));
    }

    /** The length of the difference over the length of what is expected. */
    double distance(int row, float[] found) {
      double difference = 0;
      double whole = 0;
      for (int i = 0; i < found.length; i++) {
        double value = logits.get(row).get(i).asDouble();
        difference += Math.pow(found[i] - value, 2);
        whole += value * value;
      }
      return Math.sqrt(difference / whole);
    }
  }
}
