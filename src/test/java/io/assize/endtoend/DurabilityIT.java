package io.assize.endtoend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.assize.job.DemoCorpus;
import io.assize.table.TableStore;
import io.assize.testing.Cluster;
import io.assize.testing.DemoJudge;
import io.assize.testing.HostileRows;
import io.assize.testing.LocalSpark;
import io.assize.testing.Programs;
import io.assize.testing.Programs.Ended;
import io.assize.testing.Programs.Running;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What dies and breaks at night, on a real cluster of a master and two workers with the demo's
 * judge: after the same command again, the verdicts' keys are those of an undisturbed run, none
 * twice, and the tables are equal to the byte.
 */
@Tag("end-to-end")
class DurabilityIT {
  private static final Duration LIMIT = Duration.ofMinutes(6);
  private static final List<String> TABLES =
      List.of("win_rates.csv", "agreement.csv", "score_distributions.csv");

  /** Set for the tests that would make the whole suite longer than 25 minutes. */
  private static final String LONG = "assize.test.long";

  /** Pairs of the demo's corpus, each in both orders. */
  private static final int REQUESTS = 64;

  /** Tasks of a run; the first wave has 16. */
  private static final int TASKS = 32;

  @TempDir private static Path dir;
  private static Cluster cluster;
  private static Path corpus;

  @BeforeAll
  static void undisturbed() throws IOException {
    cluster = new Cluster(dir.resolve("cluster")).with("spark.task.maxFailures", "4");
    corpus = dir.resolve("corpus");
    Dataset<Row> pairs = DemoCorpus.pairs(LocalSpark.session());
    pairs
        .orderBy("sample_id")
        .limit(REQUESTS / 2)
        .repartition(3)
        .write()
        .parquet(corpus.toString());
    Ended ended = cluster.run(LIMIT, command("undisturbed"));
    assertThat(ended.code()).as(ended.err()).isZero();
    Dataset<Row> verdicts = verdicts("undisturbed");
    assertThat(verdicts.count()).isEqualTo(REQUESTS);
    assertThat(verdicts.select("verdict_key").distinct().count()).isEqualTo(REQUESTS);
    assertThat(verdicts.filter("status != 'ok'").count()).isZero();
  }

  @AfterAll
  static void stop() {
    cluster.close();
  }

  @Test
  void anExecutorDiesInTheMiddleOfAWave() {
    Running run = cluster.start(command("executor"));
    Programs.await(run, "wave 1 committed", LIMIT);
    Programs.await(run, "wave 2: ", LIMIT);
    cluster.killAnExecutor();
    Ended ended = Programs.end(run, LIMIT);
    assertThat(ended.code()).as(ended.err()).isZero();
    sameAsUndisturbed("executor");
  }

  @Test
  @EnabledIfSystemProperty(named = LONG, matches = "true")
  void aWorkerDies() {
    Running run = cluster.start(command("worker"));
    Programs.await(run, "wave 1 committed", LIMIT);
    cluster.loseAWorker();
    Ended ended = Programs.end(run, LIMIT);
    assertThat(ended.code()).as(ended.err()).isZero();
    sameAsUndisturbed("worker");
  }

  @ParameterizedTest
  @CsvSource({"60, 120s", "30, 15s"})
  @EnabledIfSystemProperty(named = LONG, matches = "true")
  void anExecutorStandsStillAndGoesOn(int seconds, String timeout) {
    String out = "held-" + seconds;
    Running run =
        cluster.start(
            Map.of(
                "spark.network.timeout", timeout,
                "spark.network.timeoutInterval", "10s",
                "spark.executor.heartbeatInterval", "3s"),
            command(out));
    Programs.await(run, "wave 1 committed", LIMIT);
    Programs.await(run, "wave 2: ", LIMIT);
    cluster.holdAnExecutor(Duration.ofSeconds(seconds));
    Ended ended = Programs.end(run, LIMIT);
    assertThat(ended.code()).as(ended.err()).isZero();
    sameAsUndisturbed(out);
  }

