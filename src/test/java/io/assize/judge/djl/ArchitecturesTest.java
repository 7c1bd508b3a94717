package io.assize.judge.djl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
import java.util.List;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The decoder in float32 against the logits that Hugging Face transformers gives for tiny random
 * checkpoints of each architecture: golden files of scripts/golden/make_golden.py.
 */
@HeldKernels
class ArchitecturesTest {
  private static final Path GOLDEN = Path.of("src/test/resources/golden/architectures");
  private static final Path GGUF = Path.of("src/test/resources/golden/gguf");
  private static final int SLOTS = 3;

  static List<String> names() throws IOException {
    try (Stream<Path> folders = Files.list(GOLDEN)) {
      return folders.map(folder -> folder.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("names")
  void logitsAreThoseOfTransformers(String name) throws IOException {
    Golden golden = new Golden(name);
    try (Checkpoint checkpoint = CheckpointFiles.find(golden.model).open();
        Decoder decoder = load(checkpoint, Precision.FP32);
        Decoder.Logits whole = read(decoder, golden.tokens, 0, 1, golden.rows)) {
      for (int i = 0; i < golden.rows.length; i++) {
        check(name + " row " + golden.rows[i], whole.row(i), golden.logits.get(i));
      }
    }
  }

  static List<String> ggufFiles() throws IOException {
    return ggufNames(GGUF);
  }

  /** The names of a folder's GGUF files, sorted. */
  static List<String> ggufNames(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> name.endsWith(".gguf"))
          .sorted()
          .toList();
    }
  }

  /**
   * The same checkpoints as GGUF files; one of them, of quantised tensors, has logits of its own.
   */
  @ParameterizedTest
  @MethodSource("ggufFiles")
  void logitsOfGgufFilesAreThoseOfTransformers(String name) throws IOException {
    String stem = name.substring(0, name.indexOf('.'));
    Path own = GGUF.resolve(stem + ".json");
    Path logits = Files.exists(own) ? own : GOLDEN.resolve(stem).resolve("logits.json");
    Golden golden = new Golden(GGUF.resolve(name), logits);
    try (Checkpoint checkpoint = CheckpointFiles.find(golden.model).open();
        Decoder decoder = load(checkpoint, Precision.FP32);
        Decoder.Logits whole = read(decoder, golden.tokens, 0, 1, golden.rows)) {
      for (int i = 0; i < golden.rows.length; i++) {
        check(name + " row " + golden.rows[i], whole.row(i), golden.logits.get(i));
      }
    }
  }

  /** Above all, that every weight and bias stands in the turned basis of int8. */
  @ParameterizedTest
  @MethodSource("names")
  void lowPrecisionsComeNear(String name) throws IOException {
    Golden golden = new Golden(name);
    for (Precision precision : List.of(Precision.BF16, Precision.INT8)) {
      assumeCan(precision);
      try (Checkpoint checkpoint = CheckpointFiles.find(golden.model).open();
          Decoder decoder = load(checkpoint, precision);
          Decoder.Logits whole = read(decoder, golden.tokens, 0, 1, golden.rows)) {
        for (int i = 0; i < golden.rows.length; i++) {
          assertThat(distance(whole.row(i), golden.logits.get(i)))
              .as("%s in %s, row %d", name, precision, golden.rows[i])
              .isLessThan(0.1);
        }
      }
    }
  }

  /** What rounding left of the asked rows brings them nearer, and changes nothing in float32. */
  @ParameterizedTest
  @MethodSource("names")
  void finerRowsComeNearer(String name) throws IOException {
    assumeCan(Precision.INT8);
    Golden golden = new Golden(name);
    long[] all = LongStream.range(0, golden.rows.length).toArray();
    try (Checkpoint checkpoint = CheckpointFiles.find(golden.model).open();
        Decoder fp32 = load(checkpoint, Precision.FP32);
        Decoder int8 = load(checkpoint, Precision.INT8)) {
      assertThat(distance(fp32, golden, all)).isEqualTo(distance(fp32, golden, new long[0]));
      assertThat(distance(int8, golden, all)).isLessThan(distance(int8, golden, new long[0]));
    }
  }

  /** The last token as a step of its own, in a slot that is neither the first nor the last. */
  @ParameterizedTest
  @MethodSource("names")
  void aStepAfterThePromptGivesTheSame(String name) throws IOException {
    Golden golden = new Golden(name);
    long[] tokens = golden.tokens;
    int last = tokens.length - 1;
    for (boolean exact : new boolean[] {false, true}) {
      try (Checkpoint checkpoint = CheckpointFiles.find(golden.model).open();
          Decoder decoder = load(checkpoint, Precision.FP32)) {
        read(decoder, LongStream.of(tokens).limit(20).toArray(), 0, 1, new long[] {19}).close();
        long[] rest = LongStream.of(tokens).skip(20).limit(last - 20).toArray();
        read(decoder, rest, 20, 1, new long[] {0}).close();
        try (Decoder.Logits step =
            decoder.step(
                new long[] {0, tokens[last]},
                new long[] {127, last},
                2,
                new long[0],
                new long[] {1},
                new long[0],
                exact)) {
          check(name + (exact ? " exact" : ""), step.row(0), golden.logits.get(3));
        }
      }
    }
  }

  private static void assumeCan(Precision precision) {
    KernelSet here = KernelSet.used("cpu");
    assumeTrue(
        here.can(precision),
        () -> "skipped: kernels " + here.text() + " cannot do " + precision + " (docs/engine.md)");
  }

  private static Decoder load(Checkpoint checkpoint, Precision precision) throws IOException {
    ModelTensors tensors = ModelTensors.of(checkpoint, "golden");
    Decoder decoder =
        Decoder.load(checkpoint, tensors, Device.cpu(), precision, 128, 128 * SLOTS, 0);
    decoder.arrange(SLOTS, 128);
    return decoder;
  }

  private static Decoder.Logits read(
      Decoder decoder, long[] tokens, int from, int slot, long[] asked) {
    return read(decoder, tokens, from, slot, asked, new long[0]);
  }

  private static Decoder.Logits read(
      Decoder decoder, long[] tokens, int from, int slot, long[] asked, long[] fine) {
    return decoder.step(
        tokens,
        LongStream.range(from, from + tokens.length).toArray(),
        0,
        new long[] {slot, 0, tokens.length, from},
        asked,
        fine,
        false);
  }

  /** The sum of all rows' distances, with some rows finer. */
  private static double distance(Decoder decoder, Golden golden, long[] fine) {
    double sum = 0;
    try (Decoder.Logits whole = read(decoder, golden.tokens, 0, 1, golden.rows, fine)) {
      for (int i = 0; i < golden.rows.length; i++) {
        sum += distance(whole.row(i), golden.logits.get(i));
      }
    }
    return sum;
  }

  /** The length of the difference over the length of what is expected. */
  private static double distance(float[] logits, JsonNode expected) {
    double difference = 0;
    double length = 0;
    for (int i = 0; i < logits.length; i++) {
      double value = expected.get(i).asDouble();
      difference += Math.pow(logits[i] - value, 2);
      length += value * value;
    }
    return Math.sqrt(difference / length);
  }

  private static void check(String what, float[] logits, JsonNode expected) {
    assertThat(logits).as(what).hasSize(expected.size());
    for (int i = 0; i < logits.length; i++) {
      assertThat(logits[i])
          .as("%s, token %d", what, i)
          .isCloseTo((float) expected.get(i).asDouble(), within(1e-3f));
    }
  }

  /** A checkpoint, tokens, and the logits after some of them, as transformers gave them. */
  private static final class Golden {
    final Path model;
    final long[] tokens;
    final long[] rows;
    final JsonNode logits;

    Golden(String name) throws IOException {
      this(GOLDEN.resolve(name), GOLDEN.resolve(name).resolve("logits.json"));
    }

    Golden(Path model, Path logitsFile) throws IOException {
      this.model = model;
      JsonNode golden = new ObjectMapper().readTree(logitsFile.toFile());
      tokens = longs(golden.get("tokens"));
      rows = longs(golden.get("rows"));
      logits = golden.get("logits");
    }
  }

  private static long[] longs(JsonNode array) {
    return LongStream.range(0, array.size()).map(i -> array.get((int) i).asLong()).toArray();
  }
}
