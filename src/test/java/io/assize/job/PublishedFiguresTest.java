package io.assize.job;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.rand;
import static org.apache.spark.sql.functions.sqrt;
import static org.apache.spark.sql.functions.stddev_samp;
import static org.apache.spark.sql.functions.when;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.AssizeConfig;
import io.assize.corpus.importer.Importer;
import io.assize.summary.SummaryTables;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import io.assize.testing.PublicData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Recorded judgments give the figures that were published of them. */
@Tag("slow")
class PublishedFiguresTest {
  @TempDir private static Path dir;
  private static Path autoJ;

  @ParameterizedTest(name = "{0} partitions")
  @ValueSource(ints = {1, 50})
  void replayOfAutoJGivesItsPublishedTable(int partitions) throws IOException {
    Path imported = importedAutoJ();
    Path shuffled = dir.resolve("shuffled-" + partitions);
    LocalSpark.session()
        .read()
        .parquet(imported.resolve("corpus/kind=pairwise").toString())
        .orderBy(rand(partitions))
        .repartition(partitions)
        .write()
        .parquet(shuffled.toString());

    Path out = dir.resolve("replay-" + partitions);
    run(
        shuffled,
        out,
        Map.of(
            "assize.judge.kind",
            "replay",
            "assize.judge.name",
            "auto-j-13b",
            "assize.judge.recordings",
            "\"" + imported.resolve("recordings") + "\"",
            "assize.run.partitions",
            String.valueOf(partitions)));

    checkPublished(out);
    // The same bytes whatever the partitions and the order of rows.
    Path first = dir.resolve("replay-1");
    for (String table : List.of("agreement.csv", "win_rates.csv")) {
      assertThat(out.resolve(table)).hasSameTextualContentAs(first.resolve(table));
    }
  }

  @Test
  void soDoesImportFollowedBySummarize() throws IOException {
    Path imported = importedAutoJ();
    Path out = dir.resolve("summarized");
    summarize(imported, out);
    checkPublished(out);
    Row single =
        LocalSpark.session()
            .read()
            .parquet(out.resolve(SummaryTables.SCORE_DISTRIBUTIONS).toString())
            .filter("scenario = 'all'")
            .head();
    assertThat(single.<Long>getAs("n")).isEqualTo(231);
  }

  @Test
  void theLongerResponseAgreesWithPeopleOn529OfAThousandRows() {
    Path out = dir.resolve("length");
    RunResult result =
        run(
            importedAutoJ().resolve("corpus/kind=pairwise"),
            out,
            Map.of("assize.judge.kind", "length"));
    Row all = agreement(out).get("all");
    assertThat(all.<Double>getAs("agreement")).isCloseTo(0.529, within(0.0005));
    assertThat(all.<Double>getAs("length_baseline_agreement"))
        .isEqualTo(all.<Double>getAs("agreement"));
    assertThat(all.<Double>getAs("consistency")).isEqualTo(1.0);
    assertThat(result.requests()).isEqualTo(2 * 1392);
    // Eleven requests of the test set equal others in every text: one judgment serves both.
    assertThat(result.judged()).isEqualTo(2773);
    assertThat(result.failed()).isZero();
  }

  @Test
  void alpacaEvalGivesItsLeaderboard() throws IOException {
    Path imported = dir.resolve("alpaca");
    new ImportJob(LocalSpark.session())
        .run(Importer.of("alpaca-eval"), PublicData.alpacaEval().toString(), imported.toString());
    Path out = dir.resolve("alpaca-tables");
    summarize(imported, out);
    Dataset<Row> rates =
        new TableStore(LocalSpark.session(), out.toString())
            .read(SummaryTables.WIN_RATES)
            .filter(col("opponent").equalTo("all").and(col("model").notEqual("gpt4_1106_preview")));

    List<String> lines = Files.readAllLines(PublicData.alpacaEval().resolve("published.csv"));
    List<String> names = List.of(lines.get(0).split(",", -1));
    assertThat(lines).hasSize(4);
    TreeMap<Double, Double> controlled = new TreeMap<>();
    for (String line : lines.subList(1, lines.size())) {
      List<String> published = List.of(line.split(",", -1));
      Row row =
          rates
              .filter(col("scenario").equalTo("all").and(col("model").equalTo(published.get(0))))
              .head();
      double winRate = Double.parseDouble(published.get(names.indexOf("win_rate")));
      double error = Double.parseDouble(published.get(names.indexOf("standard_error")));
      assertThat(100 * row.<Double>getAs("win_rate")).isCloseTo(winRate, within(1e-6));
      assertThat(100 * row.<Double>getAs("standard_error")).isCloseTo(error, within(1e-6));
      assertThat(row.<Long>getAs("n"))
          .isEqualTo(Long.parseLong(published.get(names.indexOf("n_total"))));
      assertThat(row.<Long>getAs("wins"))
          .isEqualTo(Long.parseLong(published.get(names.indexOf("n_wins"))));
      assertThat(row.<Long>getAs("losses"))
          .isEqualTo(Long.parseLong(published.get(names.indexOf("n_wins_base"))));
      assertThat(row.<Long>getAs("ties"))
          .isEqualTo(Long.parseLong(published.get(names.indexOf("n_draws"))));
      double lengthControlled =
          Double.parseDouble(published.get(names.indexOf("length_controlled_winrate")));
      assertThat(100 * row.<Double>getAs("lc_win_rate")).isCloseTo(lengthControlled, within(1.5));
      controlled.put(lengthControlled, row.getAs("lc_win_rate"));
    }
    // The same rank order.
    assertThat(List.copyOf(controlled.values())).isSorted();
    checkDataSets(rates);
    checkRatings(out);
  }