  @Test
  @EnabledIfSystemProperty(named = LONG, matches = "true")
  void whereNoTaskIsTriedAgainADeathIsOneLineAndTheNextRunGoesOn() {
    Map<String, String> once = Map.of("spark.task.maxFailures", "1");
    Running run = cluster.start(once, command("once"));
    Programs.await(run, "wave 1 committed", LIMIT);
    Programs.await(run, "wave 2: ", LIMIT);
    cluster.killAnExecutor();
    Ended died = Programs.end(run, LIMIT);
    long committed = verdicts("once").count();
    assertThat(died.code()).as(died.err()).isEqualTo(1);
    assertThat(died.err().lines().filter(line -> line.matches("assize: wave \\d+ failed.*")))
        .singleElement()
        .asString()
        .contains("run the same command again; what was committed is kept");
    assertThat(died.err()).doesNotContain("\tat ");
    Ended ended = Programs.end(cluster.start(once, command("once")), LIMIT);
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(ended.out()).contains("%d reused".formatted(committed));
    sameAsUndisturbed("once");
  }

  @Test
  @EnabledIfSystemProperty(named = LONG, matches = "true")
  void executorsComeAndGoWithTheWorkAndLoadTheModelOnceEach() {
    Ended ended =
        Programs.end(
            cluster.start(
                Map.of(
                    "spark.dynamicAllocation.enabled", "true",
                    "spark.dynamicAllocation.shuffleTracking.enabled", "true",
                    "spark.dynamicAllocation.minExecutors", "0",
                    "spark.dynamicAllocation.maxExecutors", "2",
                    "spark.scheduler.minRegisteredResourcesRatio", "0.0"),
                command("dynamic")),
            LIMIT);
    assertThat(ended.code()).as(ended.err()).isZero();
    sameAsUndisturbed("dynamic");
    Row run =
        new TableStore(LocalSpark.session(), dir.resolve("dynamic").toString()).read("run").head();
    assertThat(run.<Long>getAs("waves")).isGreaterThan(1);
    assertThat(run.<Long>getAs("model_loads"))
        .isEqualTo(run.<Long>getAs("judge_instances"))
        .isBetween(1L, 2L);
  }

  @Test
  void theDriverDiesInTheMiddleOfAWaveAndAgainBetweenWaves() {
    long first = killedDriver("driver", "judged [1-9]\\d* of " + REQUESTS);
    long second = killedDriver("driver", "wave 1 committed");
    Ended ended = cluster.run(LIMIT, command("driver"));
    assertThat(ended.code()).as(ended.err()).isZero();
    assertThat(second).isGreaterThan(first);
    // What was committed is not judged again.
    assertThat(ended.out())
        .contains("%d requests judged".formatted(REQUESTS - second))
        .contains("%d reused".formatted(second));
    sameAsUndisturbed("driver");
  }

  /** Kills the driver when it has said something; returns how many verdicts are committed. */
  private static long killedDriver(String out, String said) {
    Running run = cluster.start(command(out));
    Programs.await(run, said, LIMIT);
    List<ProcessHandle> all = run.process().descendants().toList();
    Programs.kill(run.process().toHandle());
    all.forEach(Programs::kill);
    long committed = verdicts(out).count();
    // Work lost: what was judged and is not committed, at most a wave and the tail before it.
    Matcher judged =
        Pattern.compile("judged (\\d+) of (\\d+)").matcher(Programs.end(run, LIMIT).out());
    while (judged.find()) {
      long before = REQUESTS - Long.parseLong(judged.group(2));
      assertThat(before + Long.parseLong(judged.group(1)) - committed)
          .isLessThanOrEqualTo(REQUESTS * 16 / TASKS);
    }
    return committed;
  }

