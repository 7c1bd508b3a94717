package io.assize.judge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.UserError;
import io.assize.judge.djl.PromptTokenizer;
import io.assize.prompt.ChatMessage;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Weights of torch.save: what PyTorch wrote is read to the bit, and nothing else is built. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class TorchFileTest {
  static final Path GOLDEN = Path.of("src/test/resources/golden/checkpoints");
  private static final String SHARD = "pytorch_model-00001-of-00002.bin";

  @TempDir private Path dir;

  @Test
  void shardsOfTorchSaveAreTheirTwinInSafetensorsBitForBit() throws IOException {
    try (WeightFiles torch = WeightFiles.ofModel(new ModelFolder(GOLDEN.resolve("torch")));
        WeightFiles twin = WeightFiles.ofModel(new ModelFolder(GOLDEN.resolve("twin")))) {
      assertThat(torch.files()).hasSize(2).allMatch(TorchFile.class::isInstance);
      assertThat(new TreeSet<>(torch.names())).isEqualTo(new TreeSet<>(twin.names())).hasSize(21);
      for (String name : twin.names()) {
        assertThat(torch.type(name)).isEqualTo(NumberType.F16);
        assertThat(torch.shape(name)).as(name).isEqualTo(twin.shape(name));
        assertThat(all(torch, name)).as(name).isEqualTo(all(twin, name));
      }
      String rows = "model.embed_tokens.weight";
      assertThat(torch.read(rows, 7, 3)).isEqualTo(twin.read(rows, 7, 3));
    }
  }

  @Test
  void aCheckpointOfShardsWithoutAChatTemplatePassesWithAProtocolThatHasOne() throws IOException {
    Path model = copy("torch");
    CheckpointFiles files =
        CheckpointFiles.check(
            model, 8, List.of(new ChatMessage("user", "a")), "none", PromptTokenizer::new);
    assertThat(files.sums())
        .containsKeys("pytorch_model.bin.index.json", SHARD)
        .doesNotContainKey("model.safetensors");
    // Where both are there safetensors are read, and PyTorch's are not so much as opened.
    Files.copy(GOLDEN.resolve("twin/model.safetensors"), model.resolve("model.safetensors"));
    Files.writeString(model.resolve(SHARD), "no pickle");
    try (Checkpoint checkpoint = CheckpointFiles.find(model).open()) {
      assertThat(checkpoint.sums(false))
          .containsKey("model.safetensors")
          .doesNotContainKeys("pytorch_model.bin.index.json", SHARD);
    }
  }

  @Test
  void oneFileIsReadWithoutAnIndex() throws IOException {
    Path model = Files.createDirectory(dir.resolve("one"));
    Files.copy(GOLDEN.resolve("odd.bin"), model.resolve("pytorch_model.bin"));
    try (WeightFiles files = WeightFiles.ofModel(new ModelFolder(model))) {
      assertThat(files.names()).contains("plain");
    }
  }

  @Test
  void tensorsThatLieTurnedInPartsOrTogetherAreReadAsPyTorchReadsThem() throws IOException {
    JsonNode golden = new ObjectMapper().readTree(GOLDEN.resolve("odd.json").toFile());
    try (TorchFile file = new TorchFile(GOLDEN.resolve("odd.bin"))) {
      assertThat(file.names()).hasSize(golden.size()).hasSize(17);
      for (String name : file.names()) {
        JsonNode expected = golden.get(name);
        long[] shape = file.shape(name);
        assertThat(shape).as(name).hasSize(expected.get("shape").size());
        long rows = shape.length == 0 ? 1 : shape[0];
        FloatBuffer floats = FloatBuffer.allocate((int) Shapes.count(shape));
        file.rows(name, 0, rows, bytes -> file.type(name).floats(bytes, floats));
        assertThat(floats.hasRemaining()).isFalse();
        for (int i = 0; i < floats.capacity(); i++) {
          String value = expected.get("values").get(i).asText();
          double wanted =
              switch (value) {
                case "nan" -> Double.NaN;
                case "inf" -> Double.POSITIVE_INFINITY;
                case "-inf" -> Double.NEGATIVE_INFINITY;
                default -> Double.parseDouble(value);
              };
          assertThat(Float.compare(floats.get(i), (float) wanted))
              .as("%s at %d: %s", name, i, value)
              .isZero();
        }
      }
      // Some rows of a matrix whose columns lie one after the other.
      FloatBuffer part = FloatBuffer.allocate(12);
      file.rows("turned", 1, 2, bytes -> NumberType.F32.floats(bytes, part));
      assertThat(part.get(0)).isEqualTo((float) golden.at("/turned/values/6").asDouble());
      assertThat(part.get(11)).isEqualTo((float) golden.at("/turned/values/17").asDouble());
    }
  }

  @Test
  void whatPyTorchWroteBefore16IsRefused() throws IOException {
    refused(GOLDEN.resolve("old.bin"), "before 1.6, are not read: save the weights anew");
    Path empty = Files.write(dir.resolve("empty.bin"), new byte[0]);
    refused(empty, "is no zip archive of torch.save");
  }

  static Stream<Arguments> hostile() {
    String storage = "(X\7\0\0\0storagectorch\nHalfStorage\nX\1\0\0\0" + "0X\3\0\0\0cpuK\4tQ";
    String tensor = "}X\1\0\0\0actorch._utils\n_rebuild_tensor_v2\n(" + storage;
    return Stream.of(
        Arguments.of("os.system", "cos\nsystem\nX\4\0\0\0trueq\1\205R.", "the global os.system"),
        Arguments.of("posix", "cposix\nsystem\n.", "the global posix.system"),
        Arguments.of("eval", "cbuiltins\neval\nX\1\0\0\0001\205R.", "the global builtins.eval"),
        Arguments.of("eval of Python 2", "c__builtin__\neval\n.", "global __builtin__.eval"),
        Arguments.of("getattr", "cbuiltins\ngetattr\n.", "the global builtins.getattr"),
        Arguments.of("a longer name", "ctorch._utils\n_rebuild_tensor_v2.x\n.", "_tensor_v2.x"),
        Arguments.of("numpy", "cnumpy.core.multiarray\n_reconstruct\n.", "_reconstruct"),
        Arguments.of("torch.load", "ctorch\nload\n.", "the global torch.load"),
        Arguments.of("INST", "(X\2\0\0\0idios\nsystem\n.", "the operation INST"),
        Arguments.of("OBJ", "(N)o.", "the operation OBJ"),
        Arguments.of("NEWOBJ", "ccollections\nOrderedDict\n)\201.", "operation NEWOBJ"),
        Arguments.of("NEWOBJ_EX", "N)}\222.", "the operation NEWOBJ_EX"),
        Arguments.of("STACK_GLOBAL", "X\2\0\0\0osX\6\0\0\0system\223.", "STACK_GLOBAL"),
        Arguments.of("EXT1", "\202\1.", "the operation EXT1"),
        Arguments.of("EXT2", "\203\1\0.", "the operation EXT2"),
        Arguments.of("EXT4", "\204\1\0\0\0.", "the operation EXT4"),
        Arguments.of("DUP", "N2.", "the operation DUP"),
        Arguments.of("STRING", "S'x'\n.", "the operation STRING"),
        Arguments.of("PERSID", "Px\n.", "the operation PERSID"),
        Arguments.of("protocol 4", "\200\4N.", "protocol 4"),
        Arguments.of("an unknown one", "\377.", "the operation 0xff"),
        Arguments.of("REDUCE of a text", "X\1\0\0\0x)R.", "a call of something else"),
        Arguments.of("REDUCE of a storage", "ctorch\nHalfStorage\n)R.", "a call of torch.Half"),
        Arguments.of("OrderedDict of more", "ccollections\nOrderedDict\nN\205R.", "a call of coll"),
        Arguments.of("BUILD of a list", "]}b.", "a state for something else"),
        Arguments.of(
            "BUILD of a global", "ccollections\nOrderedDict\n}b.", "a state for something"),
        Arguments.of("APPEND to a mapping", "}Na.", "an append to something else"),
        Arguments.of("SETITEM in a list", "]X\1\0\0\0xNs.", "an item set in something else"),
        Arguments.of("keys that are no texts", "}K\1Ns.", "keys are no texts"),
        Arguments.of("an odd one out", "}(X\1\0\0\0xu.", "an item set in something else"),
        Arguments.of("a text of 2 GB", "X\377\377\377\177x.", "a text longer than the file"),
        Arguments.of("a text of -1", "X\377\377\377\377x.", "a text longer than the file"),
        Arguments.of("a number of 255 bytes", "\212\377" + "x".repeat(255) + ".", "of 255 bytes"),
        Arguments.of("LONG4", "\213\377\377\377\177.", "the operation LONG4"),
        Arguments.of("a name without end", "c" + "x".repeat(1000), "over 200 letters"),
        Arguments.of("no memory", "h\5.", "a reference to nothing"),
        Arguments.of("nothing", "", "an end in the middle"),
        Arguments.of("no operand", "\205.", "an operation without its operand"),
        Arguments.of("no mark", "Nt.", "an operation without its operand"),
        Arguments.of("a mark as a value", "(\205.", "an operation without its operand"),
        Arguments.of("deep", "(".repeat(1 << 19) + ".", "more values than a state dict has"),
        Arguments.of("deeper", "N" + "\205".repeat(5_000_000) + ".", "more operations than"),
        Arguments.of("doubling", "K\1" + "q\1h\1\206".repeat(500) + ".", "else than a state dict"),
        Arguments.of("a list in itself", "]q\1h\1a.", "something else than a state dict"),
        Arguments.of("a mapping in itself", "}q\1X\12\0\0\0state_dicth\1s.", "no tensors by name"),
        Arguments.of("an id that is a text", "X\1\0\0\0xQ.", "a persistent id"),
        Arguments.of("other arguments", tensor + "K\0N)NNtRs.", "a call of torch._utils._reb"),
        Arguments.of(
            "no such numbers",
            tensor.replace("X\1\0\0\0000", "X\1\0\0\0009") + "K\0K\4\205K\1\205\211NtRs.",
            "lacks the numbers"),
        Arguments.of("beyond", tensor + "K\1K\4\205K\1\205\211NtRs.", "does not fit its storage"),
        Arguments.of("before", tensor + "J\377\377\377\377K\4\205K\1\205\211NtRs.", "does not fit"),
        Arguments.of(
            "long steps",
            tensor + "K\0K\2\205\212\10\377\377\377\377\377\377\377\177\205\211NtRs.",
            "does not fit"),
        Arguments.of(
            "steps back", tensor + "K\0K\2\205J\377\377\377\377\205\211NtRs.", "does not fit"),
        Arguments.of(
            "one number often",
            tensor + "K\0J\377\377\377\177\205K\0\205\211NtRs.",
            "does not fit"),
        Arguments.of(
            "more than its storage",
            (tensor + "K\0K\4\205K\1\205\211NtRs.").replace("K\4tQ", "J\377\377\377\177tQ"),
            "does not fit"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("hostile")
  void aPickleThatIsMoreThanTensorsIsOneLine(String name, String pickle, String message)
      throws IOException {
    byte[] bytes = pickle.getBytes(StandardCharsets.ISO_8859_1);
    refused(zip("little", "a/data.pkl", bytes), message);
  }

  @Test
  void aTensorOfAMinimalFileIsRead() throws IOException {
    String pickle =
        "\200\2}X\1\0\0\0actorch._utils\n_rebuild_tensor_v2\n((X\7\0\0\0storagectorch\nHalfStorage\n"
            + "X\1\0\0\0000X\3\0\0\0cpuK\4tQK\0K\4\205K\1\205\211ccollections\nOrderedDict\n)RtRs.";
    Path path = zip("little", "a/data.pkl", pickle.getBytes(StandardCharsets.ISO_8859_1));
    try (TorchFile file = new TorchFile(path)) {
      assertThat(file.shape("a")).containsExactly(4);
    }
  }

  @Test
  void otherArchivesAreRefusedByWhatTheyAre() throws IOException {
    byte[] none = "}.".getBytes(StandardCharsets.ISO_8859_1);
    refused(zip("big", "a/data.pkl", none), "in the byte order big");
    refused(zip("little", "word/document.xml", none), "none of torch.save");
    refused(zip("little", "a/b/data.pkl", none), "none of torch.save");
    refused(zip("little", "a/data.pkl", none, "a/constants.pkl"), "a TorchScript program");
    Path packed = dir.resolve("packed.bin");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(packed))) {
      zip.putNextEntry(new ZipEntry("a/data.pkl"));
      zip.write(new byte[1000]);
    }
    refused(packed, "compressed or encrypted");
  }

  /** Whatever is in a file, it is read or refused in one line. */
  @Test
  void aFileWithAnyBytesChangedIsReadOrOneLine() throws IOException {
    byte[] sound = Files.readAllBytes(GOLDEN.resolve("odd.bin"));
    int end = sound.length;
    for (int number = 0; number < 1500; number++) {
      SplittableRandom random = new SplittableRandom(number);
      byte[] bytes = sound.clone();
      for (int change = random.nextInt(3); change >= 0; change--) {
        // Mostly where the pickle and the directory are.
        int at = random.nextBoolean() ? random.nextInt(3000) : end - 1 - random.nextInt(2500);
        bytes[at] = (byte) random.nextInt(256);
      }
      if (random.nextInt(8) == 0) {
        bytes = Arrays.copyOf(bytes, random.nextInt(end));
      }
      Path path = Files.write(dir.resolve("changed.bin"), bytes);
      try (TorchFile file = new TorchFile(path)) {
        for (String name : file.names()) {
          long[] shape = file.shape(name);
          file.rows(name, 0, shape.length == 0 ? 1 : shape[0], piece -> {});
        }
      } catch (UserError e) {
        assertThat(e.getMessage()).doesNotContain("\n");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "../torch/pytorch_model-00001-of-00002.bin, only *.bin of its own folder",
    "model.safetensors, only *.bin of its own folder",
    "pytorch_model-00003-of-00002.bin, lacks pytorch_model-00003-of-00002.bin"
  })
  void anIndexNamesFilesOfItsOwnFolder(String name, String message) throws IOException {
    Path model = copy("torch");
    Path index = model.resolve("pytorch_model.bin.index.json");
    Files.writeString(index, Files.readString(index).replace(SHARD, name));
    assertThatThrownBy(() -> CheckpointFiles.find(model).open())
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message);
  }

  private Path zip(String order, String name, byte[] pickle, String... others) throws IOException {
    Path path = dir.resolve("crafted.bin");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
      store(zip, name, pickle);
      store(zip, "a/byteorder", order.getBytes(StandardCharsets.US_ASCII));
      store(zip, "a/data/0", HexFormat.of().parseHex("003c003c003c003c"));
      for (String other : others) {
        store(zip, other, new byte[1]);
      }
    }
    return path;
  }

  private static void store(ZipOutputStream zip, String name, byte[] bytes) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setMethod(ZipEntry.STORED);
    entry.setSize(bytes.length);
    entry.setCrc(crc.getValue());
    zip.putNextEntry(entry);
    zip.write(bytes);
  }

  private static void refused(Path path, String message) {
    assertThatThrownBy(() -> new TorchFile(path).close())
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message)
        .hasMessageContaining(path.getFileName().toString())
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  static FloatBuffer all(Weights weights, String name) throws IOException {
    return weights.read(name, 0, weights.shape(name)[0]);
  }

  private Path copy(String name) throws IOException {
    Path model = Files.createDirectory(dir.resolve(name));
    try (Stream<Path> files = Files.list(GOLDEN.resolve(name))) {
      for (Path file : files.toList()) {
        Files.copy(file, model.resolve(file.getFileName()));
      }
    }
    return model;
  }
}
