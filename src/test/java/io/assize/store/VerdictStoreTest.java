package io.assize.store;

import static io.assize.testing.LocalSpark.row;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import io.assize.testing.LocalSpark;
import io.assize.testing.Verdicts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.delta.DeltaLog;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictStoreTest {
  private static final String OLD =
      "verdict_key STRING, sample_id STRING, protocol STRING, `order` STRING, judge STRING,"
          + " decision STRING, probability_a DOUBLE, rating DOUBLE, critique STRING,"
          + " status STRING, error STRING, prompt_tokens INT, generated_tokens INT,"
          + " finish_reason STRING, judged_at TIMESTAMP, run_id STRING";

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"delta", "parquet"})
  void writersAtOnceLoseNothing(String format) {
    List<CompletableFuture<Void>> writers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      String run = "run" + i;
      writers.add(
          CompletableFuture.runAsync(
              () -> {
                VerdictStore store = open(format);
                for (int wave = 0; wave < 2; wave++) {
                  store.append(verdict(run + wave, "s", "ok", 1, run), "j", "p", run + "-" + wave);
                }
              }));
    }
    writers.forEach(CompletableFuture::join);
    assertThat(open(format).read("j", "p").count()).isEqualTo(8);
    assertThat(open(format).read("j", "other").count()).isZero();
  }

  @Test
  void aDamagedCommitOfALogIsOneLine() throws IOException {
    Path log = Files.createDirectories(dir.resolve("damaged/_delta_log"));
    Files.writeString(log.resolve("00000000000000000000.json"), "{\"nonsense");
    assertThatThrownBy(
            () ->
                VerdictStore.open(LocalSpark.session(), dir.resolve("damaged").toString(), "delta")
                    .read())
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a commit in its _delta_log is damaged");
  }

  @ParameterizedTest
  @ValueSource(strings = {"delta", "parquet"})
  void namesThatAreNoPathsKeepTheirs(String format) {
    VerdictStore store = open(format);
    List<String> names = List.of("a/b=c", "..", "007", "%2e ", "ü 🙂: \"x\"");
    for (String name : names) {
      Dataset<Row> one = verdict("k", "s", "ok", 1, "r");
      store.append(
          one.withColumn("judge", lit(name)).withColumn("protocol", lit(name)), name, name, "r-1");
    }
    for (String name : names) {
      assertThat(store.read(name, name).count()).as(name).isEqualTo(1);
    }
  }

  @Test
  void aTableOfAnOlderVersionIsReadAndGrows() {
    String path = dir.resolve("store").toString();
    LocalSpark.table(
            OLD,
            row(
                "old",
                "s",
                "p",
                "ab",
                "j",
                "a",
                null,
                null,
                null,
                "ok",
                null,
                1,
                1,
                "stop",
                Timestamp.from(Instant.EPOCH),
                "r"))
        .write()
        .format("delta")
        .partitionBy("judge", "protocol")
        .save(path);
    VerdictStore store = open("delta");
    assertThat(store.read().head().<String>getAs("note")).isNull();
    store.append(verdict("new", "s", "ok", 1, "r2"), "j", "p", "r2-1");
    assertThat(store.read().count()).isEqualTo(2);
    assertThat(store.read().filter("attempts = 1").count()).isEqualTo(1);
  }

  @Test
  void aTruncatedCheckpointOfTheLogCostsNothing() throws IOException {
    VerdictStore store = open("delta");
    for (int i = 0; i < 12; i++) {
      store.append(verdict("k" + i, "s", "ok", 1, "r"), "j", "p", "r-" + i);
    }
    int cut = 0;
    try (var files = Files.list(dir.resolve("store/_delta_log"))) {
      for (Path file : files.filter(f -> f.toString().contains("checkpoint.parquet")).toList()) {
        if (!file.toString().endsWith(".crc")) {
          try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
            open.setLength(open.length() / 2);
            cut++;
          }
        }
      }
    }
    assertThat(cut).isPositive();
    DeltaLog.clearCache();
    assertThat(open("delta").read().count()).isEqualTo(12);
    open("delta").append(verdict("more", "s", "ok", 1, "r"), "j", "p", "r-more");
    assertThat(open("delta").read().count()).isEqualTo(13);
  }

  @Test
  void oneVerdictCountsWhateverTheOrderOfRows() {
    List<Object[]> rows = new ArrayList<>();
    rows.add(Verdicts.of("a", "1", null, "ok", 1, "r1"));
    rows.add(Verdicts.of("a", "1", null, "ok", 3, "r2"));
    rows.add(Verdicts.of("a", "1", null, "unparsable", 9, "r3"));
    rows.add(Verdicts.of("b", "1", null, "engine_error", 1, "r1"));
    rows.add(Verdicts.of("b", "1", null, "engine_error", 1, "r2"));
    rows.add(Verdicts.of("a", "2", null, "ok", 1, "r1"));
    Random random = new Random(1);
    for (int i = 0; i < 5; i++) {
      Collections.shuffle(rows, random);
      Dataset<Row> table =
          LocalSpark.table(VerdictTable.SCHEMA.toDDL(), rows.toArray(new Object[0][]))
              .repartition(3);
      assertThat(
              CurrentVerdicts.of(table)
                  .orderBy("verdict_key", "sample_id")
                  .select("verdict_key", "sample_id", "run_id")
                  .collectAsList())
          .extracting(Row::mkString)
          .containsExactly("a1r2", "a2r1", "b1r2");
    }
  }

  private VerdictStore open(String format) {
    return VerdictStore.open(LocalSpark.session(), dir.resolve("store").toString(), format);
  }

  private static Dataset<Row> verdict(
      String key, String sample, String status, int second, String run) {
    return LocalSpark.table(
        VerdictTable.SCHEMA.toDDL(), Verdicts.of(key, sample, null, status, second, run));
  }
}
