package io.assize.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.assize.table.TableStore;
import io.assize.testing.Cluster;
import io.assize.testing.Documents;
import io.assize.testing.Documents.Block;
import io.assize.testing.LocalSpark;
import io.assize.testing.Programs;
import io.assize.testing.Programs.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a new user does: types the commands of README.md and docs as they stand, in the order of
 * reading, in a fresh clone whose jar is built, with a {@code spark-submit} that knows a cluster;
 * then opens the notebook over the demo's tables.
 */
@Tag("end-to-end")
class DocumentedCommandsIT {
  private static final Duration LIMIT = Duration.ofMinutes(12);

  @TempDir private static Path dir;

  private static final Map<Block, Ended> ENDED = new LinkedHashMap<>();
  private static Path clone;

  @BeforeAll
  static void typeEverything() throws IOException {
    clone = Files.createDirectories(dir.resolve("clone"));
    copyWhatGitKnows();
    try (Cluster cluster = new Cluster(dir.resolve("cluster"))) {
      Map<String, String> environment = new HashMap<>(Programs.QUICK);
      environment.putAll(cluster.environment());
      environment.put("PATH", Programs.VENV.resolve("bin") + ":" + System.getenv("PATH"));
      environment.put("PYSPARK_PYTHON", Programs.VENV.resolve("bin/python").toString());
      for (Path document : Documents.all()) {
        for (Block block : Documents.blocks(document)) {
          type(block, environment);
        }
      }
    }
  }

  private static void type(Block block, Map<String, String> environment) throws IOException {
    if (block.notRun() != null) {
      return;
    }
    if (!block.language().equals("sh")) {
      assertThat(block.file()).as("the file to save " + block + " to").isNotNull();
      Files.writeString(clone.resolve(block.file()), block.text());
      return;
    }
    long start = System.nanoTime();
    List<String> shell = List.of("bash", "-euo", "pipefail", "-c", block.text());
    ENDED.put(block, Programs.run(clone, dir.resolve("logs"), environment, LIMIT, shell));
    System.out.printf("%.1f s: %s%n", (System.nanoTime() - start) / 1e9, block);
  }

  /** With their times, and beside them the jar, so that it is not built anew. */
  private static void copyWhatGitKnows() throws IOException {
    Ended files =
        Programs.run(
            dir.resolve("logs"),
            Map.of(),
            Duration.ofMinutes(1),
            List.of("git", "ls-files", "--cached", "--others", "--exclude-standard"));
    assertThat(files.code()).as(files.err()).isZero();
    for (String name : files.out().lines().toList()) {
      if (Files.exists(Path.of(name))) {
        Path copy = clone.resolve(name);
        Files.createDirectories(copy.getParent());
        Files.copy(Path.of(name), copy, StandardCopyOption.COPY_ATTRIBUTES);
      }
    }
    Path jar = Path.of(System.getProperty("assize.jar"));
    Path target = Files.createDirectories(clone.resolve("target"));
    for (String name : List.of(jar.getFileName().toString(), "provided.classpath")) {
      Files.copy(
          jar.resolveSibling(name), target.resolve(name), StandardCopyOption.COPY_ATTRIBUTES);
    }
  }

  @TestFactory
  Stream<DynamicTest> everyCommandEndsWithCode0() {
    assertThat(ENDED).isNotEmpty();
    return ENDED.entrySet().stream()
        .map(
            one ->
                dynamicTest(
                    one.getKey().toString(),
                    () ->
                        assertThat(one.getValue().code())
                            .as(one.getKey().text() + one.getValue().err())
                            .isZero()));
  }

  @Test
  void aRunGoesOnFromWhatTheOneBeforeHasJudged() {
    assertThat(ended("scripts/assize run -c my.conf -D assize.corpus.sample=2").err())
        .contains("4 requests, 0 with their verdicts in the store");
    assertThat(ended("assize.corpus.sample=3").err())
        .contains("6 requests, 4 with their verdicts in the store");
    assertThat(ended("assize.protocol=my-pairwise.conf").err())
        .contains("2 requests, 0 with their verdicts in the store");
  }

