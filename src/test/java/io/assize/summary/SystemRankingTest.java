package io.assize.summary;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What ratings say of models beside pairs and a ranking from elsewhere, and of their responses. */
class SystemRankingTest {
  private static final String VERDICTS =
      "judge STRING, protocol STRING, sample_id STRING, `order` STRING, decision STRING,"
          + " probability_a DOUBLE, rating DOUBLE, status STRING";
  private static final String CORPUS =
      "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
          + " response_b STRING, scenario STRING, label STRING, model STRING, rating DOUBLE";

  @TempDir private Path dir;
  private final List<Object[]> verdicts = new ArrayList<>();
  private final List<Object[]> corpus = new ArrayList<>();

  @Test
  void equalsShareARankAndWhatHasNoFigureHasNone() {
    rated("larch", 8, 5.0);
    rated("larch", 6, null);
    rated("maple", 7, 3.0);
    rated("oak", 2, null);
    pair("larch", "maple", "b");
    pair("larch", "maple", "b");
    pair("larch", "maple", "a");
    assertThat(
            written(Map.of("oak", 3.0, "larch", 1.0))
                .read(SummaryTables.SYSTEM_RANKING)
                .filter("scenario = 'all'")
                .selectExpr(
                    "model",
                    "n_ratings",
                    "mean_rating",
                    "rank_by_rating",
                    "n_pairs",
                    "rank_by_win_rate",
                    "rank_by_bradley_terry",
                    "people",
                    "rank_by_people",
                    "rank_by_reference")
                .collectAsList()
                .stream()
                .map(row -> row.mkString(",")))
        .containsExactly(
            "larch,2,7.0,1,3,2,2,5.0,1,2",
            "maple,1,7.0,1,3,1,1,3.0,2,null",
            "oak,1,2.0,3,0,null,null,null,null,1");
  }

  /** What scipy says: see scripts/golden/make_agreement.py. */
  @Test
  void rankingsGoTogetherAsScipySays() throws IOException {
    JsonNode golden =
        new ObjectMapper()
            .readTree(SystemRankingTest.class.getResourceAsStream("/golden/agreement.json"))
            .get("correlation")
            .get(1);
    Map<String, Double> reference = new HashMap<>();
    for (int i = 0; i < golden.get("x").size(); i++) {
      rated("m" + i, golden.get("x").get(i).asDouble(), null);
      reference.put("m" + i, golden.get("y").get(i).asDouble());
    }
    Row found =
        written(reference)
            .read(SummaryTables.CORRELATIONS)
            .filter("scenario = 'all' AND quantity = 'rating' AND reference = 'reference'")
            .head();
    assertThat(found.<Integer>getAs("n")).isEqualTo(11);
    assertThat(found.<Double>getAs("spearman"))
        .isCloseTo(golden.get("spearman").asDouble(), within(1e-12));
    assertThat(found.<Double>getAs("kendall"))
        .isCloseTo(golden.get("kendall").asDouble(), within(1e-12));
  }

  @Test
  void theResponseRatedHighestIsChosenAndItsGainIsByPeople() {
    // The judge is right on the first prompt, and wrong on the second; ties go to the first.
    rated("q1", "larch", 3, 1.0);
    rated("q1", "larch", 9, 4.0);
    rated("q1", "larch", 5, 4.0);
    rated("q2", "larch", 6, 2.0);
    rated("q2", "larch", 6, 6.0);
    rated("q3", "larch", 9, 9.0);
    Row all = written(Map.of()).read(SummaryTables.BEST_OF_N).filter("scenario = 'all'").head();
    assertThat(all.mkString(",")).startsWith("j,all,larch,2,5,1.5,3.5,3.0,5.0,1.5,");
    // Gains over the first 3 and 0: a standard error of 1.5, and t of one degree of freedom.
    assertThat(all.<Double>getAs("gain_over_first_high"))
        .isCloseTo(1.5 + 12.706204736 * 1.5, within(1e-6));
    assertThat(all.<Double>getAs("gain_over_random")).isCloseTo(-0.5, within(1e-9));
  }

  private void rated(String model, double rating, Double person) {
    rated("q" + corpus.size(), model, rating, person);
  }

  private void rated(String prompt, String model, double rating, Double person) {
    String id = "r" + corpus.size();
    verdicts.add(row("j", "single", id, "single", null, null, rating, "ok"));
    corpus.add(row(id, prompt, null, null, null, null, "s", null, model, person));
  }

  private void pair(String a, String b, String decision) {
    String id = "r" + corpus.size();
    verdicts.add(row("j", "pairwise", id, "ab", decision, null, null, "ok"));
    corpus.add(row(id, "q" + id, a, b, "one", "two", "t", null, null, null));
  }

  private TableStore written(Map<String, Double> reference) {
    TableStore tables = new TableStore(LocalSpark.session(), dir.toString());
    Dataset<Row> judged = LocalSpark.table(VERDICTS, verdicts.toArray(new Object[0][]));
    Dataset<Row> rows = LocalSpark.table(CORPUS, corpus.toArray(new Object[0][]));
    new SummaryTables(judged, rows, Map.of(), SummaryOptions.DEFAULT, reference, line -> {})
        .of(List.of(new SystemRankingTable(), new CorrelationTable(), new BestOfNTable()))
        .writeTo(tables);
    return tables;
  }
}
