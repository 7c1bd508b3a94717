package io.assize.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import io.assize.judge.model.CheckpointFiles;
import io.assize.testing.Programs;
import io.assize.testing.SmallDisk;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Models fetched through Hadoop's file systems; ObjectStoreIT does it from S3. */
class ModelCacheTest {
  @TempDir private Path dir;
  private Path source;
  private ModelCache cache;

  @BeforeEach
  void makeAModel() throws IOException {
    source = Files.createDirectory(dir.resolve("model"));
    Files.writeString(source.resolve("config.json"), "{}");
    Files.write(source.resolve("model.safetensors"), new byte[100_000]);
    Files.writeString(source.resolve("README.md"), "not wanted");
    cache = new ModelCache(dir.resolve("cache"), new Configuration());
  }

  @Test
  void weightsOfPyTorchAreFetchedWhereThereAreNoOthers() throws IOException {
    Files.write(source.resolve("pytorch_model-00001-of-00001.bin"), new byte[10]);
    Files.write(source.resolve("optimizer.bin"), new byte[10]);
    assertThat(names(fetch())).noneMatch(name -> name.endsWith(".bin"));
    Files.delete(source.resolve("model.safetensors"));
    assertThat(names(fetch()))
        .contains("pytorch_model-00001-of-00001.bin")
        .noneMatch(name -> name.startsWith("optimizer") || name.endsWith(".safetensors"));
  }

  @Test
  void whatAJudgeReadsIsFetchedOnceWithChecksums() throws IOException {
    Path local = fetch();
    assertThat(names(local))
        .containsExactly(
            "config.json", "config.json.sha256", "model.safetensors", "model.safetensors.sha256");
    assertThat(local.resolve("model.safetensors"))
        .hasSameBinaryContentAs(source.resolve("model.safetensors"));
    FileTime before = Files.getLastModifiedTime(local.resolve("model.safetensors"));
    assertThat(fetch()).isEqualTo(local);
    assertThat(Files.getLastModifiedTime(local.resolve("model.safetensors"))).isEqualTo(before);
  }

  @Test
  void aBrokenFetchGoesOnWhereItBrokeOff() throws IOException {
    byte[] weights = new byte[100_000];
    weights[99_999] = 7;
    Files.write(source.resolve("model.safetensors"), weights);
    Path local = fetch();
    Files.delete(local.resolve("model.safetensors"));
    Files.delete(local.resolve("model.safetensors.sha256"));
    // What has come is not asked for again: a first byte that differs tells it.
    byte[] begun = new byte[60_000];
    begun[0] = 1;
    Files.write(local.resolve("model.safetensors.part"), begun);
    fetch();
    byte[] whole = Files.readAllBytes(local.resolve("model.safetensors"));
    assertThat(whole).hasSize(100_000).startsWith(1, 0).endsWith(0, 7);
  }

  @Test
  void aChangedModelIsAnotherEntry() throws IOException {
    Path before = fetch();
    Files.write(source.resolve("model.safetensors"), new byte[100_001]);
    assertThat(fetch()).isNotEqualTo(before);
  }

