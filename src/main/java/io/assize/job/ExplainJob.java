package io.assize.job;

import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static io.assize.table.ColumnNames.VERDICT_KEY;
import static org.apache.spark.sql.functions.col;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.corpus.CorpusReader;
import io.assize.job.Explanation.InOrder;
import io.assize.job.ShownPrompts.Shown;
import io.assize.judge.JudgeProvider;
import io.assize.judge.JudgeSpec;
import io.assize.judge.Prompt;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.prompt.Protocol;
import io.assize.prompt.Request;
import io.assize.spark.ModelCache;
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

/** Explains how a row of the corpus came to its outcome, and what its judge reads. */
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
    List<Row> requests = requests(stage, sampleId);
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

  /**
   * What the judge reads of a row, whether or not it was judged.
   *
   * @throws UserError where the corpus has no such row that is fit to be judged
   */
  public ShownPrompts prompts(String sampleId) {
    JudgeStage stage = JudgeStage.of(spark, config, "");
    List<Shown> shown = new ArrayList<>();
    for (Row row : requests(stage, sampleId)) {
      Request request = stage.maker().request(row).request();
      Prompt prompt = Prompt.of(request, stage.maker().protocol());
      shown.add(shown(stage, request.order().text(), prompt));
    }
    return new ShownPrompts("row " + sampleId, stage.spec().name(), shown);
  }

  /**
   * What the judge reads of a text as a user's message, in the protocol's chat format.
   *
   * @param name names the text
   */
  public ShownPrompts text(String name, String text) {
    JudgeStage stage = JudgeStage.of(spark, config, "");
    Protocol protocol = stage.maker().protocol();
    DecisionRule rule = protocol.scores() ? null : protocol.decision();
    List<ChatMessage> messages = List.of(new ChatMessage("user", text));
    Prompt prompt = new Prompt(name, messages, protocol.chat(), rule, List.of(), null);
    return new ShownPrompts(
        "text " + name, stage.spec().name(), List.of(shown(stage, null, prompt)));
  }

  private static Shown shown(JudgeStage stage, String order, Prompt prompt) {
    JudgeSpec spec = stage.spec();
    JudgeSpec here = spec.with(ModelCache.onThisHost(spec.config()));
    return new Shown(
        order, prompt.messages(), JudgeProvider.of(here.config()).readings(here, prompt));
  }

  private List<Row> requests(JudgeStage stage, String sampleId) {
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
    return requests;
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
