package io.assize.job;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.testing.LocalSpark;
import io.assize.verdict.TableStore;
import io.assize.verdict.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole job in this JVM, on small corpora whose tables can be worked out by hand. */
class EvaluationJobTest {
  private static final String PAIRS =
      "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
          + " response_b STRING, scenario STRING, label STRING, cost INT";
  private static final String RECORDED =
      "sample_id STRING, `order` STRING, output STRING, decision STRING, probability_a DOUBLE";

  @TempDir private Path dir;

  private final Dataset<Row> pairs =
      LocalSpark.table(
          PAIRS,
          row("1", "q1", "larch", "maple", "one two three", "one", "chitchat", "a", 1),
          row("2", "q2", "larch", "maple", "one", "one two", "chitchat", "a", 2),
          row("3", "q3", "maple", "willow", "one two", "two one", "ranking", "tie", 3),
          row("4", "q4", "willow", "larch", "one", "one two", "my own", "b", 4),
          row("5", null, "willow", "larch", "one", "one two", "my own", "b", 5));

  @Test
  void theLengthJudgeMakesEveryTable() {
    RunResult result = run(pairs, "length", Map.of());

    assertThat(result.rowsRead()).isEqualTo(5);
    assertThat(result.quarantined()).isEqualTo(1);
    assertThat(result.requests()).isEqualTo(8).isEqualTo(result.judged());
    assertThat(result.failed()).isZero();

    Dataset<Row> verdicts = tables("length").read("verdicts");
    assertThat(verdicts.columns()).containsExactly(Verdict.SCHEMA.fieldNames());
    assertThat(verdicts.select("verdict_key").distinct().count()).isEqualTo(8);
    assertThat(sorted(verdicts, "sample_id", "order", "decision", "status", "protocol", "judge"))
        .containsExactly(
            "1,ab,a,ok,pairwise,length", "1,ba,a,ok,pairwise,length",
            "2,ab,b,ok,pairwise,length", "2,ba,b,ok,pairwise,length",
            "3,ab,tie,ok,pairwise,length", "3,ba,tie,ok,pairwise,length",
            "4,ab,b,ok,pairwise,length", "4,ba,b,ok,pairwise,length");

    Dataset<Row> rates = tables("length").read("win_rates");
    assertThat(
            sorted(
                rates.filter("scenario = 'all'"),
                "model",
                "opponent",
                "n",
                "wins",
                "losses",
                "ties",
                "win_rate"))
        .containsExactly(
            "larch,all,3,2,1,0,0.6666666666666666",
            "larch,maple,2,1,1,0,0.5",
            "larch,willow,1,1,0,0,1.0",
            "maple,all,3,1,1,1,0.5",
            "maple,larch,2,1,1,0,0.5",
            "maple,willow,1,0,0,1,0.5",
            "willow,all,2,0,1,1,0.25",
            "willow,larch,1,0,1,0,0.0",
            "willow,maple,1,0,0,1,0.5");
    assertThat(rates.select("scenario").distinct().collectAsList())
        .extracting(r -> r.getString(0))
        .containsExactlyInAnyOrder(
            "chitchat",
            "ranking",
            "my own",
            "group:General Communication",
            "group:NLP Tasks",
            "all");

    assertThat(
            sorted(
                tables("length").read("agreement").filter("scenario = 'all'"),
                "n",
                "agreement",
                "agreement_first_order",
                "consistency",
                "first_position_rate",
                "invalid_rate",
                "length_baseline_agreement"))
        .containsExactly("4,0.75,0.75,1.0,0.5,0.0,0.75");
    assertThat(tables("length").read("score_distributions").count()).isZero();
    assertThat(sorted(tables("length").read("quarantine"), "sample_id", "reason", "cost"))
        .containsExactly("5,prompt is null,5");
    assertThat(sorted(tables("length").read("corpus"), "sample_id", "cost"))
        .containsExactly("1,1", "2,2", "3,3", "4,4");
    assertThat(sorted(tables("length").read("run"), "rows_read", "quarantined", "judged", "failed"))
        .containsExactly("5,1,8,0");
    for (String table :
        List.of("verdicts", "win_rates", "agreement", "score_distributions", "run", "quarantine")) {
      assertThat(dir.resolve("length/" + table + ".csv")).isNotEmptyFile();
    }
  }

