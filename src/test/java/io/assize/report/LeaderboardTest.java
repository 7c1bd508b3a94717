package io.assize.report;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.assize.testing.LocalSpark;
import java.util.Arrays;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** What a person reads of the tables, and a program beside it. */
class LeaderboardTest {
  @Test
  void aModelWithoutARatingIsShownWithTheReason() {
    Dataset<Row> rates =
        LocalSpark.table(
            "judge STRING, scenario STRING, model STRING, opponent STRING, n BIGINT, wins BIGINT,"
                + " losses BIGINT, ties BIGINT, win_rate DOUBLE, ci_low DOUBLE, ci_high DOUBLE",
            row("j", "all", "larch", "all", 3L, 3L, 0L, 0L, 1.0, 0.5, 1.0));
    Dataset<Row> ratings =
        LocalSpark.table(
            "judge STRING, scenario STRING, model STRING, rating DOUBLE, ci_low DOUBLE,"
                + " ci_high DOUBLE, rank INT, rank_low INT, rank_high INT, note STRING",
            row("j", "all", "larch", 1010.0, 990.0, 1030.0, 1, 1, 1, null),
            row("j", "all", "maple", null, null, null, null, null, null, "it lost no game"),
            row("j", "some", "willow", null, null, null, null, null, null, "of a scenario"));
    Dataset<Row> scores =
        LocalSpark.table(
            "judge STRING, scenario STRING, model STRING, n BIGINT, mean DOUBLE, p50 DOUBLE");
    Dataset<Row> agreement = LocalSpark.table("judge STRING, scenario STRING");
    Leaderboard board = new Leaderboard(rates, ratings, scores, agreement);

    assertThat(board.models())
        .containsPattern("larch +1010 +990 – 1030 +1 \\(1–1\\)")
        .containsPattern("maple +no rating: it lost no game\n")
        .doesNotContain("willow");
    assertThat(board.data().get("ratings"))
        .asInstanceOf(InstanceOfAssertFactories.LIST)
        .extracting(one -> ((Map<?, ?>) one).get("note"))
        .isEqualTo(Arrays.asList(null, "it lost no game"));
    assertThat(board.data()).containsKeys("win_rates", "score_distributions", "agreement");
  }
}