  @Test
  void underSparkSubmitTheConsoleHasOurLinesAndNextToNoOthers() {
    Ended submitted = ended("assize.corpus.sample=3");
    assertThat(submitted.out()).contains("all scenarios", "win rate");
    assertThat(Programs.foreignLines(submitted.err())).hasSizeLessThan(6);
  }

  @Test
  void theDemoJudgesEveryPairInBothOrders() {
    Dataset<Row> verdicts = table("verdicts");
    assertThat(verdicts.count()).isEqualTo(96);
    assertThat(verdicts.select("sample_id", "order").distinct().count()).isEqualTo(96);
    assertThat(verdicts.filter("status NOT IN ('ok', 'unparsable')").count()).isZero();
    assertThat(verdicts.filter("critique IS NULL OR prompt_tokens = 0").count()).isZero();
    assertThat(verdicts.filter("status = 'ok'").count()).isGreaterThan(48);
  }

  @Test
  void theDemoShowsTheLeaderboardOfEachScenarioAndTheCaveatBesideIt() {
    List<Row> scenarios = table("input").select("scenario").distinct().collectAsList();
    assertThat(scenarios).hasSize(8);
    Ended demo = ended("scripts/assize demo");
    for (Row scenario : scenarios) {
      assertThat(demo.out()).contains("\n" + scenario.getString(0) + "\n");
    }
    assertThat(demo.out())
        .contains("all scenarios", "135 million parameters", "agrees with people on")
        .contains("\"the longer response wins\" on 50.0%");
    assertThat(demo.out()).contains("Tables: ", "scripts/assize explain -c ");
    assertThat(demo.err()).startsWith("assize: the demo asks a small judge about 48 bundled pairs");
    for (int step = 1; step <= 4; step++) {
      assertThat(demo.err()).contains("assize:   " + step + " of 4  ");
    }
    assertThat(demo.err())
        .containsPattern("judged \\d+ of 96 requests .* tokens/s, .* left, \\d+ failed");
  }

  @Test
  void everyTableOfTheDemoIsThereWithItsCsv() {
    for (String name :
        List.of("verdicts", "win_rates", "agreement", "score_distributions", "run", "quarantine")) {
      assertThat(clone.resolve("assize-demo").resolve(name)).isDirectory();
      assertThat(clone.resolve("assize-demo").resolve(name + ".csv")).isNotEmptyFile();
    }
    assertThat(table("win_rates").select("model").distinct().count()).isEqualTo(3);
    assertThat(table("win_rates").filter("lc_win_rate IS NOT NULL").count()).isZero();
    assertThat(table("run").head().<Long>getAs("model_loads")).isEqualTo(1);
  }

  @Test
  void theNotebookRunsOverTheDemosTables() {
    Ended notebook =
        Programs.run(
            dir.resolve("logs"),
            Map.of("ASSIZE_TABLES", clone.resolve("assize-demo").toString()),
            Duration.ofMinutes(3),
            List.of(
                Programs.VENV.resolve("bin/jupyter-execute").toString(),
                "--output=" + dir.resolve("executed.ipynb"),
                "notebooks/win_rates.ipynb"));
    assertThat(notebook.code()).as(notebook.err()).isZero();
    assertThat(dir.resolve("executed.ipynb")).content().contains("image/png").contains("larch");
  }

  @Test
  void nothingButWhatWasAskedForLiesInTheFolder() throws IOException {
    try (Stream<Path> files = Files.list(clone)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .doesNotContain("spark-warehouse", "metastore_db", "derby.log");
    }
  }

  private static Ended ended(String words) {
    return ENDED.entrySet().stream()
        .filter(one -> one.getKey().text().contains(words))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no document has " + words));
  }

  private static Dataset<Row> table(String name) {
    return new TableStore(LocalSpark.session(), clone.resolve("assize-demo").toString()).read(name);
  }
}
