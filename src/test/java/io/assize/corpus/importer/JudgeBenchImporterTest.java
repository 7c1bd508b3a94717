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

class JudgeBenchImporterTest {
  @TempDir private Path dir;

  @Test
  void theSecondOrdersDecisionIsTurnedBackAndWhatIsNoneKeepsItsText() throws IOException {
    Files.writeString(
        dir.resolve("outputs.jsonl"),
        row("p1", "A>B", judgment("A>B", "[[A>B]]"), judgment("A>B", "[[A>B]]"))
            + row("p2", "B>A", judgment("A=B", "[[A=B]]"), judgment(null, "I cannot say."))
            + row("p3", "B>A", "null", "null")
            + "{ this is no JSON\n");
    Imported data = new JudgeBenchImporter().read(LocalSpark.session(), dir.toString());
    assertThat(data.pairs().orderBy("sample_id").collectAsList())
        .extracting(row -> row.mkString("|"))
        .containsExactly(
            "p1|q|m (A)|m (B)|x|y|livebench-math|a", "p2|q|m (A)|m (B)|x|y|livebench-math|b");
    assertThat(data.judges())
        .singleElement()
        .satisfies(
            judge -> {
              assertThat(judge.judge()).isEqualTo("judge");
              assertThat(
                      judge
                          .recordings()
                          .select("sample_id", "order", "output", "decision")
                          .orderBy("sample_id", "order")
                          .collectAsList())
                  .extracting(row -> row.mkString("|"))
                  .containsExactly(
                      "p1|ab|[[A>B]]|a",
                      "p1|ba|[[A>B]]|b",
                      "p2|ab|[[A=B]]|tie",
                      "p2|ba|I cannot say.|null");
            });
    assertThat(data.quarantined().collectAsList())
        .extracting(row -> row.<String>getAs("reason"))
        .containsExactly("no judgment by a named judge", "no judgment by a named judge");
  }

  @Test
  void whatHasNoJudgmentsIsRefused() throws IOException {
    Files.writeString(dir.resolve("pairs.jsonl"), "{\"pair_id\": \"p\", \"label\": \"A>B\"}\n");
    assertThatThrownBy(() -> new JudgeBenchImporter().read(LocalSpark.session(), dir.toString()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("holds no pair with judgments");
  }

  private static String judgment(String decision, String response) {
    return """
        {"judgment": {"judge_model": "judge", "prompt": "", "response": "%s"}, "decision": %s}"""
        .formatted(response, decision == null ? "null" : '"' + decision + '"');
  }

  private static String row(String id, String label, String first, String second) {
    return """
        {"pair_id": "%s", "source": "livebench-math", "question": "q", "response_model": "m",\
         "response_A": "x", "response_B": "y", "label": "%s", "judgments": [%s, %s]}
        """
        .formatted(id, label, first, second);
  }
}
