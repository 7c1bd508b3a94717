package io.assize.job;

import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static io.assize.table.ColumnNames.VERDICT_KEY;
import static org.apache.spark.sql.functions.col;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.corpus.CorpusReader;
import io.assize.job.Explanation.InOrder;
import io.assize.prompt.Request;
import io.assize.spark.base.Kept;
import io.assize.store.CurrentVerdicts;
import io.assize.store.Outcomes;
import io.assize.store.VerdictStore;
import io.assize.verdict.Order;
import io.assize.verdict.OutcomePolicy;
import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Explains how a row of the corpus came to its outcome. */
public final class ExplainJob {
  private final SparkSession spark;
  private final AssizeConfig config;

  public ExplainJob(SparkSession spark, AssizeConfig config) {
    this.spark = spark;
    this.config = config;
  }

  /**
   * Explains a row.
   *
   * @throws UserError where the corpus has no such row that is fit to be judged
   */
  public Explanation run(String sampleId) {
    JudgeStage stage = JudgeStage.of(spark, config, "");
    String judge = stage.spec().name();
    Dataset<Row> row =
        new CorpusReader(spark)
            .read(config.corpus(), stage.schema())
            .valid()
            .filter(col(SAMPLE_ID).equalTo(sampleId));
    List<Row> requests = stage.requests(row).collectAsList();
    if (requests.isEmpty()) {
      throw UserError.configuration(
          "the corpus has no row %s that is fit to be judged: check the id, and the table quarantine",
          sampleId);
    }
    VerdictStore store =
        VerdictStore.openThere(spark, config.store().pathIn(config.output().dir()));
    try (Kept kept = new Kept()) {
      Dataset<Row> stored =
          kept.keep(
              store
                  .read(judge, stage.maker().protocol().name())
                  .filter(col(SAMPLE_ID).equalTo(sampleId)));
      List<InOrder> orders = new ArrayList<>();
      for (Row request : requests) {
        orders.add(inOrder(stage.maker().request(request), stored));
      }
      Double score = score(stored, orders);
      return new Explanation(sampleId, judge, orders, score, outcome(orders, score));
    }
  }

  private static InOrder inOrder(RowRequests.Keyed keyed, Dataset<Row> stored) {
    Request request = keyed.request();
    Dataset<Row> same = ofRequest(stored, keyed.key(), request.order().text());
    List<Row> counting = CurrentVerdicts.of(same).collectAsList();
    return new InOrder(
        request.order().text(),
        keyed.key(),
        request.messages(),
        counting.isEmpty() ? null : values(counting.get(0)),
        same.count());
  }

  private static Dataset<Row> ofRequest(Dataset<Row> stored, String key, String order) {
    return stored.filter(col(VERDICT_KEY).equalTo(key).and(col("order").equalTo(order)));
  }

  private static Map<String, String> values(Row verdict) {
    Map<String, String> values = new LinkedHashMap<>();
    for (String name : verdict.schema().fieldNames()) {
      Object value = verdict.getAs(name);
      if (value != null) {
        values.put(name, String.valueOf(value instanceof Timestamp t ? t.toInstant() : value));
      }
    }
    return values;
  }

  private static Double score(Dataset<Row> stored, List<InOrder> orders) {
    Object[] keys = orders.stream().map(InOrder::verdictKey).toArray();
    Dataset<Row> counting = CurrentVerdicts.of(stored.filter(col(VERDICT_KEY).isin(keys)));
    List<Row> outcomes = Outcomes.ofPairs(counting).collectAsList();
    double score =
        outcomes.isEmpty() ? Double.NaN : Outcomes.score(outcomes.get(0), OutcomePolicy.AVERAGE);
    return Double.isNaN(score) ? null : score;
  }

  private static String outcome(List<InOrder> orders, Double score) {
    if (orders.get(0).order().equals(Order.SINGLE.text())) {
      Map<String, String> verdict = orders.get(0).verdict();
      String rating = verdict == null ? null : verdict.get("rating");
      return rating == null ? "no rating" : "rating " + rating;
    }
    if (score == null) {
      return "no order gave a decision: the row counts in no win rate";
    }
    String each =
        orders.stream()
            .filter(one -> one.verdict() != null)
            .map(one -> one.order() + " says " + said(one.verdict()))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT, "%s: the mean score of a over the orders that decided is %.4f", each, score);
  }

  private static String said(Map<String, String> verdict) {
    String probability = verdict.get(PROBABILITY_A);
    return verdict.get("decision")
        + (probability == null ? "" : " (probability of a " + probability + ")");
  }
}
