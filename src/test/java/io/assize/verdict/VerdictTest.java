package io.assize.verdict;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;

import io.assize.store.Outcomes;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VerdictTest {

  @Property
  void aKeyTellsItsPartsApart(@ForAll String a, @ForAll String b) {
    String key = VerdictKey.of("judge", "protocol", List.of(a, b));
    assertThat(key).hasSize(64).isEqualTo(VerdictKey.of("judge", "protocol", List.of(a, b)));
    assertThat(key).isNotEqualTo(VerdictKey.of("judge", "protocol", List.of(a + b)));
    assertThat(key).isNotEqualTo(VerdictKey.of("judge", "protocol", List.of(a, b, "")));
    assertThat(key).isNotEqualTo(VerdictKey.of("other", "protocol", List.of(a, b)));
  }

  @Test
  void aPairsOutcomeIsTheMeanOfTheOrdersThatDecided() {
    Dataset<Row> outcomes =
        Outcomes.ofPairs(
            LocalSpark.table(
                "judge STRING, protocol STRING, sample_id STRING, `order` STRING, decision STRING,"
                    + " probability_a DOUBLE",
                row("j", "p", "1 agree", "ab", "a", null),
                row("j", "p", "1 agree", "ba", "a", null),
                row("j", "p", "2 swayed", "ab", "a", null),
                row("j", "p", "2 swayed", "ba", "b", null),
                row("j", "p", "3 half", "ab", "invalid", null),
                row("j", "p", "3 half", "ba", "b", null),
                row("j", "p", "4 none", "ab", "invalid", null),
                row("j", "p", "4 none", "ba", "invalid", null),
                row("j", "p", "5 soft", "ab", "a", 0.75),
                row("j", "p", "5 soft", "ba", "b", 0.5),
                row("j", "p", "6 once", "ab", "tie", null),
                row("j", "p", "7 rated", "single", null, null)));
    assertThat(outcomes.orderBy("sample_id").collectAsList())
        .extracting(
            row ->
                "%s %s %s %s"
                    .formatted(
                        row.getAs("sample_id"),
                        Outcomes.score(row, OutcomePolicy.AVERAGE),
                        Outcomes.score(row, OutcomePolicy.STRICT),
                        Outcomes.score(row, OutcomePolicy.DROP)))
        .containsExactly(
            "1 agree 1.0 1.0 1.0",
            "2 swayed 0.5 0.5 NaN",
            "3 half 0.0 0.0 0.0",
            "4 none NaN NaN NaN",
            "5 soft 0.625 0.5 NaN",
            "6 once 0.5 0.5 0.5");
  }

  @Test
  void aCsvHasNamesAsTheyAreAndNothingThatASpreadsheetRuns(@TempDir Path dir) throws Exception {
    TableStore tables = new TableStore(LocalSpark.session(), dir.toString());
    tables.writeWithCsv(
        LocalSpark.table(
                "`a.b` STRING, `c``d` DOUBLE",
                row(" lark", -1.5),
                row("lark ", 2.0),
                row("lark", null),
                row("=1+1", null),
                row("-x", null),
                row("@x\r", null),
                row("\tx", null),
                row("\n=1", null))
            .selectExpr(
                "*",
                "map(1, named_struct('x.y', '=1')) AS `=e f`",
                "unhex('0102') AS `g h `",
                "DATE '2026-01-02' AS i",
                "INTERVAL '1' HOUR AS j"),
        "table");
    Dataset<Row> csv =
        LocalSpark.session()
            .read()
            .option("header", true)
            .option("escape", "\"")
            .option("multiLine", true)
            .option("ignoreLeadingWhiteSpace", false)
            .option("ignoreTrailingWhiteSpace", false)
            .csv(dir.resolve("table.csv").toString());
    assertThat(csv.columns()).containsExactly("a.b", "c`d", "'=e f", "g h ", "i", "j");
    assertThat(csv.collectAsList())
        .extracting(r -> r.getString(0))
        .containsExactly(" lark", "lark ", "lark", "'=1+1", "'-x", "'@x\r", "'\tx", "'\n=1");
    assertThat(csv.head().mkString("|"))
        .isEqualTo(" lark|-1.5|{\"1\":{\"x.y\":\"=1\"}}|AQI=|2026-01-02|INTERVAL '01' HOUR");
  }

  @Test
  void aTableHasItsCsvBesideIt(@TempDir Path dir) throws Exception {
    TableStore tables = new TableStore(LocalSpark.session(), dir.toString());
    tables.writeWithCsv(
        LocalSpark.table(
            "name STRING, n BIGINT, x DOUBLE, h ARRAY<BIGINT>",
            row("plain", 1L, 0.5, new Long[] {1L, 2L}),
            row("a \"quoted\", text\nof two lines", null, null, null),
            row("", 2L, 1e-9, new Long[] {})),
        "table");
    assertThat(tables.has("table")).isTrue();
    assertThat(tables.read("table").count()).isEqualTo(3);
    assertThat(Files.readString(dir.resolve("table.csv")))
        .isEqualTo(
            """
            name,n,x,h
            plain,1,0.5,"[1,2]"
            "a ""quoted"", text
            of two lines",,,
            "",2,1.0E-9,[]
            """);
    try (var files = Files.list(dir)) {
      assertThat(files.map(f -> f.getFileName().toString()))
          .containsExactlyInAnyOrder("table", "table.csv");
    }
  }
}