  /** The exact optimum of the same games: scripts/golden/make_statistics.py. */
  private static void checkRatings(Path out) throws IOException {
    JsonNode board = null;
    for (JsonNode one :
        new ObjectMapper()
            .readTree(PublishedFiguresTest.class.getResource("/golden/bradley-terry.json"))) {
      board = one.get("name").asText().equals("alpaca_eval") ? one : board;
    }
    List<String> models =
        List.of("gpt4_1106_preview", "alpaca-7b", "gpt-3.5-turbo-1106", "vicuna-13b");
    List<Row> ratings =
        new TableStore(LocalSpark.session(), out.toString())
            .read(SummaryTables.RATINGS)
            .filter("scenario = 'all'")
            .collectAsList();
    assertThat(ratings).hasSize(4);
    for (Row row : ratings) {
      double exact = board.get("exact").get(models.indexOf(row.getString(2))).asDouble();
      assertThat(row.<Double>getAs("rating")).isCloseTo(exact, within(0.01));
    }
  }

  /** Each data set as a scenario: against the formula, computed by Spark on the raw files. */
  private static void checkDataSets(Dataset<Row> rates) {
    Dataset<Row> raw =
        LocalSpark.session()
            .read()
            .json(PublicData.alpacaEval().resolve("*.jsonl.gz").toString())
            .withColumn(
                "p",
                when(col("preference").equalTo(0), lit(1.5)).otherwise(col("preference")).minus(1))
            .groupBy("dataset", "generator_2")
            .agg(avg("p"), stddev_samp("p").divide(sqrt(count(lit(1)))), count(lit(1)));
    List<Row> expected = raw.collectAsList();
    assertThat(expected).hasSize(15);
    for (Row e : expected) {
      Row row =
          rates
              .filter(
                  col("scenario").equalTo(e.getString(0)).and(col("model").equalTo(e.getString(1))))
              .head();
      assertThat(row.<Double>getAs("win_rate")).isCloseTo(e.getDouble(2), within(1e-8));
      assertThat(row.<Double>getAs("standard_error")).isCloseTo(e.getDouble(3), within(1e-8));
      assertThat(row.<Long>getAs("n")).isEqualTo(e.getLong(4));
    }
  }

  @Test
  void judgeBenchGivesItsAuthorsFigures() {
    Path imported = dir.resolve("judgebench");
    ImportJob.Result result =
        new ImportJob(LocalSpark.session())
            .run(
                Importer.of("judgebench"), PublicData.judgeBench().toString(), imported.toString());
    assertThat(result.corpus()).isEqualTo(350);
    assertThat(result.verdicts()).isEqualTo(2 * 2 * 350);
    Path out = dir.resolve("judgebench-tables");
    // Right where the net of both orders is for the label.
    summarize(imported, out, Map.of("assize.summary.agreement_outcomes", "average"));
    Map<String, Row> byJudge = new HashMap<>();
    new TableStore(LocalSpark.session(), out.toString())
        .read(SummaryTables.AGREEMENT)
        .filter("scenario = 'all'")
        .collectAsList()
        .forEach(row -> byJudge.put(row.getAs("judge"), row));
    Row mini = byJudge.get("o1-mini-2024-09-12");
    assertThat(percent(mini, "agreement")).isEqualTo("65.71");
    assertThat(mini.<Double>getAs("consistency")).isCloseTo(1 - 110 / 350.0, within(1e-12));
    Row skywork = byJudge.get("Skywork/Skywork-Reward-Gemma-2-27B");
    assertThat(percent(skywork, "agreement")).isEqualTo("64.29");
    assertThat(skywork.<Double>getAs("consistency")).isCloseTo(1 - 3 / 350.0, within(1e-12));
  }

