package io.assize.job;

import static io.assize.testing.LocalSpark.row;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.typesafe.config.ConfigUtil;
import io.assize.cli.ExplanationText;
import io.assize.config.AssizeConfig;
import io.assize.config.CorpusConfig;
import io.assize.config.UserError;
import io.assize.store.CurrentVerdicts;
import io.assize.store.VerdictStore;
import io.assize.store.VerdictTable;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import io.assize.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The whole job in this JVM, on small corpora whose tables can be worked out by hand. */
class EvaluationJobTest {
  private static final String PAIRS =
      "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
          + " response_b STRING, scenario STRING, label STRING, cost INT";
  private static final String RECORDED =
      "sample_id STRING, `order` STRING, output STRING, decision STRING, probability_a DOUBLE";

  @TempDir private Path dir;

  private final List<String> told = new ArrayList<>();

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
    assertThat(verdicts.columns()).containsExactly(VerdictTable.SCHEMA.fieldNames());
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
    Dataset<Row> swapped = mirrored("");
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
                CurrentVerdicts.of(tables("replay").read("verdicts")),
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
  void aCorpusWithoutAValidRowIsAFailureThatNamesTheCommonestReasonAndLeavesTheTables()
      throws IOException {
    run(pairs, "none", Map.of());
    String before = Files.readString(dir.resolve("none/win_rates.csv"));
    Dataset<Row> bad =
        pairs.withColumn("prompt", when(col("sample_id").gt("2"), lit(null)).otherwise(" "));
    assertThatThrownBy(() -> run(bad, "none", Map.of()))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(1))
        .hasMessageContaining("of 5 rows are left out: prompt is null 3, prompt is empty 2;")
        .hasMessageContaining("none/quarantine.csv");
    assertThat(tables("none").read("quarantine").count()).isEqualTo(5);
    assertThat(tables("none").read("corpus").count()).isEqualTo(4);
    assertThat(Files.readString(dir.resolve("none/win_rates.csv"))).isEqualTo(before);
    assertThatThrownBy(() -> run(pairs.limit(0), "none", Map.of()))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(1))
        .hasMessageContaining("has no rows");
  }

  @ParameterizedTest
  @EnumSource(
      value = Mode.class,
      names = {"REJUDGE", "ONLY_FAILED"})
  void aJudgeThatTheStoreDoesNotKnowIsNotJudgedAnew(Mode mode) {
    assertThatThrownBy(() -> judge(mode, pairs, "unknown", Map.of()))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("it has none at all");
    judge(Mode.PENDING, pairs, "unknown", Map.of());
    assertThatThrownBy(() -> judge(mode, pairs, "unknown", Map.of("assize.judge.name", "lenght")))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("no verdict of the judge lenght (it has those of length)");
  }

  @Test
  void aStepThatFailsLeavesNothingPersisted() {
    UDF1<String, String> fails =
        id -> {
          throw new IllegalStateException("no key of " + id);
        };
    Dataset<Row> broken =
        pairs.select(
            udf(fails, DataTypes.StringType).apply(col("sample_id")).as("verdict_key"),
            col("sample_id"),
            lit("ab").as("order"));
    Dataset<Row> none = LocalSpark.table(VerdictTable.SCHEMA.toDDL());
    Set<Integer> before = LocalSpark.persisted();
    assertThatThrownBy(() -> new Plan(broken, none, Mode.PENDING, "r"))
        .hasStackTraceContaining("no key of 1");
    assertThat(before).containsAll(LocalSpark.persisted());
  }

  @Test
  void whatTheStoreHasIsNotJudgedAgain() throws IOException {
    String format = "delta";
    Map<String, String> settings = Map.of("assize.store.format", format);
    RunResult first = judge(Mode.PENDING, pairs.filter("sample_id <> '3'"), "first", settings);
    assertThat(first.judged()).isEqualTo(6);
    Map<String, String> shared = new HashMap<>(settings);
    shared.put("assize.store.path", "\"" + dir.resolve("first/verdicts") + "\"");

    RunResult grown = run(pairs, "grown", shared);
    assertThat(grown.requests()).isEqualTo(8);
    assertThat(grown.judged()).isEqualTo(2);
    assertThat(grown.reused()).isEqualTo(6);
    RunResult again = judge(Mode.PENDING, pairs.repartition(4), "again", shared);
    assertThat(again.judged()).isZero();
    assertThat(again.work().waves()).isZero();
    run(pairs, "apart", settings);
    for (String table : List.of("win_rates.csv", "agreement.csv")) {
      assertThat(dir.resolve("grown").resolve(table))
          .hasSameTextualContentAs(dir.resolve("apart").resolve(table));
    }
    assertThat(Files.readAllLines(dir.resolve("again/verdicts.csv"))).hasSize(9);

    shared.put("assize.judge.margin", "0.9");
    assertThat(judge(Mode.PENDING, pairs, "other judge", shared).judged()).isEqualTo(8);
    shared.put("assize.protocol", "pairwise-brief");
    assertThat(judge(Mode.PENDING, pairs, "other template", shared).judged()).isEqualTo(8);

    VerdictStore store =
        VerdictStore.openThere(LocalSpark.session(), dir.resolve("first/verdicts").toString());
    List<String> before = sorted(store.read(), "verdict_key", "sample_id", "order", "judged_at");
    assertThat(before).hasSize(24);
    assertThat(store.compact().filesRemoved()).isPositive();
    assertThat(sorted(store.read(), "verdict_key", "sample_id", "order", "judged_at"))
        .isEqualTo(before);
    shared.remove("assize.protocol");
    shared.remove("assize.judge.margin");
    assertThat(judge(Mode.PENDING, pairs, "compacted", shared).judged()).isZero();
  }

  @Test
  void verdictsOfAnOlderVersionAreReused() {
    judge(Mode.PENDING, pairs, "newer", Map.of());
    // As the first version's stores were.
    tables("newer")
        .read("verdicts")
        .select(
            "verdict_key",
            "sample_id",
            "protocol",
            "order",
            "judge",
            "decision",
            "probability_a",
            "rating",
            "critique",
            "status",
            "error",
            "prompt_tokens",
            "generated_tokens",
            "finish_reason",
            "judged_at",
            "run_id")
        .write()
        .format("delta")
        .partitionBy("judge", "protocol")
        .save(dir.resolve("older/verdicts").toString());
    Dataset<Row> more = pairs.unionByName(mirrored("m")).filter("sample_id != '4'");
    RunResult result = judge(Mode.PENDING, more, "older", Map.of());
    assertThat(result.reused()).isEqualTo(14);
    assertThat(result.judged()).isZero();
    assertThat(tables("older").read("current_verdicts").count()).isEqualTo(14);
  }

  @Test
  void aStoreOfAnotherFormatIsRefused() {
    judge(Mode.PENDING, pairs, "as delta", Map.of());
    Map<String, String> other = Map.of("assize.store.format", "parquet");
    assertThatThrownBy(() -> judge(Mode.PENDING, pairs, "as delta", other))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is no Parquet table: set assize.store.format = delta");
  }

  @Test
  void equalRequestsAreJudgedOnceForAllWhoMakeThem() {
    Dataset<Row> mirrored = mirrored("m");
    RunResult result = judge(Mode.PENDING, pairs.union(mirrored), "mirrored", Map.of());
    assertThat(result.requests()).isEqualTo(16);
    assertThat(result.judged()).isEqualTo(8);
    assertThat(result.reused()).isEqualTo(8);
    Dataset<Row> verdicts = tables("mirrored").read("verdicts");
    assertThat(verdicts.select("verdict_key").distinct().count()).isEqualTo(8);
    assertThat(
            sorted(verdicts.filter("sample_id IN ('1', 'm1')"), "sample_id", "order", "decision"))
        .containsExactly("1,ab,a", "1,ba,a", "m1,ab,b", "m1,ba,b");

    // The same where the others come a night later.
    judge(Mode.PENDING, pairs, "later", Map.of());
    RunResult later = judge(Mode.PENDING, pairs.union(mirrored), "later", Map.of());
    assertThat(later.judged()).isZero();
    String[] columns = {"sample_id", "order", "decision", "status", "verdict_key"};
    assertThat(sorted(tables("later").read("verdicts"), columns))
        .isEqualTo(sorted(verdicts, columns));
  }

  @Test
  void rejudgeJudgesAllAndTheLatestCounts() {
    judge(Mode.PENDING, pairs, "anew", Map.of());
    RunResult anew = judge(Mode.REJUDGE, pairs, "anew", Map.of());
    assertThat(anew.judged()).isEqualTo(8);
    assertThat(tables("anew").read("verdicts").count()).isEqualTo(16);
    Dataset<Row> current = CurrentVerdicts.of(tables("anew").read("verdicts"));
    assertThat(current.filter(col("run_id").equalTo(anew.runId())).count()).isEqualTo(8);
    assertThat(current.count()).isEqualTo(8);
    assertThat(judge(Mode.PENDING, pairs, "anew", Map.of()).judged()).isZero();
    assertThat(
            LocalSpark.session()
                .read()
                .parquet(dir.resolve("anew/runs").toString())
                .groupBy("mode")
                .count()
                .orderBy("mode")
                .collectAsList())
        .extracting(Row::mkString)
        .containsExactly("pending2", "rejudge1");
  }

  @Test
  void whatFailedIsOneRowAndIsJudgedAgainWhereAskedForAndEnginesErrorsAlways() throws IOException {
    Path recordings = dir.resolve("recordings of failures");
    Map<String, String> settings =
        Map.of(
            "assize.judge.kind",
            "replay",
            "assize.run.max_failed_share",
            "1.0",
            "assize.judge.recordings",
            "\"" + recordings + "\"");
    LocalSpark.table(
            RECORDED, row("1", "ab", null, "a", 0.9), row("1", "ba", "I cannot say.", null, null))
        .write()
        .parquet(recordings.toString());
    // Six of which nothing is recorded: engine errors, tried twice.
    RunResult first = judge(Mode.PENDING, pairs, "failures", settings);
    assertThat(first.failed()).isEqualTo(7);
    assertThat(told)
        .filteredOn(line -> line.startsWith("failed: "))
        .singleElement()
        .matches(l -> l.startsWith("failed: 6 engine_error, 1 unparsable; most often ("))
        .matches(l -> !l.contains("\n"));
    Dataset<Row> verdicts = tables("failures").read("verdicts");
    assertThat(
            sorted(verdicts.groupBy("status", "attempts").count(), "status", "attempts", "count"))
        .containsExactly("engine_error,2,6", "ok,1,1", "unparsable,1,1");
    assertThat(Files.readAllLines(dir.resolve("failures/verdicts.csv"))).hasSize(9);
    RunResult second = judge(Mode.PENDING, pairs, "failures", settings);
    assertThat(second.judged()).isEqualTo(6);
    RunResult failed = judge(Mode.ONLY_FAILED, pairs, "failures", settings);
    assertThat(failed.judged()).isEqualTo(7);
    assertThat(failed.failed()).isEqualTo(7);
    assertThat(CurrentVerdicts.of(tables("failures").read("verdicts")).count()).isEqualTo(8);
  }

  @Test
  void aRowIsExplained() {
    judge(Mode.PENDING, pairs, "explained", Map.of());
    AssizeConfig config = config(dir.resolve("input-of-explained"), "explained", Map.of());
    Explanation explained = new ExplainJob(LocalSpark.session(), config).run("2");
    assertThat(explained.scoreA()).isEqualTo(0);
    assertThat(explained.requests())
        .extracting(Explanation.InOrder::order)
        .containsExactly("ab", "ba");
    assertThat(ExplanationText.of(explained))
        .contains("q2", "one two", "decision: b", "verdict, 1 of 1 in the store")
        .contains(
            "ab says b, ba says b: the mean score of a over the orders that decided is 0.0000");
    assertThatThrownBy(() -> new ExplainJob(LocalSpark.session(), config).run("5"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("no row 5 that is fit to be judged");
    AssizeConfig changed =
        config(
            dir.resolve("input-of-explained"), "explained", Map.of("assize.judge.margin", "0.5"));
    assertThat(ExplanationText.of(new ExplainJob(LocalSpark.session(), changed).run("2")))
        .contains("no verdict of this request is in the store");
  }

  @Test
  void aTableOfTheOutputIsNoCorpus() {
    assertThatThrownBy(() -> run(dir.resolve("twice/corpus"), "twice", Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("is, holds or lies in");
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
        .hasMessageContaining("a-file/out cannot be written");
    assertThat(progress).isEmpty();
  }

  @Test
  void aCorpusThatLinksIntoTheOutputIsJudgedOrRefusedAndNeverLost() throws IOException {
    Path real = dir.resolve("out/real");
    pairs.coalesce(1).write().parquet(real.toString());
    Path mine = onlyParquet(real);
    Path link = Files.createSymbolicLink(dir.resolve("link"), real);
    assertThat(run(link, "out", Map.of()).judged()).isEqualTo(8);
    assertThat(mine).isNotEmptyFile();

    Path toTable = Files.createSymbolicLink(dir.resolve("to-table"), dir.resolve("out"));
    List<String> inputs = new ArrayList<>();
    for (String inside : List.of("corpus", "", "verdicts", "win_rates/*.parquet")) {
      inputs.add(toTable + "/" + inside);
      inputs.add("file://" + dir + "/out/" + inside);
    }
    for (String input : inputs) {
      assertThatThrownBy(
              () -> run(Path.of("/"), "out", Map.of("assize.corpus.path", "\"" + input + "\"")))
          .as(input)
          .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
          .hasMessageContaining("is, holds or lies in");
    }
    String store = "\"" + toTable + "/ratings\"";
    assertThatThrownBy(() -> run(link, "out", Map.of("assize.store.path", store)))
        .hasMessageContaining("assize.store.path")
        .hasMessageContaining("is, holds or lies in");

    Path others = Files.createDirectories(dir.resolve("others/quarantine"));
    Path kept = Files.copy(mine, others.resolve("mine.parquet"));
    assertThatThrownBy(() -> run(link, "others", Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("mine.parquet is no file of a table");
    assertThat(kept).isNotEmptyFile();
  }

  @Test
  void everyPlaceMayHaveAnyName() throws IOException {
    String format = "parquet";
    String odd = "my data [v2]/100 % sure: a=b `ü` {x}, " + format;
    Path place = Files.createDirectories(dir.resolve(odd));
    pairs.coalesce(1).write().parquet(place.resolve("in: put").toString());
    LocalSpark.table(RECORDED, row("1", "ab", null, "a", 0.9), row("1", "ba", null, "b", 0.5))
        .write()
        .parquet(place.resolve("rec*").toString());
    for (String file : List.of("protocols/pairwise.conf", "scenarios.conf")) {
      Path copy = place.resolve(Path.of(file).getFileName() + " [1]");
      Files.copy(Path.of("conf", file), copy);
    }
    Files.writeString(place.resolve("ratings?.csv"), "model,rating\nlarch,1000\nmaple,900\n");
    Map<String, String> settings = new HashMap<>();
    settings.put("assize.judge.kind", "replay");
    settings.put("assize.judge.recordings", quoted(place.resolve("rec*")));
    settings.put("assize.protocol", quoted(place.resolve("pairwise.conf [1]")));
    settings.put("assize.scenarios", quoted(place.resolve("scenarios.conf [1]")));
    settings.put("assize.summary.reference", quoted(place.resolve("ratings?.csv")));
    settings.put("assize.store.path", quoted(place.resolve("st[o]re")));
    settings.put("assize.store.format", format);
    String out = odd + "/out %41";
    assertThat(run(place.resolve("in: put"), out, settings).reused()).isZero();
    RunResult second =
        new EvaluationJob(
                LocalSpark.session(), config(place.resolve("in: put"), out, settings), line -> {})
            .judgeOnly();
    assertThat(second.reused()).as("of what was no engine error").isEqualTo(2);
    assertThat(tables(out).read("current_verdicts").count()).isEqualTo(8);
    SummarizeJob.Result again =
        new SummarizeJob(LocalSpark.session(), AssizeConfig.summary(Map.of()), line -> {})
            .run(
                List.of(place.resolve("st[o]re").toString()),
                CorpusConfig.plain(place + "/out %41/corpus"),
                null,
                place.resolve("scenarios.conf [1]").toString(),
                place.resolve("summa{ry}").toString());
    assertThat(again.verdicts()).isEqualTo(8);
    assertThat(place.resolve("summa{ry}/win_rates.csv")).isNotEmptyFile();
  }

  @Test
  void everyToolCountsTheSameVerdictsOnceEach() throws IOException {
    Map<String, String> settings = Map.of("assize.store.format", "parquet");
    judge(Mode.PENDING, pairs, "tools", settings);
    Dataset<Row> more = pairs.unionByName(mirrored("m")).filter("sample_id != '4'");
    judge(Mode.PENDING, more, "tools", settings);
    VerdictStore.openThere(LocalSpark.session(), dir.resolve("tools/verdicts").toString())
        .compact();
    AssizeConfig all = config(written(more, "tools"), "tools", settings);
    RunResult result =
        new EvaluationJob(LocalSpark.session(), all, Mode.REJUDGE, line -> {}).judgeOnly();
    assertThat(result.requests()).isEqualTo(14);

    Dataset<Row> table = tables("tools").read("current_verdicts");
    assertThat(table.columns())
        .containsExactly(
            "judge",
            "protocol",
            "sample_id",
            "order",
            "scenario",
            "model_a",
            "model_b",
            "decision",
            "probability_a",
            "rating",
            "status",
            "verdict_key");
    assertThat(table.count()).isEqualTo(14);
    assertThat(
            sorted(
                table.filter("sample_id = 'm1'"),
                "order",
                "scenario",
                "model_a",
                "model_b",
                "decision",
                "status"))
        .containsExactly("ab,chitchat,maple,larch,b,ok", "ba,chitchat,maple,larch,b,ok");
    Programs.Ended counted =
        Programs.python(
            dir.resolve("logs"),
            """
                import sys, duckdb, pandas
                folder = sys.argv[1] + "/current_verdicts"
                frame = pandas.read_parquet(folder)
                rows = "FROM read_parquet('%s/*.parquet')" % folder
                keys = ["judge", "protocol", "sample_id", "order"]
                print(len(frame), len(frame[keys].drop_duplicates()), duckdb.sql("SELECT count(*) " + rows).fetchall()[0][0],
                      len(pandas.read_csv(folder + ".csv")), duckdb.sql("SELECT count(*) " + rows + " WHERE decision = 'a'").fetchall()[0][0])
                """,
            dir.resolve("tools"));
    assertThat(counted.out().strip())
        .as(counted.err())
        .isEqualTo("14 14 14 14 " + table.filter("decision = 'a'").count());
  }

  @Test
  void aSecondRunIntoOneFolderIsToldWhoIsWritingThere() throws IOException {
    AssizeConfig config = config(written(pairs, "locked"), "locked", Map.of());
    List<String> inner = new ArrayList<>();
    new EvaluationJob(
            LocalSpark.session(),
            config,
            line -> {
              if (inner.isEmpty()) {
                inner.add("");
                assertThatThrownBy(
                        () -> new EvaluationJob(LocalSpark.session(), config, x -> {}).run())
                    .isInstanceOfSatisfying(
                        UserError.class, e -> assertThat(e.exitCode()).isEqualTo(1))
                    .hasMessageContaining("another run is writing to")
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
                inner.add("refused");
              }
            })
        .run();
    assertThat(inner).contains("refused");
    assertThat(judge(Mode.PENDING, pairs, "locked", Map.of()).reused()).isEqualTo(8);
  }

  private static String quoted(Path path) {
    return ConfigUtil.quoteString(path.toString());
  }

  private static Path onlyParquet(Path folder) throws IOException {
    try (var files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(".parquet")).findFirst().orElseThrow();
    }
  }

  /** The pairs with a and b exchanged, under ids of their own. */
  private Dataset<Row> mirrored(String prefix) {
    return pairs.selectExpr(
        "concat('" + prefix + "', sample_id) AS sample_id",
        "prompt",
        "model_b AS model_a",
        "model_a AS model_b",
        "response_b AS response_a",
        "response_a AS response_b",
        "scenario",
        "CASE label WHEN 'a' THEN 'b' WHEN 'b' THEN 'a' ELSE label END AS label",
        "cost");
  }

  private RunResult run(Dataset<Row> corpus, String out, Map<String, String> settings) {
    return run(written(corpus, out), out, settings);
  }

  /** Without summary tables. */
  private RunResult judge(
      Mode mode, Dataset<Row> corpus, String out, Map<String, String> settings) {
    AssizeConfig config = config(written(corpus, out), out, settings);
    told.clear();
    return new EvaluationJob(LocalSpark.session(), config, mode, told::add).judgeOnly();
  }

  private Path written(Dataset<Row> corpus, String out) {
    Path input = dir.resolve("input-of-" + out);
    corpus.write().mode("overwrite").parquet(input.toString());
    return input;
  }

  private RunResult run(Path corpus, String out, Map<String, String> settings) {
    return new EvaluationJob(LocalSpark.session(), config(corpus, out, settings), line -> {}).run();
  }

  private AssizeConfig config(Path corpus, String out, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("assize.corpus.path", quoted(corpus));
    all.put("assize.output.dir", quoted(dir.resolve(out)));
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