  @Test
  void manyAtOnceFetchOnce() throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(6);
    try {
      List<Future<Path>> all =
          IntStream.range(0, 6).mapToObj(i -> pool.submit(this::fetch)).toList();
      Path first = all.get(0).get();
      for (Future<Path> one : all) {
        assertThat(one.get()).isEqualTo(first);
      }
    } finally {
      pool.shutdownNow();
    }
  }

  @Test
  void aDamagedFileOfTheCacheIsFetchedAgain() throws IOException {
    Path local = fetch();
    for (String name : List.of("model.safetensors", "config.json")) {
      byte[] damaged = Files.readAllBytes(local.resolve(name));
      damaged[1] ^= 1;
      Files.write(local.resolve(name), damaged);
      assertThat(fetch().resolve(name)).hasSameBinaryContentAs(source.resolve(name));
    }
    Files.writeString(local.resolve("model.safetensors.sha256"), "");
    fetch();
    assertThat(local.resolve("model.safetensors.sha256"))
        .content()
        .startsWith(CheckpointFiles.sha256(local.resolve("model.safetensors")) + "  ");
  }

  @Test
  void twoProcessesThatFillOneCacheBothHaveTheWholeModel() throws Exception {
    byte[] weights = new byte[40_000_000];
    new Random(1).nextBytes(weights);
    Files.write(source.resolve("model.safetensors"), weights);
    List<Programs.Running> both = List.of(filler(), filler());
    for (Programs.Running one : both) {
      Programs.Ended ended = Programs.end(one, Duration.ofMinutes(5));
      assertThat(ended.code()).as(ended.out()).isZero();
      assertThat(ended.out()).contains(CheckpointFiles.sha256(source.resolve("model.safetensors")));
    }
    assertThat(names(fetch())).noneMatch(name -> name.endsWith(".part"));
  }

  @Test
  void processesThatAreKilledWhileTheyFillACacheLeaveItToTheNextOnes() throws Exception {
    byte[] weights = new byte[40_000_000];
    new Random(2).nextBytes(weights);
    Files.write(source.resolve("model.safetensors"), weights);
    long part = 0;
    for (int tries = 0; tries < 10 && part == 0; tries++) {
      Programs.Running one = filler();
      Programs.Running other = filler();
      while (begun() == 0 && one.process().isAlive()) {
        Thread.sleep(1);
      }
      Programs.kill(one.process().toHandle());
      Programs.kill(other.process().toHandle());
      part = begun();
    }
    assertThat(part).as("bytes that had come when all were killed").isPositive();
    for (Programs.Running one : List.of(filler(), filler())) {
      Programs.Ended ended = Programs.end(one, Duration.ofMinutes(5));
      assertThat(ended.code()).as(ended.out()).isZero();
      assertThat(ended.out()).contains(CheckpointFiles.sha256(source.resolve("model.safetensors")));
    }
    assertThat(begun()).isZero();
    assertThat(fetch().resolve("model.safetensors"))
        .hasSameBinaryContentAs(source.resolve("model.safetensors"));
  }

  /** Bytes of the weights that have come, where not all have. */
  private long begun() throws IOException {
    Path cached = dir.resolve("cache");
    if (!Files.exists(cached)) {
      return 0;
    }
    try (Stream<Path> files = Files.walk(cached)) {
      for (Path file : files.toList()) {
        if (file.endsWith("model.safetensors.part")) {
          return Files.size(file);
        }
      }
    } catch (UncheckedIOException | NoSuchFileException e) {
      // Renamed meanwhile.
    }
    return 0;
  }

  private Programs.Running filler() throws IOException {
    return Programs.start(
        Files.createDirectories(dir.resolve("logs")),
        Map.of(),
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-cp",
            System.getProperty("java.class.path"),
            Filler.class.getName(),
            dir.resolve("cache").toString(),
            source.toUri().toString()));
  }

  @Test
  void onAFullDiskAModelIsNotThereAndOnceThereIsRoomTheFetchGoesOn() throws IOException {
    try (SmallDisk disk = SmallDisk.of(dir.resolve("disk"), 1)) {
      cache = new ModelCache(disk.folder().resolve("cache"), new Configuration());
      disk.leave(60_000);
      assertThatThrownBy(this::fetch)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("cannot be fetched into")
          .hasMessageContaining("No space left on device");
      disk.empty();
      assertThat(fetch().resolve("model.safetensors"))
          .hasSameBinaryContentAs(source.resolve("model.safetensors"));
      disk.writable(false);
      // What is there is used; what is not cannot be fetched.
      fetch();
      Files.write(source.resolve("model.safetensors"), new byte[100_001]);
      assertThatThrownBy(this::fetch)
          .isInstanceOf(UserError.class)
          .hasMessageContaining("Read-only file system");
    }
  }

  /** A process that fills a cache and tells the sum of what it got. */
  static final class Filler {
    private Filler() {}

    public static void main(String[] arguments) throws IOException {
      Path model = new ModelCache(Path.of(arguments[0]), new Configuration()).fetch(arguments[1]);
      System.out.println(CheckpointFiles.sha256(model.resolve("model.safetensors")));
    }
  }

  @Test
  void whatIsNoModelIsOneClearLine() {
    assertThatThrownBy(() -> cache.fetch(dir.resolve("none").toUri().toString()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("none");
    assertThatThrownBy(() -> cache.fetch("nofs://bucket/model"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("nofs");
  }

  private Path fetch() {
    return cache.fetch(source.toUri().toString());
  }

  private static List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }
}
