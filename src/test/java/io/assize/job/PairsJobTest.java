package io.assize.job;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.job.PairsJob.Choice;
import io.assize.store.VerdictTable;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import io.assize.testing.Verdicts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Pairs of models' outputs, and what a rebuild costs when a model is added. */
class PairsJobTest {
  private static final String OUTPUTS =
      "prompt_id STRING, prompt STRING, model STRING, response STRING, scenario STRING";
  private static final int PROMPTS = 8;

  @TempDir private Path dir;
  private final List<String> said = new ArrayList<>();

  @Test
  void aModelThatIsAddedIsAllThatARebuildJudges() {
    outputs(4);
    assertThat(pairs(new Choice.RoundRobin()).pairs()).isEqualTo(6 * PROMPTS);
    RunResult first = judged(Map.of());
    assertThat(first.requests()).isEqualTo(2 * 6 * PROMPTS);
    outputs(5);
    PairsJob.Result made = pairs(new Choice.RoundRobin());
    assertThat(made.pairs()).isEqualTo(10 * PROMPTS);
    assertThat(made.prompts()).isEqualTo(PROMPTS);
    RunResult second = judged(Map.of());
    assertThat(second.reused()).isEqualTo(first.requests());
    assertThat(second.judged()).isEqualTo(2 * 4 * PROMPTS);
  }

  @Test
  void aSampleIsEvenAndOnlyGrowsWithModelsAndTheSeedDecidesIt() {
    outputs(4);
    pairs(new Choice.Sample(2, 7));
    Set<String> small = ids();
    // Two scenarios of six pairs of models.
    assertThat(small).hasSize(2 * 6 * 2);
    assertThat(counts("least(model_a, model_b) || greatest(model_a, model_b) || scenario"))
        .containsOnly(2L)
        .hasSize(12);
    pairs(new Choice.Sample(2, 7));
    assertThat(ids()).isEqualTo(small);
    pairs(new Choice.Sample(2, 8));
    assertThat(ids()).isNotEqualTo(small).hasSameSizeAs(small);
    outputs(5);
    pairs(new Choice.Sample(2, 7));
    assertThat(ids()).containsAll(small).hasSize(2 * 10 * 2);
    assertThat(counts("CAST(model_a = model_b AS STRING)")).hasSize(1);
    pairs(new Choice.Budget(30, 7));
    assertThat(ids()).hasSize(30);
    assertThat(counts("least(model_a, model_b) || greatest(model_a, model_b) || scenario"))
        .hasSize(20)
        .containsOnly(1L, 2L);
  }

  @Test
  void aBaselinesPairsAreThoseOfTheRoundRobin() {
    outputs(4);
    pairs(new Choice.RoundRobin());
    Set<String> all = ids();
    Set<String> rows = texts();
    pairs(new Choice.Baseline("m1"));
    assertThat(ids()).hasSize(3 * PROMPTS).isSubsetOf(all);
    assertThat(texts()).isSubsetOf(rows).allMatch(text -> text.contains("m1"));
    // Neither side is one model's alone.
    assertThat(corpus().filter("model_a = 'm1'").count()).isBetween(1L, 3L * PROMPTS - 1);
    assertThatThrownBy(() -> pairs(new Choice.Baseline("m9")))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("the outputs have no model m9, the baseline; they have m0, m1, m2");
  }

  @Test
  void equalResponsesAreATieThatNobodyIsAskedFor() {
    LocalSpark.table(
            OUTPUTS,
            row("p", "q", "m0", "the same", null),
            row("p", "q", "m1", "the same", null),
            row("p", "q", "m2", "another and longer one", null),
            row("p", "q", "m2", "said twice", null),
            row("p", "another prompt", "m3", "no pair", null))
        .write()
        .parquet(dir.resolve("outputs").toString());
    PairsJob.Result made = pairs(new Choice.RoundRobin());
    assertThat(made.pairs()).isEqualTo(3);
    assertThat(made.equal()).isEqualTo(1);
    assertThat(made.quarantined()).isEqualTo(1);
    assertThat(String.join("\n", said))
        .contains("duplicate prompt_id and model 1", "1 values of prompt_id stand for several");
    // The coin is for the first, always: a tie was not asked for.
    judged(Map.of("assize.judge.kind", "coin", "assize.corpus.equal_responses", "tie"));
    assertThat(decisions()).containsExactlyInAnyOrder("a", "a", "b", "b", "tie", "tie");
  }

  @Test
  void theNextPairsAreWhereTheRankingIsLeastSure() {
    outputs(4);
    pairs(new Choice.Sample(2, 1));
    Set<String> before = ids();
    Object[][] verdicts =
        before.stream().map(id -> Verdicts.ok("k" + id, id, null)).toArray(Object[][]::new);
    LocalSpark.table(VerdictTable.SCHEMA.toDDL(), verdicts)
        .write()
        .parquet(dir.resolve("verdicts").toString());
    PairsJob.Result next = pairs(new Choice.LeastSure(10, dir.resolve("verdicts").toString()));
    assertThat(next.pairs()).isBetween(1L, 10L);
    assertThat(ids()).doesNotContainAnyElementsOf(before);
  }

  /** Outputs of so many models to each prompt, of two scenarios by turns. */
  private void outputs(int models) {
    List<Object[]> rows = new ArrayList<>();
    for (int p = 0; p < PROMPTS; p++) {
      for (int m = 0; m < models; m++) {
        String response = "word ".repeat(1 + (7 * p + 5 * m) % 11) + m;
        rows.add(row("p" + p, "question " + p, "m" + m, response, p % 2 == 0 ? "s" : "t"));
      }
    }
    LocalSpark.table(OUTPUTS, rows.toArray(new Object[0][]))
        .write()
        .mode("overwrite")
        .parquet(dir.resolve("outputs").toString());
  }

  private PairsJob.Result pairs(Choice choice) {
    AssizeConfig config =
        AssizeConfig.parse(
            "assize { judge.kind = length }",
            Map.of(
                "assize.corpus.path", dir.resolve("outputs").toString(),
                "assize.output.dir", dir.resolve("pairs").toString()));
    return new PairsJob(LocalSpark.session(), config, said::add).run(choice);
  }

  private RunResult judged(Map<String, String> more) {
    Map<String, String> settings = new HashMap<>(more);
    settings.put("assize.corpus.path", dir.resolve("pairs/corpus").toString());
    settings.put("assize.output.dir", dir.resolve("out").toString());
    settings.put("assize.output.verdicts_csv", "false");
    settings.put("assize.output.corpus", "false");
    AssizeConfig config = AssizeConfig.parse("assize { judge.kind = length }", settings);
    return new EvaluationJob(LocalSpark.session(), config, line -> {}).judgeOnly();
  }

  private List<String> decisions() {
    return new TableStore(LocalSpark.session(), dir.resolve("out").toString())
        .read("current_verdicts").select("decision").collectAsList().stream()
            .map(row -> row.getString(0))
            .toList();
  }

  private Dataset<Row> corpus() {
    return new TableStore(LocalSpark.session(), dir.resolve("pairs").toString()).read("corpus");
  }

  private Set<String> ids() {
    return corpus().select("sample_id").collectAsList().stream()
        .map(row -> row.getString(0))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private Set<String> texts() {
    return corpus().collectAsList().stream()
        .map(Row::toString)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private List<Long> counts(String key) {
    return corpus().selectExpr(key + " AS k").groupBy("k").count().collectAsList().stream()
        .map(row -> row.getLong(1))
        .toList();
  }
}
