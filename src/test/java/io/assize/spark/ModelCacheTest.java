package io.assize.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
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
