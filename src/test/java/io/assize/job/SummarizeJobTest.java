package io.assize.job;

import static io.assize.testing.LocalSpark.row;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.AssizeConfig;
import io.assize.config.CorpusConfig;
import io.assize.config.UserError;
import io.assize.store.VerdictTable;
import io.assize.summary.SummaryTables;
import io.assize.table.TableStore;
import io.assize.testing.LocalSpark;
import io.assize.testing.Verdicts;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Summaries of what others wrote, which is checked as a run checks it. */
class SummarizeJobTest {
  private static final String CORPUS =
      "sample_id STRING, model_a STRING, model_b STRING, scenario STRING, note STRING";

  @TempDir private Path dir;
  private final List<String> said = new ArrayList<>();

  @Test
  void whatOthersWroteIsCheckedAsARunChecksItAndSaid() {
    Dataset<Row> corpus =
        LocalSpark.table(
            CORPUS,
            row("1", "larch", "maple", null, "no scenario"),
            row("2", "larch", "maple", "  ", "a blank one"),
            row("3", "larch", "maple", " chitchat ", "twice"),
            row("3", "larch", "maple", "chitchat", "twice"),
            row("4", "larch", "maple", "all", "a reserved scenario"),
            row("5", "larch", "maple", "group:x", "a reserved scenario"),
            row("6", "larch", "all", "chitchat", "a reserved model"),
            row(null, "larch", "maple", "chitchat", "no id"));
    TableStore tables = summarized(corpus, "1", "2", "3", "4", "5", "6");

    assertThat(
            rows(tables, SummaryTables.WIN_RATES, "scenario", "model", "opponent", "n", "left_out"))
        .containsExactlyInAnyOrder(
            "default,larch,all,2,0",
            "default,larch,maple,2,0",
            "default,maple,all,2,0",
            "default,maple,larch,2,0",
            "chitchat,larch,all,1,3",
            "chitchat,larch,maple,1,2",
            "chitchat,maple,all,1,2",
            "chitchat,maple,larch,1,2",
            "group:General Communication,larch,all,1,3",
            "group:General Communication,larch,maple,1,2",
            "group:General Communication,maple,all,1,2",
            "group:General Communication,maple,larch,1,2",
            "all,larch,all,3,5",
            "all,larch,maple,3,4",
            "all,maple,all,3,4",
            "all,maple,larch,3,4");
    assertThat(String.join("\n", said))
        .contains("read 8 rows of the corpus, 5 left out", "duplicate sample_id 1", "reserved");
    assertThat(rows(tables, SummaryTables.LEFT_OUT, "scenario", "model", "reason", "n"))
        .contains("chitchat,maple,duplicate sample_id,1", "all,maple,sample_id is null,1");
  }

  @Test
  void aCorpusOfWhichNothingIsLeftIsAFailure() {
    Dataset<Row> corpus = LocalSpark.table(CORPUS, row("1", "larch", "maple", "all", null));
    assertThatThrownBy(() -> summarized(corpus, "1"))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(1))
        .hasMessageContaining("reserved");
    assertThat(dir.resolve("out/win_rates")).doesNotExist();
    assertThatThrownBy(() -> summarize(dir.resolve("verdicts")))
        .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
        .hasMessageContaining("would be overwritten");
  }

  @Test
  void severalRunsVerdictsArePutTogetherToThoseOfAJury() {
    LocalSpark.table(
            "sample_id STRING, model_a STRING, model_b STRING",
            row("1", "larch", "maple"),
            row("2", "larch", "maple"))
        .write()
        .parquet(dir.resolve("corpus").toString());
    Dataset<Row> verdicts =
        LocalSpark.table(
            VerdictTable.SCHEMA.toDDL(), Verdicts.ok("1", "1", null), Verdicts.ok("2", "2", null));
    List<String> folders = new ArrayList<>();
    for (String judge : List.of("j", "k")) {
      folders.add(dir.resolve(judge).toString());
      verdicts
          .withColumn("judge", lit(judge))
          .withColumn("verdict_key", concat(col("judge"), col("verdict_key")))
          .write()
          .parquet(folders.get(folders.size() - 1));
    }
    String rules = "assize.summary.jury.rules";
    TableStore tables = jury(Map.of(rules, "[majority, mean]"), folders);
    assertThat(rows(tables, SummaryTables.WIN_RATES, "judge", "scenario", "model", "wins"))
        .contains("k,all,larch,2", "jury:majority,all,larch,2", "jury:mean,all,maple,0");
    assertThat(rows(tables, SummaryTables.JURY_AGREEMENT, "judge", "other", "judges", "n"))
        .contains("all,all,2,2", "j,k,2,2")
        .noneMatch(row -> row.contains("jury"));
    assertThat(rows(tables, "current_verdicts", "judge", "protocol", "sample_id", "decision"))
        .contains("jury:mean,jury,1,a", "jury:majority,jury,2,a");

    assertThatThrownBy(() -> jury(Map.of(rules, "mean"), folders.subList(0, 1)))
        .hasMessageContaining("a jury needs two judges, and there is j alone");
    assertThatThrownBy(() -> jury(Map.of(rules, "weighted"), folders))
        .hasMessageContaining("the corpus has no label to weigh judges by");
    assertThatThrownBy(
            () -> jury(Map.of(rules, "mean", "assize.summary.jury.judges", "[j, h]"), folders))
        .hasMessageContaining("names h, of which there are no verdicts; there are those of j, k");
    assertThatThrownBy(() -> AssizeConfig.summary(Map.of(rules, "best")))
        .hasMessageContaining("jury.rules has \"best\": use some of majority, mean, weighted");
  }

  private TableStore jury(Map<String, String> settings, List<String> verdicts) {
    String out = dir.resolve("out").toString();
    new SummarizeJob(LocalSpark.session(), AssizeConfig.summary(settings), said::add)
        .run(verdicts, CorpusConfig.plain(dir.resolve("corpus").toString()), null, "default", out);
    return new TableStore(LocalSpark.session(), out);
  }

  private TableStore summarized(Dataset<Row> corpus, String... judged) {
    corpus.write().parquet(dir.resolve("corpus").toString());
    Object[][] verdicts = new Object[judged.length][];
    for (int i = 0; i < judged.length; i++) {
      verdicts[i] = Verdicts.ok("k" + judged[i], judged[i], null);
    }
    LocalSpark.table(VerdictTable.SCHEMA.toDDL(), verdicts)
        .write()
        .parquet(dir.resolve("verdicts").toString());
    return summarize(dir.resolve("out"));
  }

  private TableStore summarize(Path out) {
    new SummarizeJob(LocalSpark.session(), AssizeConfig.summary(Map.of()), said::add)
        .run(
            List.of(dir.resolve("verdicts").toString()),
            AssizeConfig.parse(
                    "assize { judge.kind = length, output.dir = none }",
                    Map.of("assize.corpus.path", dir.resolve("corpus").toString()))
                .corpus(),
            null,
            "default",
            out.toString());
    return new TableStore(LocalSpark.session(), out.toString());
  }

  private static List<String> rows(TableStore tables, String table, String... columns) {
    return tables.read(table).selectExpr(columns).collectAsList().stream()
        .map(row -> row.mkString(","))
        .toList();
  }
}
