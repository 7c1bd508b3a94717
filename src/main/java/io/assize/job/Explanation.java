package io.assize.job;

import static org.apache.spark.sql.functions.col;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.corpus.CorpusReader;
import io.assize.prompt.ChatMessage;
import io.assize.storage.Kept;
import io.assize.verdict.CurrentVerdicts;
import io.assize.verdict.Order;
import io.assize.verdict.OutcomePolicy;
import io.assize.verdict.Outcomes;
import io.assize.verdict.VerdictStore;
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

/**
 * How a row of the corpus came to its outcome.
 *
 * @param requests one for each order
 * @param scoreA pairwise: the outcome, 1 for a, 0 for b; null where no order gave a decision
 * @param outcome the same in words
 */
public record Explanation(
    String sampleId, String judge, List<Asked> requests, Double scoreA, String outcome) {

  /**
   * One order.
   *
   * @param verdictKey of the request as the corpus and the configuration make it now
   * @param messages what the judge reads
   * @param verdict the verdict that counts, column → value; null where the store has none
   * @param verdictsOfKey verdicts of this request in the store
   */
  public record Asked(
      String order,
      String verdictKey,
      List<ChatMessage> messages,
      Map<String, String> verdict,
      long verdictsOfKey) {}

  /**
   * Explains a row.
   *
   * @throws UserError where the corpus has no such row that is fit to be judged
   */
  public static Explanation of(SparkSession spark, AssizeConfig config, String sampleId) {
    JudgeStage stage = JudgeStage.of(spark, config, "");
    String judge = stage.spec().name();
    Dataset<Row> row =
        new CorpusReader(spark)
            .read(config.corpus(), stage.schema())
            .valid()
            .filter(col("sample_id").equalTo(sampleId));
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
                  .filter(col("sample_id").equalTo(sampleId)));
      List<Asked> asked = new ArrayList<>();
      for (Row request : requests) {
        asked.add(asked(stage.maker().request(request), stored));
      }
      Double score = score(stored, asked);
      return new Explanation(sampleId, judge, List.copyOf(asked), score, outcome(asked, score));
    }
  }

  private static Asked asked(Request request, Dataset<Row> stored) {
    Dataset<Row> same = ofRequest(stored, request.key(), request.order().text());
    List<Row> counting = CurrentVerdicts.of(same).collectAsList();
    return new Asked(
        request.order().text(),
        request.key(),
        request.prompt().messages(),
        counting.isEmpty() ? null : values(counting.get(0)),
        same.count());
  }

  private static Dataset<Row> ofRequest(Dataset<Row> stored, String key, String order) {
    return stored.filter(col("verdict_key").equalTo(key).and(col("order").equalTo(order)));
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

  private static Double score(Dataset<Row> stored, List<Asked> asked) {
    Object[] keys = asked.stream().map(Asked::verdictKey).toArray();
    Dataset<Row> counting = CurrentVerdicts.of(stored.filter(col("verdict_key").isin(keys)));
    List<Row> outcomes = Outcomes.ofPairs(counting).collectAsList();
    double score =
        outcomes.isEmpty() ? Double.NaN : Outcomes.score(outcomes.get(0), OutcomePolicy.AVERAGE);
    return Double.isNaN(score) ? null : score;
  }

  private static String outcome(List<Asked> asked, Double score) {
    if (asked.get(0).order().equals(Order.SINGLE.text())) {
      Map<String, String> verdict = asked.get(0).verdict();
      String rating = verdict == null ? null : verdict.get("rating");
      return rating == null ? "no rating" : "rating " + rating;
    }
    if (score == null) {
      return "no order gave a decision: the row counts in no win rate";
    }
    String each =
        asked.stream()
            .filter(one -> one.verdict() != null)
            .map(one -> one.order() + " says " + said(one.verdict()))
            .collect(Collectors.joining(", "));
    return String.format(
        Locale.ROOT, "%s: the mean score of a over the orders that decided is %.4f", each, score);
  }

  private static String said(Map<String, String> verdict) {
    String probability = verdict.get("probability_a");
    return verdict.get("decision")
        + (probability == null ? "" : " (probability of a " + probability + ")");
  }

  /** For people. */
  public String text() {
    StringBuilder text = new StringBuilder("row " + sampleId + ", judge " + judge + "\n");
    for (Asked one : requests) {
      text.append("\n=== order ").append(one.order()).append(", request ");
      text.append(one.verdictKey()).append('\n');
      for (ChatMessage message : one.messages()) {
        text.append("--- ").append(message.role()).append('\n').append(message.content());
        text.append('\n');
      }
      if (one.verdict() == null) {
        text.append(
            "--- no verdict of this request is in the store: it was not judged, or the row,");
        text.append(" the template or the judge has changed since\n");
        continue;
      }
      text.append("--- verdict, 1 of ").append(one.verdictsOfKey()).append(" in the store\n");
      one.verdict()
          .forEach((name, value) -> text.append(name).append(": ").append(value).append('\n'));
    }
    return text.append("\n=== outcome: ").append(outcome).append('\n').toString();
  }
}
