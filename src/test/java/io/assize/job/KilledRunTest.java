package io.assize.job;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.config.UserError;
import io.assize.store.VerdictStore;
import io.assize.testing.LocalSpark;
import io.assize.testing.ManyPairs;
import io.assize.testing.Programs;
import io.assize.testing.Programs.Ended;
import io.assize.testing.Programs.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** kill -9 of a run in a process of its own: in planning, when waves begin and as they end. */
@Tag("slow")
@EnabledIfSystemProperty(named = "assize.test.long", matches = "true")
class KilledRunTest {
  private static final Duration LIMIT = Duration.ofMinutes(10);
  private static final int PAIRS = 600;

  @TempDir private Path dir;

  @ParameterizedTest
  @ValueSource(strings = {"delta", "parquet"})
  void whereverARunIsKilledTheSameCommandGoesOnAndNothingIsLostOrDoubled(String format)
      throws IOException {
    ManyPairs.write(dir.resolve("corpus"), PAIRS);
    assertThat(end("undisturbed", format).code()).isZero();

    long before = 0;
    for (String said :
        List.of(
            "read \\d+ rows", "judging \\d+ requests", "wave 1 committed", "wave 2 committed")) {
      Running run = start("killed", format);
      Programs.await(run, said, LIMIT);
      Programs.kill(run.process().toHandle());
      long kept = committed();
      assertThat(kept).isGreaterThanOrEqualTo(before);
      before = kept;
    }
    // Others put the store's files together while the last run is at work.
    Running last = start("killed", format);
    Programs.await(last, "judging \\d+ requests", LIMIT);
    VerdictStore store = VerdictStore.openThere(LocalSpark.session(), folder("killed"));
    while (last.process().isAlive()) {
      store.compact();
    }
    Ended ended = Programs.end(last, LIMIT);
    assertThat(ended.code()).as(ended.out()).isZero();

    Dataset<Row> verdicts = stored("killed");
    assertThat(verdicts.count()).isEqualTo(2 * PAIRS);
    assertThat(verdicts.select("verdict_key").except(stored("undisturbed").select("verdict_key")))
        .satisfies(rest -> assertThat(rest.count()).isZero());
    for (String table : List.of("win_rates.csv", "ratings.csv", "left_out.csv")) {
      assertThat(dir.resolve("killed").resolve(table))
          .hasSameTextualContentAs(dir.resolve("undisturbed").resolve(table));
    }
  }

  /** Verdicts in the store, which may not be there yet. */
  private long committed() {
    try {
      return stored("killed").count();
    } catch (UserError noStore) {
      assertThat(noStore).hasMessageContaining("there is no store of verdicts");
      return 0;
    }
  }

  private Dataset<Row> stored(String out) {
    return VerdictStore.openThere(LocalSpark.session(), folder(out)).read();
  }

  private String folder(String out) {
    return dir.resolve(out).resolve("verdicts").toString();
  }

  private Ended end(String out, String format) throws IOException {
    return Programs.end(start(out, format), LIMIT);
  }

  /** The command line in a JVM of its own, out of the classes under test. */
  private Running start(String out, String format) throws IOException {
    Path conf =
        Files.writeString(
            dir.resolve(out + ".conf"),
            """
            assize {
              corpus.path = "%s", output.dir = "%s", output.corpus = false
              judge.kind = length, store.format = %s
              run { partitions = 32, wave_seconds = 4, progress_seconds = 1 }
              spark { "spark.master" = "local[2]", "spark.sql.shuffle.partitions" = 2, "spark.ui.enabled" = false }
            }
            """
                .formatted(dir.resolve("corpus"), dir.resolve(out), format));
    return Programs.assize(dir, Map.of(), List.of("-Xmx1g"), List.of("run", "-c", conf.toString()));
  }
}