  @Test
  void swappingAAndBMirrorsTheTables() throws IOException {
    run(pairs, "forth", Map.of());
    Dataset<Row> swapped =
        pairs.selectExpr(
            "sample_id",
            "prompt",
            "model_b AS model_a",
            "model_a AS model_b",
            "response_b AS response_a",
            "response_a AS response_b",
            "scenario",
            "CASE label WHEN 'a' THEN 'b' WHEN 'b' THEN 'a' ELSE label END AS label",
            "cost");
    run(swapped, "back", Map.of());
    for (String table : List.of("win_rates.csv", "agreement.csv")) {
      assertThat(dir.resolve("back").resolve(table))
          .hasSameTextualContentAs(dir.resolve("forth").resolve(table));
    }
  }

  @Test
  void recordedTextsAndDecisionsInOneOrderOrBothAreReplayed() {
    LocalSpark.table(
            RECORDED,
            row("1", "ab", "Well. The final decision is Response 1.", null, null),
            row("1", "ba", "Well. The final decision is Response 1.", null, null),
            row("2", "ab", null, "a", 0.9),
            row("2", "ba", null, "tie", 0.5),
            row("3", "ab", "I cannot say.", null, null))
        .write()
        .parquet(dir.resolve("recordings").toString());
    RunResult result =
        run(
            pairs,
            "replay",
            Map.of(
                "assize.judge.kind",
                "replay",
                "assize.judge.recordings",
                "\"" + dir.resolve("recordings") + "\""));

    assertThat(
            sorted(
                tables("replay").read("verdicts"),
                "sample_id",
                "order",
                "decision",
                "probability_a",
                "status",
                "critique",
                "error"))
        .containsExactly(
            "1,ab,a,null,ok,Well. The final decision is Response 1.,null",
            "1,ba,b,null,ok,Well. The final decision is Response 1.,null",
            "2,ab,a,0.9,ok,null,null",
            "2,ba,tie,0.5,ok,null,null",
            "3,ab,invalid,null,unparsable,I cannot say.,the answer states no valid final decision",
            "3,ba,invalid,null,engine_error,null,nothing is recorded for 3 (ba)",
            "4,ab,invalid,null,engine_error,null,nothing is recorded for 4 (ab)",
            "4,ba,invalid,null,engine_error,null,nothing is recorded for 4 (ba)");
    assertThat(result.failed()).isEqualTo(4);
    Row all =
        tables("replay")
            .read("win_rates")
            .filter("scenario = 'all' AND model = 'larch' AND opponent = 'maple'")
            .head();
    assertThat(all.<Double>getAs("win_rate")).isCloseTo((0.5 + 0.7) / 2, within(1e-12));
    assertThat(all.<Long>getAs("n")).isEqualTo(2);
  }

