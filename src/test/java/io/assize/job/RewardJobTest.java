package io.assize.job;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.AssizeConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.JudgeSpec;
import io.assize.prompt.Protocol;
import io.assize.report.Leaderboard;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The job with a reward model as the judge: scores become win rates, and distributions. */
class RewardJobTest {
  private static final Path MODEL = Path.of("src/test/resources/golden/reward/qwen3");
  private static final String PAIRS =
      "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
          + " response_b STRING";
  private static final String SINGLES =
      "sample_id STRING, prompt STRING, model STRING, response STRING";

  @TempDir private Path dir;

  @Test
  void ofAPairTheHigherScoreWinsAndOneOrderIsEnough() throws IOException {
    JsonNode golden = golden();
    Dataset<Row> pairs =
        LocalSpark.table(
            PAIRS,
            pair("1", golden, 0, 1),
            pair("2", golden, 2, 1),
            pair("3", golden, 3, 4),
            row("4", "Hi!", "larch", "maple", "the same", "the same"));

    RunResult result = run(pairs, "pairs", "reward", "");

    assertThat(result.judged()).isEqualTo(4);
    List<Row> verdicts = table("pairs", "verdicts").orderBy("sample_id").collectAsList();
    assertThat(verdicts).allMatch(verdict -> verdict.getAs("order").equals("ab"));
    double[] scores = {score(golden, 0), score(golden, 1), score(golden, 2), score(golden, 3)};
    check(verdicts.get(0), scores[0], scores[1]);
    check(verdicts.get(1), scores[2], scores[1]);
    check(verdicts.get(2), scores[3], score(golden, 4));
    assertThat(verdicts.get(3).<String>getAs("decision")).isEqualTo("tie");
    Row larch =
        table("pairs", "win_rates")
            .filter("model = 'larch' AND opponent = 'all' AND scenario = 'all'")
            .head();
    assertThat(larch.<Long>getAs("n")).isEqualTo(4);
    double expected = 0;
    for (Row verdict : verdicts) {
      expected += verdict.<Double>getAs("probability_a") / 4;
    }
    assertThat(larch.<Double>getAs("win_rate")).isCloseTo(expected, within(1e-9));
    assertThat(run(pairs, "pairs", "reward", "max_new_tokens = 9").judged()).isZero();
  }

  @Test
  void ofASingleResponseTheScoreIsTheRatingOnAScaleOfItsOwn() throws IOException {
    JsonNode golden = golden();
    List<Object[]> rows = new ArrayList<>();
    for (int i = 0; i < golden.size(); i++) {
      JsonNode chat = golden.get(i);
      rows.add(
          row(
              "row " + i,
              chat.get("prompt").asText(),
              i % 2 == 0 ? "larch" : "maple",
              chat.get("response").asText()));
    }
    Dataset<Row> singles = LocalSpark.table(SINGLES, rows.toArray(new Object[0][]));

    run(singles, "singles", "reward-single", "");

    for (Row verdict : table("singles", "verdicts").collectAsList()) {
      int i = Integer.parseInt(verdict.<String>getAs("sample_id").substring(4));
      assertThat(verdict.<Double>getAs("rating")).isCloseTo(score(golden, i), within(1e-4));
      assertThat(verdict.<String>getAs("status")).isEqualTo("ok");
      assertThat(verdict.<String>getAs("critique")).isNull();
    }
    Row maple =
        table("singles", "score_distributions")
            .filter("model = 'maple' AND scenario = 'all'")
            .head();
    double mean = 0;
    for (int i = 1; i < golden.size(); i += 2) {
      mean += score(golden, i) * 2 / golden.size();
    }
    assertThat(maple.<Double>getAs("mean")).isCloseTo(mean, within(1e-4));
    assertThat(maple.getList(maple.fieldIndex("histogram"))).isEmpty();
    String text =
        new Leaderboard(
                table("singles", "win_rates"),
                table("singles", "ratings"),
                table("singles", "score_distributions"),
                table("singles", "agreement"))
            .text();
    assertThat(text).contains("scores\n").doesNotContain("ratings from 1 to 10");
  }

  @Test
  void aScoreHasNoLowestForAResponseThatIsNotThere() {
    Dataset<Row> singles = LocalSpark.table(SINGLES, row("1", "q", "larch", "yes"));
    assertThatThrownBy(
            () -> run(singles, "lost", "reward-single", "", "corpus.empty_response = lose"))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("the scores of protocol reward-single have no lowest");
  }

  @Test
  void otherKindsOfJudgesGiveNoScores() {
    for (String kind : List.of("length", "replay", "http")) {
      assertThatThrownBy(
              () ->
                  AssizeConfig.parse(
                      "assize { corpus.path = x, output.dir = y, judge { kind = "
                          + kind
                          + ", model = m, recordings = r, http.url = \"http://h/v1\","
                          + " decision = score } }",
                      Map.of()))
          .isInstanceOf(UserError.class)
          .hasMessageContaining("assize.judge.decision is score")
          .hasMessageContaining("assize.judge.kind is " + kind);
    }
    JudgeConfig http =
        AssizeConfig.judge(Map.of("kind", "http", "model", "m", "http.url", "http://h/v1"));
    assertThatThrownBy(() -> JudgeSpec.of(http, Protocol.load("reward")))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("protocol reward wants scores of a reward model");
  }

  private static void check(Row verdict, double a, double b) {
    assertThat(verdict.<String>getAs("decision")).isEqualTo(a > b ? "a" : "b");
    assertThat(verdict.<Double>getAs("probability_a"))
        .isCloseTo(1 / (1 + Math.exp(b - a)), within(1e-4));
    assertThat(verdict.<Double>getAs("rating")).isNull();
    assertThat(verdict.<String>getAs("finish_reason")).isEqualTo("scored");
    assertThat(verdict.<String>getAs("critique")).startsWith("Response 1 scores ");
  }

  private static Object[] pair(String id, JsonNode golden, int a, int b) {
    return row(
        id,
        golden.get(a).get("prompt").asText(),
        "larch",
        "maple",
        golden.get(a).get("response").asText(),
        golden.get(b).get("response").asText());
  }

  private static double score(JsonNode golden, int i) {
    return golden.get(i).get("score").asDouble();
  }

  private static JsonNode golden() throws IOException {
    return new ObjectMapper().readTree(MODEL.resolve("scores.json").toFile());
  }

  private RunResult run(
      Dataset<Row> corpus, String out, String protocol, String judge, String... more) {
    Path input = dir.resolve("input-of-" + out);
    corpus.write().mode("overwrite").parquet(input.toString());
    AssizeConfig config =
        AssizeConfig.parse(
            """
            assize {
              corpus.path = "%s"
              protocol = %s
              judge { kind = djl, model = "%s", decision = score
                precision = fp32, context_length = 512, slots = 3, %s }
              output.dir = "%s"
              %s
            }
            """
                .formatted(
                    input, protocol, MODEL, judge, dir.resolve(out), String.join("\n", more)),
            Map.of());
    return new EvaluationJob(LocalSpark.session(), config, line -> {}).run();
  }

  private Dataset<Row> table(String out, String name) {
    return new TableStore(LocalSpark.session(), dir.resolve(out).toString()).read(name);
  }
}
