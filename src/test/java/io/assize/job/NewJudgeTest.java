package io.assize.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.AssizeConfig;
import io.assize.config.JudgeKind;
import io.assize.config.UserError;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import io.assize.testing.ManyPairs;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A new kind of judge is one class and one line in the list of kinds. */
class NewJudgeTest {
  @TempDir private Path dir;

  @Test
  void aNewKindOfJudgeIsConfiguredCheckedRunAndReused() {
    ManyPairs.write(dir.resolve("corpus"), 10);
    RunResult first = run(config("second"));
    assertThat(first.judged()).isEqualTo(first.requests()).isPositive();
    Row agreement =
        new TableStore(LocalSpark.session(), dir.resolve("out").toString())
            .read("agreement")
            .filter("scenario = 'all'")
            .head();
    assertThat(agreement.<Double>getAs("first_position_rate")).isZero();
    assertThat(run(config("second")).reused()).isEqualTo(first.requests());
    // Another setting is another judge.
    assertThat(run(config("first")).reused()).isZero();
  }

  @Test
  void itsSettingsAreCheckedLikeAllOthers() {
    assertThatThrownBy(() -> config("edge"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("assize.judge.coin.side is \"edge\": use one of first, second");
    assertThatThrownBy(() -> AssizeConfig.parse("assize.judge.coin.sides = first", Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("did you mean assize.judge.coin.side?");
  }

  @Test
  void theListHasTheKindsOfTheDocumentsFirst() {
    assertThat(JudgeKind.all())
        .extracting(JudgeKind::kind)
        .contains("djl", "http", "replay", "length", "coin")
        .doesNotHaveDuplicates();
  }

  private RunResult run(AssizeConfig config) {
    return new EvaluationJob(LocalSpark.session(), config, line -> {}).run();
  }

  private AssizeConfig config(String side) {
    return AssizeConfig.parse(
        "assize { judge { kind = coin, coin.side = " + side + " }, store.format = parquet }",
        Map.of(
            "assize.corpus.path", "\"" + dir.resolve("corpus") + "\"",
            "assize.output.dir", "\"" + dir.resolve("out") + "\""));
  }
}
