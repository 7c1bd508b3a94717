package io.assize.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.testing.LocalSpark;
import io.assize.testing.MortalFiles;
import io.assize.testing.Verdicts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.delta.DeltaLog;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A process that dies at each change of the store's files: what was committed is there, each
 * verdict whole and once, and the next process goes on.
 */
@Tag("slow")
@EnabledIfSystemProperty(named = "assize.test.long", matches = "true")
class KilledStoreTest {
  private static final int MOST = 200;

  @TempDir private Path dir;

  @AfterEach
  void revive() {
    MortalFiles.revive();
  }

  @ParameterizedTest
  @CsvSource({
    "delta, making", "delta, appending", "delta, compacting",
    "parquet, making", "parquet, appending", "parquet, compacting"
  })
  void whereverAProcessDiesTheStoreIsWholeAndTheNextOneGoesOn(String format, String doing) {
    int change = 1;
    int died = 0;
    while (dies(format, doing, change)) {
      died++;
      change++;
      assertThat(change).isLessThan(MOST);
    }
    System.out.printf("%s, %s: %d deaths, up to change %d%n", format, doing, died, change - 1);
    assertThat(died).isPositive();
  }

  /** Whether the work has as many changes. */
  private boolean dies(String format, String doing, int change) {
    Path folder = dir.resolve(format + "-" + doing + "-" + change);
    String path = folder.toString();
    if (!doing.equals("making")) {
      VerdictStore before = VerdictStore.open(LocalSpark.session(), path, format);
      before.append(verdicts(LocalSpark.session(), "a"), "j", "p", "run-1");
      before.append(verdicts(LocalSpark.session(), "b"), "j", "p", "run-2");
    }
    SparkSession mortal = MortalFiles.session();
    Consumer<VerdictStore> work =
        switch (doing) {
          case "making" -> store -> {};
          case "appending" -> store -> store.append(verdicts(mortal, "c", "d"), "j", "p", "run-3");
          default -> VerdictStore::compact;
        };
    DeltaLog.clearCache();
    MortalFiles.dieAt(folder, change);
    boolean thrown = false;
    try {
      work.accept(VerdictStore.open(mortal, path, format));
    } catch (Exception killed) {
      thrown = true;
    }
    boolean died = MortalFiles.revive();
    // A death in what is done after a commit, as its checksum, need not fail it.
    assertThat(died || !thrown).isTrue();
    DeltaLog.clearCache();

    VerdictStore store = VerdictStore.open(LocalSpark.session(), path, format);
    List<String> kept = keys(store);
    assertThat(kept).as("killed at change %d", change).doesNotHaveDuplicates();
    if (!doing.equals("making")) {
      assertThat(kept).as("killed at change %d", change).contains("a", "b");
    }
    List<String> lost = new ArrayList<>(List.of("a", "b", "c", "d"));
    lost.removeAll(kept);
    if (!lost.isEmpty()) {
      store.append(verdicts(LocalSpark.session(), lost.toArray(new String[0])), "j", "p", "run-4");
    }
    assertThat(keys(store)).as("killed at change %d", change).containsExactly("a", "b", "c", "d");
    store.compact();
    assertThat(keys(store)).as("killed at change %d", change).containsExactly("a", "b", "c", "d");
    return died;
  }

  private static List<String> keys(VerdictStore store) {
    Map<String, Row> rows = new TreeMap<>();
    List<String> keys = new ArrayList<>();
    for (Row row : store.read().collectAsList()) {
      keys.add(row.getAs("verdict_key"));
      rows.put(row.getAs("verdict_key"), row);
    }
    rows.forEach((key, row) -> assertThat(row.<String>getAs("critique")).isEqualTo("why " + key));
    return keys.stream().sorted().toList();
  }

  private static Dataset<Row> verdicts(SparkSession session, String... keys) {
    List<Row> rows = new ArrayList<>();
    for (String key : keys) {
      rows.add(RowFactory.create(Verdicts.ok(key, "s " + key, "why " + key)));
    }
    return session.createDataFrame(rows, VerdictTable.SCHEMA).repartition(keys.length);
  }
}
