package io.assize.store;

import static io.assize.testing.LocalSpark.row;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.udf;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import io.assize.store.ParquetVerdictStore.Step;
import io.assize.testing.LocalSpark;
import io.assize.testing.MortalFiles;
import io.assize.testing.Verdicts;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.delta.DeltaLog;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Steps of appending, compacting and reading, each forced between those of another. */
class CompactionTest {
  private static final Duration NEVER = Duration.ofDays(1);
  private static final Duration AT_ONCE = Duration.ofDays(-1);

  /** Where a commit that is being written waits. */
  private static volatile CountDownLatch writing;

  private static volatile CountDownLatch goOn;

  @TempDir private Path dir;

  @ParameterizedTest
  @EnumSource(Step.class)
  void whatAnotherDoesBetweenTwoStepsOfACompactionIsLostForNobody(Step between) {
    append("a", "b", "c");
    Dataset<Row> begun = store().read();
    List<String> meanwhile = new ArrayList<>();
    ParquetVerdictStore compacting =
        store(
            step -> {
              if (step == between) {
                append("d");
                assertThat(store().compact().filesRemoved()).isPositive();
                append("e");
                meanwhile.addAll(keys(store().read()));
              }
            },
            NEVER);
    compacting.compact();
    assertThat(meanwhile).containsExactly("a", "b", "c", "d", "e");
    assertThat(keys(store().read())).containsExactly("a", "b", "c", "d", "e");
    assertThat(keys(store().read("j", "p"))).containsExactly("a", "b", "c", "d", "e");
    // Who began before goes on with the files of then.
    assertThat(keys(begun)).containsExactly("a", "b", "c");
    assertThat(store().judges()).containsExactly("j");

    // A day later what was replaced goes, and again nothing is lost.
    store(step -> {}, AT_ONCE).compact();
    store(step -> {}, AT_ONCE).compact();
    assertThat(keys(store().read())).containsExactly("a", "b", "c", "d", "e");
    try (Stream<Path> commits = Files.list(dir.resolve("store/judge=j/protocol=p"))) {
      assertThat(commits).hasSize(1);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aCommitThatIsBeingWrittenOutlivesACompaction() throws Exception {
    append("a", "b");
    writing = new CountDownLatch(1);
    goOn = new CountDownLatch(1);
    UDF1<String, String> waits =
        key -> {
          writing.countDown();
          goOn.await();
          return key;
        };
    Dataset<Row> slow =
        verdict("slow")
            .withColumn("verdict_key", udf(waits, DataTypes.StringType).apply(col("verdict_key")));
    CompletableFuture<Void> append =
        CompletableFuture.runAsync(() -> store().append(slow, "j", "p", "slow"));
    writing.await();
    assertThat(store(step -> {}, AT_ONCE).compact()).isEqualTo(new VerdictStore.Compaction(2, 1));
    assertThat(keys(store().read())).containsExactly("a", "b");
    goOn.countDown();
    append.join();
    assertThat(keys(store().read())).containsExactly("a", "b", "slow");
  }

  @Test
  void whatACompactionThatDiedHasLeftIsNotReadAndGoesLater() {
    append("a", "b");
    for (Step step : List.of(Step.LISTED, Step.WRITTEN)) {
      ParquetVerdictStore dies =
          store(
              at -> {
                if (at == step) {
                  throw new IllegalStateException("died");
                }
              },
              NEVER);
      assertThatThrownBy(dies::compact).hasMessage("died");
      assertThat(keys(store().read())).containsExactly("a", "b");
    }
    store(step -> {}, AT_ONCE).compact();
    assertThat(keys(store().read())).containsExactly("a", "b");
  }

  @ParameterizedTest
  @CsvSource({"append, append", "append, compact", "compact, append", "compact, compact"})
  void whatAnotherDoesJustBeforeADeltaCommitIsLostForNobody(String held, String other) {
    String path = dir.resolve("store").toString();
    VerdictStore store = VerdictStore.open(LocalSpark.session(), path, "delta");
    for (String key : List.of("a", "b", "c")) {
      store.append(verdict(key), "j", "p", "of-" + key);
    }
    List<List<String>> meanwhile = new ArrayList<>();
    AtomicBoolean first = new AtomicBoolean(true);
    MortalFiles.watch(
        dir.resolve("store/_delta_log"),
        commit -> {
          if (commit.getName().matches("\\d{20}\\.json") && first.getAndSet(false)) {
            // As another process: Delta has one transaction a thread, and one lock a cached log.
            DeltaLog.clearCache();
            CompletableFuture.runAsync(
                    () -> {
                      work(LocalSpark.session(), path, other, "e");
                      meanwhile.add(keys(store.read()));
                    })
                .orTimeout(5, TimeUnit.MINUTES)
                .join();
          }
        });
    try {
      work(MortalFiles.session(), path, held, "d");
    } finally {
      MortalFiles.revive();
    }
    List<String> expected = new ArrayList<>(List.of("a", "b", "c"));
    if (other.equals("append")) {
      expected.add("e");
    }
    assertThat(meanwhile).containsExactly(expected);
    if (held.equals("append")) {
      expected.add("d");
    }
    assertThat(keys(store.read())).containsExactlyInAnyOrderElementsOf(expected);
  }

  private static void work(SparkSession session, String path, String what, String key) {
    VerdictStore store = VerdictStore.open(session, path, "delta");
    if (what.equals("append")) {
      Dataset<Row> rows =
          session.createDataFrame(verdict(key).collectAsList(), VerdictTable.SCHEMA);
      store.append(rows, "j", "p", "of-" + key);
    } else {
      store.compact();
    }
  }

  @Test
  void deltaTakesAppendsCompactionsAndReadersAtOnce() {
    String path = dir.resolve("store").toString();
    VerdictStore store = VerdictStore.open(LocalSpark.session(), path, "delta");
    store.append(verdict("first"), "j", "p", "first");
    List<CompletableFuture<Void>> all = new ArrayList<>();
    for (int writer = 0; writer < 2; writer++) {
      String name = "w" + writer;
      all.add(
          CompletableFuture.runAsync(
              () -> {
                for (int i = 0; i < 3; i++) {
                  store.append(verdict(name + i), "j", "p", name + i);
                  store.compact();
                }
              }));
    }
    all.add(
        CompletableFuture.runAsync(
            () -> {
              int before = 0;
              for (int i = 0; i < 5; i++) {
                List<String> keys = keys(store.read());
                assertThat(keys).doesNotHaveDuplicates().contains("first");
                assertThat(keys.size()).isGreaterThanOrEqualTo(before);
                before = keys.size();
              }
            }));
    all.forEach(CompletableFuture::join);
    assertThat(keys(store.read()))
        .containsExactly("first", "w00", "w01", "w02", "w10", "w11", "w12");
  }

  @Test
  void aReaderChangesNothingNotEvenWhatIsDamaged() throws IOException {
    String path = dir.resolve("store").toString();
    VerdictStore store = VerdictStore.open(LocalSpark.session(), path, "delta");
    for (int i = 0; i < 11; i++) {
      store.append(verdict("k" + i), "j", "p", "r-" + i);
    }
    Map<String, Object> whole = state();
    assertThat(VerdictStore.openThere(LocalSpark.session(), path).read().count()).isEqualTo(11);
    assertThat(state()).isEqualTo(whole);
    Path checkpoint = dir.resolve("store/_delta_log/00000000000000000010.checkpoint.parquet");
    try (RandomAccessFile open = new RandomAccessFile(checkpoint.toFile(), "rw")) {
      open.setLength(open.length() / 2);
    }
    Map<String, Object> damaged = state();
    DeltaLog.clearCache();
    assertThatThrownBy(() -> VerdictStore.openThere(LocalSpark.session(), path).read().count())
        .isInstanceOf(UserError.class)
        .hasMessageContaining("checkpoint.parquet is damaged: run or compact set it aside");
    assertThat(state()).isEqualTo(damaged);
    DeltaLog.clearCache();
    assertThat(VerdictStore.open(LocalSpark.session(), path, "delta").compact().filesRemoved())
        .isPositive();
    assertThat(VerdictStore.openThere(LocalSpark.session(), path).read().count()).isEqualTo(11);
  }

  @ParameterizedTest
  @ValueSource(strings = {"missing", "empty", "other files", "another Delta table"})
  void whatIsNoStoreIsRefusedAndStaysAsItIs(String what) throws IOException {
    Path place = dir.resolve("store");
    switch (what) {
      case "empty" -> Files.createDirectories(place);
      case "other files" -> verdict("k").write().partitionBy("judge").parquet(place.toString());
      case "another Delta table" ->
          LocalSpark.session().range(3).write().format("delta").save(place.toString());
      default -> assertThat(place).doesNotExist();
    }
    Map<String, Object> before = state();
    assertThatThrownBy(() -> VerdictStore.openThere(LocalSpark.session(), place.toString()))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("there is no store of verdicts at");
    assertThat(state()).isEqualTo(before);
  }

  @Test
  void runsAtOnceBeginFarFromEachOther() {
    VerdictStore store = store();
    store.prepare();
    try (Turn one = store.takeTurn("j", "p", "run 1");
        Turn two = store.takeTurn("j", "p", "run 2");
        Turn elsewhere = store.takeTurn("j", "other protocol", "run 3")) {
      assertThat(List.of(one.begins(), two.begins(), elsewhere.begins()))
          .containsExactly(0.0, 0.5, 0.0);
      try (Turn third = store.takeTurn("j", "p", "run 4")) {
        assertThat(third.begins()).isEqualTo(0.25);
      }
    }
    assertThat(dir.resolve("store/_runs")).isEmptyDirectory();
  }

  /** The files and when they were changed. */
  private Map<String, Object> state() throws IOException {
    Map<String, Object> state = new TreeMap<>();
    try (Stream<Path> files = Files.walk(dir)) {
      for (Path file : files.toList()) {
        state.put(file.toString(), Files.getLastModifiedTime(file));
      }
    }
    return state;
  }

  private ParquetVerdictStore store() {
    return store(ParquetVerdictStore.Borders.OPEN, NEVER);
  }

  private ParquetVerdictStore store(ParquetVerdictStore.Borders borders, Duration kept) {
    return new ParquetVerdictStore(
        LocalSpark.session(), dir.resolve("store").toString(), borders, kept);
  }

  private void append(String... keys) {
    for (String key : keys) {
      store().append(verdict(key), "j", "p", "of-" + key);
    }
  }

  private static List<String> keys(Dataset<Row> verdicts) {
    return verdicts.select("verdict_key").collectAsList().stream()
        .map(row -> row.getString(0))
        .sorted()
        .toList();
  }

  private static Dataset<Row> verdict(String key) {
    return LocalSpark.table(VerdictTable.SCHEMA.toDDL(), Verdicts.ok(key, "s", null));
  }
}