  @Test
  @EnabledIfSystemProperty(named = LONG, matches = "true")
  void theStoresDiskIsFull() throws IOException {
    Path disk = Files.createDirectories(dir.resolve("disk"));
    assumeTrue(
        Programs.run(
                    dir,
                    Map.of(),
                    LIMIT,
                    List.of("mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", disk.toString()))
                .code()
            == 0,
        "skipped: mounting a small disk takes rights that this user lacks");
    try {
      Path filler = disk.resolve("filler");
      Files.write(filler, new byte[900 << 10]);
      String store = "assize.store.path=\"" + disk.resolve("store") + "\"";
      Ended full = cluster.run(LIMIT, command("full", "-D", store));
      assertThat(full.code()).as(full.err()).isEqualTo(1);
      assertThat(full.err())
          .containsPattern("assize: .*No space left on device.*run the same command again");
      Files.delete(filler);
      Ended ended = cluster.run(LIMIT, command("full", "-D", store));
      assertThat(ended.code()).as(ended.err()).isZero();
      same(
          new TableStore(LocalSpark.session(), disk.toString()).read("store"), dir.resolve("full"));
    } finally {
      Programs.run(dir, Map.of(), LIMIT, List.of("umount", disk.toString()));
    }
  }

  @Test
  void aCorruptFileAmongGoodOnesAndATruncatedModelAreNamedBeforeAnyWork() throws IOException {
    Path good = someFile(corpus, ".parquet");
    Path copy = dir.resolve("corrupt-corpus");
    copyFolder(corpus, copy);
    Path corrupt = copy.resolve(good.getFileName());
    truncate(corrupt);
    Path model = dir.resolve("model").resolve(DemoJudge.path().getFileName());
    Files.createDirectories(model.getParent());
    Files.copy(DemoJudge.path(), model);
    truncate(model);
    String corpusThere = "assize.corpus.path=\"" + copy + "\"";
    String modelThere = "assize.judge.model=\"" + model + "\"";
    List<String> command = command("corrupt", "-D", corpusThere, "-D", modelThere);

    Ended badModel = cluster.run(LIMIT, command);
    assertThat(badModel.code()).as(badModel.err()).isEqualTo(2);
    assertThat(badModel.err()).contains("assize: ").contains(model.toString());
    Files.copy(DemoJudge.path(), model, StandardCopyOption.REPLACE_EXISTING);
    Ended badCorpus = cluster.run(LIMIT, command);
    assertThat(badCorpus.code()).as(badCorpus.err()).isEqualTo(2);
    assertThat(badCorpus.err()).contains(good.getFileName().toString());
    Files.copy(good, corrupt, StandardCopyOption.REPLACE_EXISTING);
    Ended mended = cluster.run(LIMIT, command);
    assertThat(mended.code()).as(mended.err()).isZero();
    sameAsUndisturbed("corrupt");
  }

  @Test
  void twoRunsOnOneStoreAtOnceLoseAndDoubleNothing() {
    String store = "assize.store.path=\"" + dir.resolve("shared-store") + "\"";
    Running one = cluster.start(command("one", "-D", store));
    Running other = Programs.start(dir, Programs.QUICK, here(command("other", "-D", store)));
    Ended first = Programs.end(one, LIMIT);
    Ended second = Programs.end(other, LIMIT);
    assertThat(first.code()).as(first.err()).isZero();
    assertThat(second.code()).as(second.err()).isZero();
    Dataset<Row> both = new TableStore(LocalSpark.session(), dir.toString()).read("shared-store");
    assertThat(both.groupBy("run_id", "verdict_key").count().filter("count > 1").count()).isZero();
    assertThat(keys(both)).isEqualTo(keys(verdicts("undisturbed")));
    tablesAreEqual(dir.resolve("one"));
    tablesAreEqual(dir.resolve("other"));
  }

