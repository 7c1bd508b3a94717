package io.assize.summary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.expr;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;

import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryPoolMXBean;
import java.lang.management.MemoryType;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/** Boards of shapes that nobody planned for: their tables end, in bounded memory. */
@Tag("slow")
class ManySizesTest {
  private static final String LONG = "assize.test.long";

  @TempDir private Path dir;

  @Test
  void moreModelsThanCanBeRatedTogetherHaveTheirWinRatesAndANoteThatSaysSo() {
    int models = Connected.MOST_MODELS + 100;
    Dataset<Row> ratings = tables(round(models, 4), "one scenario").read("ratings");
    assertThat(ratings.count()).isEqualTo(2L * models);
    assertThat(ratings.filter("rating is not null").count()).isZero();
    assertThat(
            ratings
                .filter(
                    "note not like 'not rated: games join % models here, and at most 2000 are %'")
                .count())
        .isZero();
    TableStore tables = new TableStore(LocalSpark.session(), dir.resolve("tables").toString());
    assertThat(tables.read("win_rates").filter("opponent = 'all'").count()).isEqualTo(2L * models);
    assertThat(tables.read("rating_differences").count()).isZero();
    assertThat(tables.read("win_rate_differences").count()).isZero();
  }

  @Test
  @EnabledIfSystemProperty(named = LONG, matches = "true")
  void aHundredThousandModels() {
    int models = 100_000;
    TableStore tables = tables(round(models, 4), "one scenario");
    assertThat(tables.read("win_rates").filter("opponent = 'all'").count()).isEqualTo(2L * models);
  }

  @Test
  @EnabledIfSystemProperty(named = LONG, matches = "true")
  void aHundredThousandModelsOnTheSamePromptAgainstOneBaseline() {
    int models = 100_000;
    Dataset<Row> games =
        LocalSpark.session()
            .range(models)
            .select(
                col("id"), col("id").as("a"), lit(models).as("b"), lit("the prompt").as("prompt"));
    TableStore tables = tables(games, "one scenario");
    assertThat(tables.read("win_rates").filter("opponent = 'all'").count())
        .isEqualTo(2L * models + 2);
  }

  @Test
  @EnabledIfSystemProperty(named = LONG, matches = "true")
  void asManyModelsAsAreRatedTogether() {
    int models = Connected.MOST_MODELS;
    TableStore tables = tables(round(models, 50), "one scenario");
    assertThat(tables.read("ratings").filter("rating is not null").count()).isEqualTo(2L * models);
    assertThat(tables.read("rating_differences").count()).isEqualTo(models * (models - 1L) / 2);
  }

  @Test
  @EnabledIfSystemProperty(named = LONG, matches = "true")
  void onePromptOfAMillionRows() {
    TableStore tables = tables(random(1_000_000, 200, "'the prompt'"), "one scenario");
    assertThat(tables.read("win_rates").filter("scenario = 'all' and opponent = 'all'").count())
        .isEqualTo(200);
  }

  @Test
  @EnabledIfSystemProperty(named = LONG, matches = "true")
  void oneScenarioOfNearlyAllRows() {
    TableStore tables =
        tables(
            random(1_000_000, 200, "concat('prompt ', id)"),
            "if(id % 100 > 0, 'the scenario', concat('scenario ', id % 59))");
    assertThat(tables.read("ratings").select("scenario").distinct().count()).isPositive();
  }

  /** Each model against some of the next ones, on prompts of their own. */
  private static Dataset<Row> round(int models, int games) {
    return LocalSpark.session()
        .range((long) models * games)
        .select(
            col("id"),
            expr("id div %d".formatted(games)).as("a"),
            expr("(id div %d + 1 + id %% %d) %% %d".formatted(games, games, models)).as("b"),
            concat(lit("prompt "), col("id")).as("prompt"));
  }

  private static Dataset<Row> random(long games, int models, String prompt) {
    return LocalSpark.session()
        .range(games)
        .withColumn("a", expr("pmod(xxhash64(id, 1), %d)".formatted(models)))
        .withColumn(
            "b", expr("pmod(a + 1 + pmod(xxhash64(id, 2), %d), %d)".formatted(models - 1, models)))
        .withColumn("prompt", expr(prompt));
  }

  /** The tables of games {@code id, a, b, prompt}, half of which each side wins. */
  private TableStore tables(Dataset<Row> games, String scenario) {
    Dataset<Row> corpus =
        games.select(
            concat(lit("r"), col("id")).as("sample_id"),
            col("prompt"),
            concat(lit("m"), col("a")).as("model_a"),
            concat(lit("m"), col("b")).as("model_b"),
            expr("repeat('word ', 1 + pmod(xxhash64(id, 3), 9))").as("response_a"),
            expr("repeat('word ', 1 + pmod(xxhash64(id, 4), 9))").as("response_b"),
            (scenario.contains("(") ? expr(scenario) : lit(scenario)).as("scenario"),
            lit(null).cast("string").as("label"));
    Dataset<Row> verdicts =
        games.select(
            lit("j").as("judge"),
            lit("pairwise").as("protocol"),
            concat(lit("r"), col("id")).as("sample_id"),
            lit("ab").as("order"),
            expr("if(pmod(xxhash64(id, 5), 2) = 0, 'a', 'b')").as("decision"),
            lit(null).cast("double").as("probability_a"),
            lit(null).cast("double").as("rating"));
    corpus.write().parquet(dir.resolve("corpus").toString());
    verdicts.write().parquet(dir.resolve("verdicts").toString());
    heap().forEach(MemoryPoolMXBean::resetPeakUsage);
    long start = System.nanoTime();
    TableStore tables = new TableStore(LocalSpark.session(), dir.resolve("tables").toString());
    new SummaryTables(
            LocalSpark.session().read().parquet(dir.resolve("verdicts").toString()),
            LocalSpark.session().read().parquet(dir.resolve("corpus").toString()),
            Map.of(),
            SummaryOptions.DEFAULT,
            Map.of(),
            System.out::println)
        .writeTo(tables);
    System.out.printf(
        "all tables in %.1f s, heap at most %d MB%n",
        (System.nanoTime() - start) / 1e9,
        heap().stream().mapToLong(pool -> pool.getPeakUsage().getUsed()).sum() >> 20);
    return tables;
  }

  private static java.util.List<MemoryPoolMXBean> heap() {
    return ManagementFactory.getMemoryPoolMXBeans().stream()
        .filter(pool -> pool.getType() == MemoryType.HEAP)
        .toList();
  }
}
