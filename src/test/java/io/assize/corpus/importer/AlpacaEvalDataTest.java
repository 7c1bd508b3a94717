package io.assize.corpus.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import io.assize.testing.LocalSpark;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AlpacaEvalDataTest {
  @TempDir private Path dir;

  @Test
  void arraysAndLinesPlainAndZippedOfManyModelsAreRead() throws IOException {
    Files.writeString(
        dir.resolve("a.json"), "[" + row("m1", "1") + ",\n" + row("m1b", "1.75") + "]");
    Files.writeString(dir.resolve("b.jsonl"), row("m2", "2") + "\n" + row("m2b", "0") + "\n");
    try (OutputStream zip =
        new GZIPOutputStream(Files.newOutputStream(dir.resolve("c.jsonl.gz")))) {
      zip.write(row("m3", "1.5").getBytes(StandardCharsets.UTF_8));
    }
    AlpacaEvalData data = new AlpacaEvalData(LocalSpark.session(), dir.toString());
    assertThat(data.annotators()).containsExactly("judge");
    assertThat(
            data.recordings("judge")
                .select("sample_id", "decision", "probability_a")
                .orderBy("sample_id")
                .collectAsList())
        .extracting(Row::mkString)
        .containsExactly(
            "base/m1/7a1.0",
            "base/m1b/7b0.25",
            "base/m2/7b0.0",
            "base/m2b/7tie0.5",
            "base/m3/7tie0.5");
    assertThat(data.quarantined().count()).isZero();
  }

  @Test
  void rowsWithoutAUsablePreferenceAreSetAside() throws IOException {
    Path file = dir.resolve("rows.jsonl");
    Files.write(
        file, List.of(row("m1", "1"), row("m2", "null"), row("m3", "2.5"), "{ this is no JSON"));
    AlpacaEvalData data = new AlpacaEvalData(LocalSpark.session(), file.toString());
    assertThat(data.corpus().count()).isEqualTo(1);
    assertThat(data.quarantined().count()).isEqualTo(3);
  }

  @Test
  void aFolderWithoutAnnotationsIsRefused() {
    assertThatThrownBy(() -> new AlpacaEvalData(LocalSpark.session(), dir.toString()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("holds no .json");
    assertThatThrownBy(() -> new AlpacaEvalData(LocalSpark.session(), dir + "/none"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("cannot be read");
  }

  private static String row(String model, String preference) {
    return """
        {"instruction_id": 7, "dataset": "koala", "instruction": "q", "output_1": "x",\
         "generator_1": "base", "output_2": "y", "generator_2": "%s", "annotator": "judge",\
         "preference": %s}"""
        .formatted(model, preference);
  }
}
