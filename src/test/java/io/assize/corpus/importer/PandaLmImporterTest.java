package io.assize.corpus.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import io.assize.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PandaLmImporterTest {
  private static final String ROW =
      """
      {"idx": %d, "cmp_key": "bloom-7b_llama-7b", "instruction": "do", "input": "%s",\
       "response1": %s, "response2": "y", "annotator1": %d, "annotator2": %d, "annotator3": %d}\
      """;

  @TempDir private Path dir;

  @Test
  void theLabelIsTheMajoritysAndAJudgesNameItsFiles() throws IOException {
    Files.writeString(
        dir.resolve("testset-v1.json"),
        "["
            + String.join(
                ",\n",
                ROW.formatted(0, "text", "\"x\"", 1, 2, 1),
                ROW.formatted(1, "", "true", 0, 2, 2),
                ROW.formatted(2, " ", "\"x\"", 0, 1, 2))
            + "]");
    Files.writeString(
        dir.resolve("gpt-4-testset-v1.json"),
        """
        [{"idx": 0, "gpt_result": "1"}, {"idx": 1, "gpt_result": 0},
         {"idx": 2, "gpt_result": "both are fine"}]""");
    Imported data = new PandaLmImporter().read(LocalSpark.session(), dir.toString());
    assertThat(data.pairs().drop("labels").orderBy("sample_id").collectAsList())
        .extracting(row -> row.mkString("|"))
        .containsExactly(
            "pandalm-0000|do\n\ntext|bloom-7b|llama-7b|x|y|a",
            "pandalm-0001|do|bloom-7b|llama-7b|true|y|b",
            "pandalm-0002|do|bloom-7b|llama-7b|x|y|null");
    assertThat(data.judges())
        .singleElement()
        .satisfies(
            judge -> {
              assertThat(judge.judge()).isEqualTo("gpt-4");
              assertThat(judge.orders()).isEqualTo("ab");
              assertThat(
                      judge
                          .recordings()
                          .select("sample_id", "output", "decision")
                          .orderBy("sample_id")
                          .collectAsList())
                  .extracting(row -> row.mkString("|"))
                  .containsExactly(
                      "pandalm-0000|1|a", "pandalm-0001|0|tie", "pandalm-0002|both are fine|null");
            });
  }

  @Test
  void aFolderWithoutResultsIsRefused() throws IOException {
    Files.writeString(
        dir.resolve("testset-v1.json"), "[" + ROW.formatted(0, "", "\"x\"", 1, 1, 1) + "]");
    assertThatThrownBy(() -> new PandaLmImporter().read(LocalSpark.session(), dir.toString()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("holds no judge's results");
  }
}