  @Test
  void ratingsOfSingleResponsesAreSummed() {
    Dataset<Row> single =
        LocalSpark.table(
            "sample_id STRING, prompt STRING, model STRING, response STRING, scenario STRING",
            row("1", "q", "larch", "x", "chitchat"),
            row("2", "q", "larch", "y", "ranking"),
            row("3", "q", "maple", "z", "chitchat"));
    LocalSpark.table(
            RECORDED,
            row("1", "single", "Good. Rating: [[8]]", null, null),
            row("2", "single", "Rating: [[5.5]]", null, null),
            row("3", "single", "Rating: [[12]]", null, null))
        .write()
        .parquet(dir.resolve("ratings").toString());
    RunResult result =
        run(
            single,
            "single",
            Map.of(
                "assize.protocol", "single",
                "assize.judge.kind", "replay",
                "assize.judge.recordings", "\"" + dir.resolve("ratings") + "\""));
    assertThat(result.failed()).isEqualTo(1);
    assertThat(
            sorted(
                tables("single").read("score_distributions"),
                "scenario",
                "model",
                "n",
                "mean",
                "p50"))
        .containsExactly(
            "all,larch,2,6.75,6.75",
            "chitchat,larch,1,8.0,8.0",
            "group:General Communication,larch,1,8.0,8.0",
            "group:NLP Tasks,larch,1,5.5,5.5",
            "ranking,larch,1,5.5,5.5");
    assertThat(tables("single").read("win_rates").count()).isZero();
  }

  @Test
  void oneOrderIsJudgedWhereOneIsAskedFor() {
    assertThat(run(pairs, "ba", Map.of("assize.orders", "ba")).judged()).isEqualTo(4);
    Row all = tables("ba").read("agreement").filter("scenario = 'all'").head();
    assertThat(all.<Double>getAs("agreement")).isEqualTo(0.75);
    assertThat(all.<Double>getAs("consistency")).isNull();
  }

  @Test
  void aCorpusWithoutAValidRowGivesEmptyTables() {
    RunResult result = run(pairs.filter("sample_id = '5'"), "empty", Map.of());
    assertThat(result.judged()).isZero();
    assertThat(tables("empty").read("win_rates").count()).isZero();
    assertThat(tables("empty").read("quarantine").count()).isEqualTo(1);
  }

  @Test
  void whatWasPaidForIsNotOverwrittenUnasked() {
    run(pairs, "twice", Map.of());
    assertThatThrownBy(() -> run(pairs, "twice", Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("holds verdicts already");
    assertThat(run(pairs, "twice", Map.of("assize.output.overwrite", "true")).judged())
        .isEqualTo(8);
    assertThatThrownBy(
            () ->
                run(
                    dir.resolve("twice/corpus"),
                    "twice",
                    Map.of("assize.output.overwrite", "true")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is a table of the output folder");
  }

  @Test
  void anOutputThatCannotBeWrittenIsFoundBeforeAnyWork() throws IOException {
    Files.writeString(dir.resolve("a-file"), "x");
    List<String> progress = new ArrayList<>();
    assertThatThrownBy(
            () ->
                new EvaluationJob(
                    LocalSpark.session(),
                    config(dir.resolve("x"), "a-file/out", Map.of()),
                    progress::add))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("a-file/out cannot be used");
    assertThat(progress).isEmpty();
  }

  private RunResult run(Dataset<Row> corpus, String out, Map<String, String> settings) {
    Path input = dir.resolve("input-of-" + out);
    corpus.write().mode("overwrite").parquet(input.toString());
    return run(input, out, settings);
  }

  private RunResult run(Path corpus, String out, Map<String, String> settings) {
    return new EvaluationJob(LocalSpark.session(), config(corpus, out, settings), line -> {}).run();
  }

  private AssizeConfig config(Path corpus, String out, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("assize.corpus.path", "\"" + corpus + "\"");
    all.put("assize.output.dir", "\"" + dir.resolve(out) + "\"");
    all.put("assize.judge.kind", "length");
    all.putAll(settings);
    return AssizeConfig.parse("", all);
  }

  private TableStore tables(String out) {
    return new TableStore(LocalSpark.session(), dir.resolve(out).toString());
  }

  private static List<String> sorted(Dataset<Row> rows, String... columns) {
    String[] quoted = Arrays.stream(columns).map(c -> "`" + c + "`").toArray(String[]::new);
    return rows.selectExpr(quoted).collectAsList().stream()
        .map(r -> r.mkString(","))
        .sorted()
        .toList();
  }
}