  @Test
  @EnabledIfSystemProperty(named = LONG, matches = "true")
  void aThousandHostileRowsAreJudgedOrQuarantinedAndChangeNoOthers() {
    int hostile = 1000;
    Path both = dir.resolve("hostile-corpus");
    HostileRows.pairs(hostile, 4).repartition(4).write().parquet(both.toString());
    LocalSpark.session()
        .read()
        .parquet(corpus.toString())
        .write()
        .mode("append")
        .parquet(both.toString());
    Ended ended =
        cluster.run(
            LIMIT,
            command(
                "hostile",
                "-D",
                "assize.corpus.path=\"" + both + "\"",
                "-D",
                "assize.run.max_failed_share=1.0",
                "-D",
                "assize.orders=ab",
                "-D",
                "assize.run.wave_seconds=60"));
    assertThat(ended.code()).as(ended.err()).isZero();

    TableStore tables = new TableStore(LocalSpark.session(), dir.resolve("hostile").toString());
    long quarantined = tables.read("quarantine").count();
    Dataset<Row> verdicts = tables.read("verdicts");
    assertThat(quarantined).isBetween(100L, 300L);
    assertThat(verdicts.select("sample_id").distinct().count() + quarantined)
        .isEqualTo(hostile + REQUESTS / 2);
    assertThat(verdicts.select("sample_id", "order").distinct().count())
        .isEqualTo(verdicts.count())
        .isEqualTo(hostile + REQUESTS / 2 - quarantined);
    assertThat(verdicts.filter("status = 'too_long'").count()).isPositive();
    assertThat(verdicts.filter("status = 'engine_error'").count()).isZero();
    String[] same = {"verdict_key", "sample_id", "order", "decision", "probability_a", "status"};
    Dataset<Row> calm = verdicts("undisturbed").filter("`order` = 'ab'").selectExpr(quoted(same));
    assertThat(calm.except(verdicts.selectExpr(quoted(same))).count()).isZero();
  }

  private static String[] quoted(String[] columns) {
    return Arrays.stream(columns).map(column -> "`" + column + "`").toArray(String[]::new);
  }

  private static List<String> here(List<String> command) {
    List<String> all = new ArrayList<>(List.of("scripts/assize"));
    all.addAll(command);
    return all;
  }

  private static List<String> command(String out, String... more) {
    try {
      Path conf =
          Files.writeString(
              dir.resolve("run.conf"),
              """
              assize {
                corpus.path = "%s"
                protocol = pairwise-brief
                judge {
                  kind = djl, model = "%s", decision = forced, deterministic = true
                  context_length = 2048, slots = 4, cache_tokens = 8192, threads = 1, window = 2
                }
                output { corpus = false, verdicts_csv = false }
                run { partitions = %d, wave_seconds = 2, progress_seconds = 1 }
              }
              """
                  .formatted(corpus, DemoJudge.path(), TASKS));
      List<String> command =
          new ArrayList<>(
              List.of(
                  "run",
                  "-c",
                  conf.toString(),
                  "-D",
                  "assize.output.dir=\"" + dir.resolve(out) + "\""));
      command.addAll(List.of(more));
      return command;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Dataset<Row> verdicts(String out) {
    return new TableStore(LocalSpark.session(), dir.resolve(out).toString()).read("verdicts");
  }

  private static void sameAsUndisturbed(String out) {
    same(verdicts(out), dir.resolve(out));
  }

  /** The store's keys, each once, and the tables. */
  private static void same(Dataset<Row> verdicts, Path tables) {
    assertThat(verdicts.count()).isEqualTo(REQUESTS);
    assertThat(keys(verdicts)).isEqualTo(keys(verdicts("undisturbed")));
    tablesAreEqual(tables);
  }

  private static void tablesAreEqual(Path tables) {
    for (String table : TABLES) {
      assertThat(tables.resolve(table))
          .hasSameBinaryContentAs(dir.resolve("undisturbed").resolve(table));
    }
  }

  private static List<String> keys(Dataset<Row> verdicts) {
    return verdicts.select("verdict_key").distinct().collectAsList().stream()
        .map(row -> row.getString(0))
        .sorted()
        .toList();
  }

  private static Path someFile(Path folder, String suffix) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(suffix)).sorted().findFirst().orElseThrow();
    }
  }

  private static void copyFolder(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (var files = Files.list(from)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".parquet")).toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  private static void truncate(Path file) throws IOException {
    try (RandomAccessFile open = new RandomAccessFile(file.toFile(), "rw")) {
      open.setLength(open.length() / 2);
    }
  }
}
