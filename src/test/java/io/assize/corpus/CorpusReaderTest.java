package io.assize.corpus;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.AssizeConfig;
import io.assize.config.CorpusConfig;
import io.assize.config.UserError;
import io.assize.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusReaderTest {
  private static final String PAIRS =
      "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
          + " response_b STRING, label STRING";

  @TempDir private Path dir;

  @Test
  void badRowsAreSetAsideWithTheirReason() {
    write(
        "pairs",
        LocalSpark.table(
            PAIRS + ", scenario STRING",
            row("1", "q", "m", "n", "x", "y", "a", null),
            row("2", "q", "m", "n", "x", "y", null, " "),
            row(null, "q", "m", "n", "x", "y", "a", null),
            row(" ", "q", "m", "n", "x", "y", "a", null),
            row("5", null, "m", "n", "x", "y", "a", null),
            row("6", "\n ", "m", "n", "x", "y", "a", null),
            row("9", "q", "m", "m", "x", "y", "a", null),
            row("10", "q", "m", "n", "x", "y", "A is better", null),
            row("11", "q", null, "n", "x", "y", "a", null),
            row("12", "q", "m", "n", "x", "y", "a", " all"),
            row("13", "q", "m", "n", "x", "y", "a", "group:Code"),
            row("14", "q", "m", "all", "x", "y", "a", "overall"),
            row("1", "again", "m", "n", "x", "y", "b", null),
            row("1", "and again", "m", "n", "x", "y", "tie", null)));

    Corpus corpus = read("pairs", Map.of());

    Map<String, Long> reasons =
        Map.of(
            "sample_id is null", 1L,
            "sample_id is empty", 1L,
            "prompt is null", 1L,
            "prompt is empty", 1L,
            "model_a and model_b are the same", 1L,
            "label is none of a, b, tie", 1L,
            "model_a is null", 1L,
            "scenario is named all or group:…, which are reserved", 2L,
            "model_b is named all or group:…, which are reserved", 1L,
            "duplicate sample_id", 2L);
    assertThat(corpus.reasons()).containsExactlyInAnyOrderEntriesOf(reasons);
    assertThat(reasons(corpus)).containsExactlyInAnyOrderEntriesOf(reasons);
    assertThat(corpus.rowsRead()).isEqualTo(14);
    assertThat(corpus.rowsValid()).isEqualTo(2).isEqualTo(corpus.valid().count());
    assertThat(corpus.rowsQuarantined()).isEqualTo(12).isEqualTo(corpus.quarantined().count());
    assertThat(strings(corpus.valid(), "sample_id")).containsExactlyInAnyOrder("1", "2");
    assertThat(strings(corpus.valid(), "scenario")).containsOnly("default");
    assertThat(corpus.summary())
        .startsWith("read 14 rows: 2 to judge, 12 quarantined (duplicate sample_id 2, scenario is")
        .endsWith("; models left out: m in 11, n in 10, all in 1");
    assertThat(corpus.setAside().filter("model_b = 'all'").head().<String>getAs("scenario"))
        .isEqualTo("overall");
  }

  @Test
  void whichOfTwoDuplicatesStaysDoesNotDependOnTheirOrder() {
    Dataset<Row> rows =
        LocalSpark.table(
            PAIRS,
            row("1", "first", "m", "n", "x", "y", "a"),
            row("1", "second", "m", "n", "x", "y", "b"),
            row("1", "third", "m", "n", "x", "y", "tie"));
    write("forth", rows.coalesce(1).orderBy("prompt"));
    write("back", rows.repartition(3).orderBy(rows.col("prompt").desc()));
    assertThat(strings(read("forth", Map.of()).valid(), "prompt"))
        .isEqualTo(strings(read("back", Map.of()).valid(), "prompt"))
        .hasSize(1);
  }

  @Test
  void anEmptyResponseIsAnAnswerAndNullIsWhatTheConfigurationSays() {
    write(
        "pairs",
        LocalSpark.table(
            PAIRS,
            row("1", "q", "m", "n", "", "y", "a"),
            row("2", "q", "m", "n", " \n", "y", "a"),
            row("3", "q", "m", "n", null, "y", "a")));
    assertThat(strings(read("pairs", Map.of()).valid(), "response_a"))
        .containsExactlyInAnyOrder("", " \n", "");
    Corpus strict = read("pairs", Map.of("assize.corpus.empty_response", "quarantine"));
    assertThat(strict.rowsValid()).isEqualTo(2);
    assertThat(strict.reasons()).isEqualTo(Map.of("response_a is null", 1L));
    assertThat(strings(strict.quarantined(), "model_a")).containsExactly("m");
    assertThat(
            strings(
                read("pairs", Map.of("assize.corpus.empty_response", "lose")).valid(),
                "response_a"))
        .containsExactlyInAnyOrder("", " \n", null);
  }

  @Test
  void columnsAreMappedOptionalOnesMayBeAbsentAndUnknownOnesRideAlong() {
    write(
        "theirs",
        LocalSpark.table(
            "id STRING, `the query` STRING, model_a STRING, model_b STRING, out_a STRING,"
                + " out_b STRING, cost DOUBLE, reason STRING",
            row("1", "q", "m", "n", "x", "y", 0.5, "theirs"),
            row("2", null, "m", "n", "x", "y", 0.7, "theirs")));
    Corpus corpus =
        read(
            "theirs",
            Map.of(
                "assize.corpus.columns",
                "{ sample_id = id, prompt = \"the query\", response_a = out_a, response_b = out_b }",
                "assize.corpus.default_scenario",
                "open"));
    Row valid = corpus.valid().head();
    assertThat(valid.<String>getAs("prompt")).isEqualTo("q");
    assertThat(valid.<String>getAs("scenario")).isEqualTo("open");
    assertThat(valid.<String>getAs("label")).isNull();
    assertThat(valid.<Double>getAs("cost")).isEqualTo(0.5);
    assertThat(valid.<String>getAs("reason")).isEqualTo("theirs");
    Row bad = corpus.quarantined().head();
    assertThat(bad.schema().fieldNames())
        .containsExactly(
            "id",
            "the query",
            "model_a",
            "model_b",
            "out_a",
            "out_b",
            "cost",
            "source_reason",
            "file",
            "reason");
    assertThat(bad.<String>getAs("id")).isEqualTo("2");
    assertThat(bad.<String>getAs("reason")).isEqualTo("prompt is null");
    assertThat(bad.<String>getAs("source_reason")).isEqualTo("theirs");
    assertThat(bad.<String>getAs("file"))
        .startsWith("file:" + dir.resolve("theirs"))
        .endsWith(".parquet");
    assertThat(bad.<Double>getAs("cost")).isEqualTo(0.7);
  }

  @Test
  void severalFilesFoldersAndGlobsAreOneCorpus() {
    for (String name : List.of("day=1/part", "day=2/part", "other/a", "other/b")) {
      write(name, LocalSpark.table(PAIRS, row(name, "q", "m", "n", "x", "y", "a")));
    }
    String paths = "[\"%s/day=*/part\", \"%s/other/{a,b}\"]".formatted(dir, dir);
    Corpus corpus = read("day=1/part", Map.of("assize.corpus.path", paths));
    assertThat(strings(corpus.valid(), "sample_id"))
        .containsExactlyInAnyOrder("day=1/part", "day=2/part", "other/a", "other/b");
  }

  @Test
  void aSampleIsAlwaysTheSameRows() {
    Object[][] rows = new Object[50][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = row("row " + i, "q", "m", "n", "x", "y", "a");
    }
    Dataset<Row> table = LocalSpark.table(PAIRS, rows);
    write("one", table.coalesce(1));
    write("many", table.repartition(7));
    Map<String, String> sample = Map.of("assize.corpus.sample", "10");
    assertThat(strings(read("one", sample).valid(), "sample_id"))
        .hasSize(10)
        .containsExactlyInAnyOrderElementsOf(strings(read("many", sample).valid(), "sample_id"));
  }

  @Test
  void whatCannotBeReadStopsWithOneClearLine() throws IOException {
    Dataset<Row> good = LocalSpark.table(PAIRS, row("1", "q", "m", "n", "x", "y", "a"));
    write("good", good);
    write("lacks", good.drop("response_b"));
    write("wrong", good.withColumn("prompt", org.apache.spark.sql.functions.lit(3.5)));
    write("broken", good);
    Files.writeString(dir.resolve("broken/part-99999.parquet"), "this is no Parquet");

    refused("lacks", Map.of(), "lacks the column response_b", "assize.corpus.columns.response_b");
    refused(
        "wrong",
        Map.of(),
        "column prompt of file:",
        "wrong/part-",
        "is of type double: prompt must be a text");
    refused("none", Map.of(), "does not exist", "none");
    refused("broken", Map.of(), "part-99999.parquet is not Parquet: it may be damaged");
    refused(
        "good",
        Map.of("assize.corpus.columns.label", "verdict"),
        "lacks the column verdict",
        "assize.corpus.columns.label");
  }

  private void refused(String name, Map<String, String> settings, String... messages) {
    assertThatThrownBy(() -> read(name, settings))
        .isInstanceOf(UserError.class)
        .satisfies(e -> assertThat(((UserError) e).exitCode()).isEqualTo(2))
        .hasMessageContainingAll(messages);
  }

  private void write(String name, Dataset<Row> rows) {
    rows.write().parquet(dir.resolve(name).toString());
  }

  private Corpus read(String name, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("assize.corpus.path", "\"" + dir.resolve(name) + "\"");
    all.putAll(settings);
    CorpusConfig config =
        AssizeConfig.parse("assize { judge.kind = length, output.dir = out }", all).corpus();
    return new CorpusReader(LocalSpark.session()).read(config, CorpusSchema.PAIRWISE);
  }

  private static Map<String, Long> reasons(Corpus corpus) {
    Map<String, Long> reasons = new TreeMap<>();
    corpus
        .quarantined()
        .groupBy("reason")
        .count()
        .collectAsList()
        .forEach(row -> reasons.put(row.getString(0), row.getLong(1)));
    return reasons;
  }

  private static List<String> strings(Dataset<Row> rows, String column) {
    return rows.select(column).collectAsList().stream().map(row -> row.getString(0)).toList();
  }
}
