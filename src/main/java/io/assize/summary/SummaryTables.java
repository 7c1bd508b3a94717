package io.assize.summary;

import static org.apache.spark.sql.functions.col;

import io.assize.verdict.Outcomes;
import io.assize.verdict.TableStore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * All summary tables of verdicts and their corpus. A table for which there are no verdicts (ratings
 * of a pairwise run, say) is written empty.
 */
public final class SummaryTables {
  public static final String WIN_RATES = "win_rates";
  public static final String AGREEMENT = "agreement";
  public static final String SCORE_DISTRIBUTIONS = "score_distributions";

  private static final List<String> PAIR_COLUMNS =
      List.of("model_a", "model_b", "response_a", "response_b", "label");
  private static final List<String> SINGLE_COLUMNS = List.of("model");

  private final Dataset<Row> verdicts;
  private final Dataset<Row> corpus;
  private final Map<String, String> groups;

  /**
   * @param verdicts the table of verdicts
   * @param corpus the rows they are about: sample_id, scenario and the columns of a pairwise
   *     corpus, of a single one, or of both
   * @param groups scenario → group
   */
  public SummaryTables(Dataset<Row> verdicts, Dataset<Row> corpus, Map<String, String> groups) {
    this.verdicts = verdicts;
    this.corpus = corpus;
    this.groups = groups;
  }

  /** Writes every table. */
  public void writeTo(TableStore tables) {
    Dataset<Row> games = join(Outcomes.ofPairs(verdicts), PAIR_COLUMNS);
    tables.writeWithCsv(WinRates.of(games, groups), WIN_RATES);
    tables.writeWithCsv(Agreement.of(games, groups), AGREEMENT);
    tables.writeWithCsv(ScoreDistributions.of(ratings(), groups), SCORE_DISTRIBUTIONS);
  }

  private Dataset<Row> ratings() {
    Dataset<Row> single =
        verdicts.filter(col("order").equalTo("single")).select("judge", "sample_id", "rating");
    return join(single, SINGLE_COLUMNS);
  }

  private Dataset<Row> join(Dataset<Row> judged, List<String> names) {
    List<Column> columns = new ArrayList<>(List.of(col("sample_id"), col("scenario")));
    for (String name : names) {
      boolean there = Arrays.asList(corpus.columns()).contains(name);
      columns.add((there ? col(name) : functions.lit(null)).cast(DataTypes.StringType).as(name));
    }
    return judged.join(corpus.select(columns.toArray(new Column[0])), "sample_id");
  }
}
