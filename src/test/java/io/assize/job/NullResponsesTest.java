package io.assize.job;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.assize.config.AssizeConfig;
import io.assize.store.VerdictTable;
import io.assize.testing.LocalSpark;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A response that is not there is what {@code assize.corpus.empty_response} says. */
class NullResponsesTest {
  @TempDir private Path dir;

  @Test
  void aNullResponseIsAnEmptyAnswerOrLosesUnasked() {
    LocalSpark.table(
            "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
                + " response_b STRING",
            row("1", "q", "m", "n", null, ""),
            row("2", "q", "m", "n", "", null),
            row("3", "q", "m", "n", null, null),
            row("4", "q", "m", "n", "two words", "one"))
        .write()
        .parquet(dir.resolve("corpus").toString());

    // To the length judge an empty answer is as long as another.
    assertThat(decisions("judge", "length"))
        .containsExactly("1 tie stop", "2 tie stop", "3 tie stop", "4 a stop");
    assertThat(decisions("lose", "length"))
        .containsExactly("1 b recorded", "2 a recorded", "3 tie recorded", "4 a stop");
    assertThat(decisions("quarantine", "length")).containsExactly("4 a stop");
  }

  /** Of each row, which both orders must give alike. */
  private List<String> decisions(String meaning, String judge) {
    Path out = dir.resolve(meaning);
    AssizeConfig config =
        AssizeConfig.parse(
            "assize { judge.kind = %s, store.format = parquet }".formatted(judge),
            Map.of(
                "assize.corpus.path", "\"" + dir.resolve("corpus") + "\"",
                "assize.output.dir", "\"" + out + "\"",
                "assize.corpus.empty_response", meaning));
    new EvaluationJob(LocalSpark.session(), config, line -> {}).judgeOnly();
    Dataset<Row> verdicts =
        VerdictTable.read(LocalSpark.session(), out.resolve("verdicts").toString());
    assertThat(verdicts.filter("status = 'ok'").count()).isEqualTo(verdicts.count());
    List<String> decisions = new ArrayList<>();
    verdicts
        .selectExpr("concat_ws(' ', sample_id, decision, finish_reason) AS text")
        .groupBy("text")
        .count()
        .orderBy("text")
        .collectAsList()
        .forEach(
            row -> {
              assertThat(row.getLong(1)).as(row.getString(0)).isEqualTo(2);
              decisions.add(row.getString(0));
            });
    return decisions;
  }
}
