package io.assize.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.assize.config.AssizeConfig;
import io.assize.job.EvaluationJob;
import io.assize.job.ExplainJob;
import io.assize.job.RunResult;
import io.assize.store.VerdictStore;
import io.assize.testing.LocalSpark;
import io.assize.testing.ManyPairs;
import io.assize.testing.Programs;
import io.assize.testing.Programs.Ended;
import io.assize.testing.SmallDisk;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Disks that are full or cannot be written, wherever something is written: one line says so, the
 * tables of before are as they were, and the next run goes on.
 */
@Tag("slow")
class FaultyDisksTest {
  private static final Duration LIMIT = Duration.ofMinutes(5);

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"delta", "parquet"})
  @EnabledIfSystemProperty(named = "assize.test.long", matches = "true")
  void theOutputFoldersDisk(String format) throws IOException {
    try (SmallDisk disk = SmallDisk.of(dir.resolve("disk"), 8)) {
      Path out = disk.folder().resolve("out");
      ManyPairs.write(dir.resolve("first"), 20);
      ManyPairs.write(dir.resolve("second"), 60);
      AssizeConfig first = config("first", out, format);
      AssizeConfig second = config("second", out, format);
      run(first);
      Map<String, byte[]> before = tables(out);
      for (int kilobytes : List.of(0, 60, 200)) {
        disk.leave(1024L * kilobytes);
        Throwable full = catchThrowable(() -> run(second));
        assertThat(full).as("%d KB left", kilobytes).isNotNull();
        Failure failure = Failure.of(full);
        assertThat(failure.line())
            .as("%d KB left: %s", kilobytes, full)
            .contains("No space left on device");
        assertThat(failure.exitCode()).isBetween(1, 2);
        assertThat(tables(out)).as("%d KB left", kilobytes).containsExactlyEntriesOf(before);
      }
      disk.empty();
      disk.writable(false);
      Throwable readOnly = catchThrowable(() -> run(second));
      assertThat(Failure.of(readOnly))
          .matches(failure -> failure.exitCode() == 2 && !failure.bug())
          .extracting(Failure::line)
          .asString()
          .contains("cannot be written");
      assertThat(tables(out)).containsExactlyEntriesOf(before);
      // Who only reads needs no disk that can be written.
      assertThat(new ExplainJob(LocalSpark.session(), first).run("s1").requests())
          .allMatch(asked -> asked.verdictsOfKey() == 1);
      VerdictStore store =
          VerdictStore.openThere(LocalSpark.session(), out.resolve("verdicts").toString());
      Failure compact = Failure.of(catchThrowable(store::compact));
      assertThat(compact.bug()).as(compact.line()).isFalse();
      disk.writable(true);
      RunResult mended = run(second);
      assertThat(mended.requests()).isEqualTo(120);
      assertThat(mended.reused()).isGreaterThanOrEqualTo(40);
      assertThat(store.read().count()).isEqualTo(120);
      RunResult elsewhere = run(config("second", dir.resolve("elsewhere"), format));
      assertThat(elsewhere.requests()).isEqualTo(120);
      for (String table : List.of("win_rates.csv", "ratings.csv", "left_out.csv")) {
        assertThat(out.resolve(table))
            .hasSameTextualContentAs(dir.resolve("elsewhere").resolve(table));
      }
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "assize.test.long", matches = "true")
  void sparksOwnDisk() {
    ManyPairs.write(dir.resolve("corpus"), 20);
    try (SmallDisk disk = SmallDisk.of(dir.resolve("disk"), 4)) {
      String local = "assize.spark.\"spark.local.dir\"=" + disk.folder().resolve("spark");
      disk.leave(0);
      Ended full = command("full", Map.of(), "-D", local);
      assertThat(full.code()).as(full.err()).isEqualTo(1);
      assertThat(full.err()).containsPattern("assize: .*No space left on device.*");
      disk.empty();
      disk.writable(false);
      Ended readOnly = command("read-only", Map.of(), "-D", local);
      assertThat(readOnly.code()).as(readOnly.err()).isBetween(1, 2);
      assertThat(readOnly.err()).contains("assize: ").contains(disk.folder().toString());
      disk.writable(true);
      Ended mended = command("full", Map.of(), "-D", local);
      assertThat(mended.code()).as(mended.err()).isZero();
    }
  }

  @Test
  @EnabledIfSystemProperty(named = "assize.test.long", matches = "true")
  void theLogFilesDisk() {
    ManyPairs.write(dir.resolve("corpus"), 20);
    try (SmallDisk disk = SmallDisk.of(dir.resolve("disk"), 1)) {
      Map<String, String> cache = Map.of("ASSIZE_CACHE", disk.folder().resolve("cache").toString());
      disk.leave(0);
      Ended full = command("full", cache);
      assertThat(full.code()).as(full.err()).isZero();
      disk.empty();
      disk.writable(false);
      Ended readOnly = command("read-only", cache);
      assertThat(readOnly.code()).as(readOnly.err()).isZero();
      assertThat(full.err() + readOnly.err()).doesNotContain("\tat ");
    }
  }

  private RunResult run(AssizeConfig config) {
    return new EvaluationJob(LocalSpark.session(), config, line -> {}).run();
  }

  private AssizeConfig config(String corpus, Path out, String format) {
    return AssizeConfig.parse(
        """
        assize {
          corpus.path = "%s", output.dir = "%s", judge.kind = length, store.format = %s
          run.partitions = 2
        }
        """
            .formatted(dir.resolve(corpus), out, format),
        Map.of());
  }

  /** A run in a process of its own. */
  private Ended command(String out, Map<String, String> environment, String... more) {
    try {
      Path conf =
          Files.writeString(
              dir.resolve("run.conf"),
              """
              assize {
                corpus.path = "%s", output.dir = "%s", judge.kind = length
                run.partitions = 2
                spark { "spark.master" = "local[2]", "spark.sql.shuffle.partitions" = 2 }
              }
              """
                  .formatted(dir.resolve("corpus"), dir.resolve(out)));
      List<String> arguments = new ArrayList<>(List.of("run", "-c", conf.toString()));
      arguments.addAll(List.of(more));
      return Programs.end(Programs.assize(dir, environment, List.of("-Xmx1g"), arguments), LIMIT);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** The files of all tables but the verdicts', and their bytes. */
  private static Map<String, byte[]> tables(Path out) throws IOException {
    Map<String, byte[]> tables = new TreeMap<>();
    try (Stream<Path> files = Files.walk(out)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = out.relativize(file).toString();
        if (!name.startsWith("verdicts/") && !name.contains(".assize-lock")) {
          tables.put(name, Files.readAllBytes(file));
        }
      }
    }
    return tables;
  }
}
