package io.assize.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.testing.LocalSpark;
import io.assize.testing.Programs;
import io.assize.testing.Programs.Ended;
import io.assize.verdict.TableStore;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a new user does first: {@code scripts/assize demo}, then the notebook over its tables. */
@Tag("end-to-end")
class DemoIT {
  @TempDir private static Path dir;
  private static Ended demo;

  @BeforeAll
  static void runDemo() {
    demo =
        Programs.run(
            dir,
            Map.of(),
            Duration.ofMinutes(12),
            List.of("scripts/assize", "demo", "--out", dir.resolve("demo").toString()));
    assertThat(demo.code()).as(demo.err()).isZero();
  }

  @Test
  void whatWillHappenIsSaidFirstAndNothingIsLeftWhereTheUserWorks() {
    assertThat(demo.err()).startsWith("assize: the demo asks a small judge about 48 bundled pairs");
    for (int step = 1; step <= 4; step++) {
      assertThat(demo.err()).contains("assize:   " + step + " of 4  ");
    }
    assertThat(demo.out()).contains("Tables: ", "scripts/assize explain -c ");
    assertThat(Path.of("spark-warehouse")).doesNotExist();
    assertThat(Path.of("metastore_db")).doesNotExist();
  }

  @Test
  void everyPairIsJudgedInBothOrders() {
    Dataset<Row> verdicts = table("verdicts");
    assertThat(verdicts.count()).isEqualTo(96);
    assertThat(verdicts.select("sample_id", "order").distinct().count()).isEqualTo(96);
    assertThat(verdicts.filter("status NOT IN ('ok', 'unparsable')").count()).isZero();
    assertThat(verdicts.filter("critique IS NULL OR prompt_tokens = 0").count()).isZero();
    assertThat(verdicts.filter("status = 'ok'").count()).isGreaterThan(48);
  }

  @Test
  void theLeaderboardIsShownForEachScenarioAndTheCaveatBesideIt() {
    List<Row> scenarios = table("input").select("scenario").distinct().collectAsList();
    assertThat(scenarios).hasSize(8);
    for (Row scenario : scenarios) {
      assertThat(demo.out()).contains("\n" + scenario.getString(0) + "\n");
    }
    assertThat(demo.out())
        .contains("all scenarios", "135 million parameters", "agrees with people on")
        .contains("\"the longer response wins\" on 50.0%");
    assertThat(demo.err())
        .containsPattern("judged \\d+ of 96 requests .* tokens/s, .* left, \\d+ failed");
  }

  @Test
  void everyTableIsThereWithItsCsv() {
    for (String name :
        List.of("verdicts", "win_rates", "agreement", "score_distributions", "run", "quarantine")) {
      assertThat(dir.resolve("demo").resolve(name)).isDirectory();
      assertThat(dir.resolve("demo").resolve(name + ".csv")).isNotEmptyFile();
    }
    assertThat(table("win_rates").select("model").distinct().count()).isEqualTo(3);
    assertThat(table("win_rates").filter("lc_win_rate IS NOT NULL").count()).isZero();
    assertThat(table("run").head().<Long>getAs("model_loads")).isEqualTo(1);
  }

  @Test
  void theNotebookRunsOverTheTables() {
    Ended notebook =
        Programs.run(
            dir,
            Map.of("ASSIZE_TABLES", dir.resolve("demo").toString()),
            Duration.ofMinutes(3),
            List.of(
                Programs.VENV.resolve("bin/jupyter-execute").toString(),
                "--output=" + dir.resolve("executed.ipynb"),
                "notebooks/win_rates.ipynb"));
    assertThat(notebook.code()).as(notebook.err()).isZero();
    assertThat(dir.resolve("executed.ipynb")).content().contains("image/png").contains("larch");
  }

  private static Dataset<Row> table(String name) {
    return new TableStore(LocalSpark.session(), dir.resolve("demo").toString()).read(name);
  }
}
