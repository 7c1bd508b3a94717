package io.assize.corpus.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import io.assize.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AutoJDataTest {
  private static final Map<String, String> CHECKOUT =
      Map.of(
          "data/test/testdata_pairwise.jsonl",
          """
          {"scenario": "ranking", "label": 1, "prompt": "q0", "response 1": "x", "response 2": "y"}
          {"scenario": "chitchat", "label": 2, "prompt": "q1", "response 1": "", "response 2": "z"}
          """,
          "data/outputs/pairwise_example_output.jsonl",
          "{\"output\": 0}\n{\"output\": 2}\n",
          "data/outputs/pairwise_exchange_example_output.jsonl",
          "{\"output\": 0}\n{\"output\": 1}\n",
          "data/test/testdata_critique.jsonl",
          "{\"scenario\": \"ranking\", \"prompt\": \"q\", \"response\": \"x\"}\n",
          "data/outputs/critique_example_output.jsonl",
          "{\"output\": \"Good. Rating: [[7]]\"}\n");

  @TempDir private Path dir;

  @Test
  void aCheckoutIsReadWithTheSwappedDecisionsTurnedBack() throws IOException {
    for (Map.Entry<String, String> file : CHECKOUT.entrySet()) {
      Path path = dir.resolve(file.getKey());
      Files.createDirectories(path.getParent());
      Files.writeString(path, file.getValue());
    }
    AutoJData data = new AutoJData(LocalSpark.session(), dir.toString());
    assertThat(data.pairwiseCorpus().orderBy("sample_id").collectAsList())
        .extracting(Row::mkString)
        .containsExactly(
            "autoj-pairwise-00000q0response_1response_2xyrankingb",
            "autoj-pairwise-00001q1response_1response_2zchitchattie");
    assertThat(
            data.pairwiseRecordings()
                .selectExpr("sample_id", "`order`", "decision")
                .orderBy("sample_id", "order")
                .collectAsList())
        .extracting(row -> row.mkString(" "))
        .containsExactly(
            "autoj-pairwise-00000 ab a",
            "autoj-pairwise-00000 ba b",
            "autoj-pairwise-00001 ab tie",
            "autoj-pairwise-00001 ba a");
    assertThat(data.singleRecordings().head().<String>getAs("output"))
        .isEqualTo("Good. Rating: [[7]]");
  }

  @Test
  void aFolderThatLacksAFileIsRefused() {
    assertThatThrownBy(() -> new AutoJData(LocalSpark.session(), dir.toString()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("lacks pairwise_test.jsonl");
  }
}
