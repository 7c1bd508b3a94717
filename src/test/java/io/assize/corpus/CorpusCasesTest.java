package io.assize.corpus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.stats.LengthBaseline;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import io.assize.testing.PublicData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Corpora that people have, each standing for a kind of fault: {@code ../shared/cases/corpus}. */
class CorpusCasesTest {
  @TempDir private static Path dir;
  private final List<String> notes = new ArrayList<>();

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "backtick-column | 6 | time stamp (s),a`b |",
        "dotted-column | 6 | meta.lang |",
        "map-column | 6 | kv |",
        "struct-column | 6 | meta |",
        "nanos | 6 | | tstamp",
        "int-merge | 12 | turn |",
        "null-merge | 12 | |",
        "null-label | 6 | |",
        "case-dup | 4 | | PROMPT, Prompt",
        "uuid-column | 4 | | id",
        "time64 | 4 | d | tm",
        "hf-layout | 4 | | README.md",
        "binary-strings | 4 | |",
        "empty-response | 4 | |",
        "delta | 2 | |"
      })
  void everyRowIsJudgedAndWhatNobodyMappedRidesAlong(
      String name, int rows, String riders, String said) {
    Corpus corpus = read(name, Map.of());
    assertThat(corpus.rowsValid()).isEqualTo(rows);
    TableStore tables = new TableStore(LocalSpark.session(), dir.resolve(name).toString());
    tables.write(corpus.valid(), "corpus");
    Dataset<Row> kept = tables.read("corpus");
    assertThat(kept.count()).isEqualTo(rows);
    List<String> expected =
        new ArrayList<>(CorpusSchema.PAIRWISE.fields().stream().map(f -> f.name()).toList());
    expected.addAll(riders == null ? List.of() : List.of(riders.split(",")));
    assertThat(kept.schema().fieldNames()).containsExactlyElementsOf(expected);
    if (said == null) {
      assertThat(notes).isEmpty();
    } else {
      assertThat(notes).singleElement().asString().endsWith(": " + said);
    }

    // A model against itself: the same rows in quarantine, with all they have.
    Corpus bad = read(name, Map.of("assize.corpus.columns.model_b", "model_a"));
    tables.writeWithCsv(bad.quarantined(), "quarantine");
    assertThat(Path.of(dir.resolve(name) + "/quarantine.csv")).isNotEmptyFile();
    Dataset<Row> quarantine = tables.read("quarantine");
    assertThat(quarantine.count()).isEqualTo(rows);
    assertThat(List.of(quarantine.schema().fieldNames()))
        .containsAll(riders == null ? List.of() : List.of(riders.split(",")))
        .endsWith("file", "reason");
  }

  @Test
  void aTableOfDeltaIsReadByItsLog() {
    assertThat(texts(read("delta", Map.of()), "sample_id"))
        .containsExactlyInAnyOrder("new0", "new1");
    refused("delta/old.parquet", Map.of(), "part of the Delta table", "name the table's folder");
    assertThat(read("delta", Map.of("assize.corpus.format", "parquet")).rowsRead()).isEqualTo(7);
  }

  @Test
  void whatIsNoLabelAndNoScenarioIsSaid() {
    Corpus none = read("all-quarantined", Map.of());
    assertThat(none.reasons()).isEqualTo(Map.of("label is none of a, b, tie", 6L));
    assertThat(notes)
        .singleElement()
        .asString()
        .contains("\"model_a\" in 6 rows", "assize.corpus.label_values");
    Corpus mapped =
        read("all-quarantined", Map.of("assize.corpus.label_values", "{ a = [\"Model_A \", 1] }"));
    assertThat(texts(mapped, "label")).hasSize(6).containsOnly("a");

    Corpus reserved = read("scenario-named-all", Map.of());
    assertThat(reserved.rowsValid()).isEqualTo(2);
    assertThat(reserved.reasons())
        .isEqualTo(Map.of("scenario is named all or group:…, which are reserved", 4L));
    assertThat(texts(reserved, "scenario")).containsOnly("code");
  }

  @Test
  void valuesAreWhatTheFilesSay() {
    assertThat(texts(read("null-label", Map.of()), "label")).hasSize(6).containsOnlyNulls();
    assertThat(texts(read("null-merge", Map.of()), "label")).hasSize(12).containsOnly("a", null);
    assertThat(texts(read("binary-strings", Map.of()), "prompt")).contains("What is 2+2?");
    assertThat(texts(read("empty-response", Map.of()), "response_a"))
        .containsExactlyInAnyOrder("", "  ", "a\r\nb", "");
    assertThat(texts(read("false-reference", Map.of()), "reference"))
        .contains("False", "false", "True", "0");
    assertThat(texts(read("csv-trims", Map.of()), "model_a"))
        .containsExactlyInAnyOrder("ash", "ash ", "Ash", "ash\u00a0", "ash", "ash\n");
  }

  @Test
  void theLongerTextWinsInLanguagesWithoutBlanks() {
    List<Row> rows = read("cjk-length", Map.of()).valid().collectAsList();
    assertThat(rows).hasSize(6);
    for (Row row : rows) {
      int sign =
          LengthBaseline.compare(
              LengthBaseline.words(row.getAs("response_a")),
              LengthBaseline.words(row.getAs("response_b")),
              LengthBaseline.MARGIN);
      String longer = sign > 0 ? "a" : sign < 0 ? "b" : "tie";
      assertThat(longer).isEqualTo(row.<String>getAs("label"));
    }
  }

  @Test
  void aFileThatCannotBeReadIsNamedWithTheMend() throws IOException {
    refused("brotli", Map.of(), "brotli/x.parquet is compressed with brotli", "zstd");
    Path folder = Files.createDirectories(dir.resolve("lines"));
    Files.writeString(folder.resolve("a.parquet"), "{\"sample_id\":\"s1\"");
    assertThatThrownBy(() -> readAt(folder, Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll("a.parquet is not Parquet", "JSON lines", "format = jsonl")
        .satisfies(e -> assertThat(((UserError) e).exitCode()).isEqualTo(2));
  }

  private void refused(String name, Map<String, String> settings, String... messages) {
    Path cases = PublicData.cases("corpus");
    assertThatThrownBy(() -> readAt(cases.resolve(name), settings))
        .isInstanceOf(UserError.class)
        .hasMessageContainingAll(messages)
        .satisfies(e -> assertThat(((UserError) e).exitCode()).isEqualTo(2));
  }

  private Corpus read(String name, Map<String, String> settings) {
    return readAt(PublicData.cases("corpus").resolve(name), settings);
  }

  private Corpus readAt(Path path, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>(settings);
    all.put("assize.corpus.path", "\"" + path.toAbsolutePath() + "\"");
    notes.clear();
    return new CorpusReader(LocalSpark.session(), notes::add)
        .read(
            AssizeConfig.parse("assize { judge.kind = length, output.dir = out }", all).corpus(),
            CorpusSchema.PAIRWISE);
  }

  private static List<String> texts(Corpus corpus, String column) {
    return corpus.valid().select(column).as(Encoders.STRING()).collectAsList();
  }
}