  @Test
  void pandaLmAgreesWithTheMajorityOfPeopleAsItsAuthorsSay() {
    Path imported = dir.resolve("pandalm");
    ImportJob.Result result =
        new ImportJob(LocalSpark.session())
            .run(Importer.of("pandalm"), PublicData.pandaLm().toString(), imported.toString());
    assertThat(result.corpus()).isEqualTo(999);
    assertThat(result.verdicts()).isEqualTo(999);
    assertThat(result.quarantined()).isZero();
    Map<Object, Long> labels = new HashMap<>();
    LocalSpark.session()
        .read()
        .parquet(imported.resolve("corpus").toString())
        .groupBy("label")
        .count()
        .collectAsList()
        .forEach(row -> labels.put(row.getAs("label"), row.getAs("count")));
    assertThat(labels).isEqualTo(Map.of("tie", 105L, "a", 422L, "b", 472L));
    Path out = dir.resolve("pandalm-tables");
    summarize(imported, out, Map.of());
    assertThat(percent(agreement(out).get("all"), "agreement")).isEqualTo("66.77");
  }

  private static void checkPublished(Path out) throws IOException {
    JsonNode published =
        new ObjectMapper().readTree(PublicData.autoJ().resolve("published.json").toFile());
    Map<String, Row> agreement = agreement(out);
    assertThat(published.get("pairwise")).hasSize(9);
    published
        .get("pairwise")
        .fields()
        .forEachRemaining(
            entry -> {
              Row row = agreement.get(level(entry.getKey()));
              assertThat(percent(row, "agreement")).isEqualTo(entry.getValue().get(0).asText());
              assertThat(percent(row, "consistency")).isEqualTo(entry.getValue().get(1).asText());
            });
    published
        .get("first_order_only")
        .fields()
        .forEachRemaining(
            entry ->
                assertThat(percent(agreement.get(level(entry.getKey())), "agreement_first_order"))
                    .isEqualTo(entry.getValue().asText()));
  }

  private static String level(String group) {
    return group.equals("Overall") ? "all" : "group:" + group;
  }

  /** A share in per cent to two decimals, in the shortest form, as JSON writes it. */
  private static String percent(Row row, String column) {
    return String.valueOf(Math.round(1e4 * row.<Double>getAs(column)) / 100.0);
  }

  private static Map<String, Row> agreement(Path out) {
    Map<String, Row> byLevel = new HashMap<>();
    new TableStore(LocalSpark.session(), out.toString())
        .read(SummaryTables.AGREEMENT)
        .collectAsList()
        .forEach(row -> byLevel.put(row.getAs("scenario"), row));
    return byLevel;
  }

  private static synchronized Path importedAutoJ() {
    if (autoJ == null) {
      Path out = dir.resolve("autoj");
      ImportJob.Result result =
          new ImportJob(LocalSpark.session())
              .run(Importer.of("autoj"), PublicData.autoJ().toString(), out.toString());
      assertThat(result.corpus()).isEqualTo(1392 + 232);
      assertThat(result.verdicts()).isEqualTo(2 * 1392 + 232);
      assertThat(result.quarantined()).isZero();
      autoJ = out;
    }
    return autoJ;
  }

  private static void summarize(Path imported, Path out) {
    summarize(imported, out, Map.of());
  }

  private static void summarize(Path imported, Path out, Map<String, String> settings) {
    new SummarizeJob(LocalSpark.session(), AssizeConfig.summary(settings), line -> {})
        .run(
            List.of(imported.resolve("verdicts").toString()),
            AssizeConfig.parse(
                    "assize { judge.kind = length, output.dir = none }",
                    Map.of("assize.corpus.path", imported.resolve("corpus").toString()))
                .corpus(),
            null,
            "default",
            out.toString());
  }

  private static RunResult run(Path corpus, Path out, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("assize.corpus.path", "\"" + corpus + "\"");
    all.put("assize.corpus.empty_response", "quarantine");
    all.put("assize.output.dir", "\"" + out + "\"");
    AssizeConfig config = AssizeConfig.parse("", all);
    return new EvaluationJob(LocalSpark.session(), config, line -> {}).run();
  }
}
