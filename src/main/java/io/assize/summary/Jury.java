package io.assize.summary;

import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.collect_list;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.assize.verdict.Decision;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.api.java.function.FlatMapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * Judges' verdicts on a row put together to one, in each order of the pair: a jury is one more
 * judge, {@code jury:RULE}. It sits on rows of which at least two of its judges have a verdict; a
 * verdict without a decision has no vote. A judge that saw a pair in one order only votes in both,
 * and one that was asked by several protocols has a vote by each.
 */
public final class Jury {
  /** What juries' names begin with; such a judge sits on no jury. */
  public static final String PREFIX = "jury:";

  private static final String PROTOCOL = "jury";
  private static final StructType VERDICTS =
      StructType.fromDDL(
          "sample_id STRING, `order` STRING, judge STRING, protocol STRING, decision STRING,"
              + " probability_a DOUBLE, rating DOUBLE, status STRING");

  private Jury() {}

  /** How votes become a verdict. */
  public enum Rule {
    /** What most votes are for, see {@link Ballot#majority}; of ratings the median. */
    MAJORITY,
    /** The mean probability that a is better, see {@link Ballot#mean}; the mean rating. */
    MEAN,
    /** As {@link #MAJORITY}, by votes that weigh what {@link JurorWeights} says; no ratings. */
    WEIGHTED;

    /** The rule of a configuration's text. */
    public static Rule of(String text) {
      return valueOf(text.toUpperCase(Locale.ROOT));
    }

    /** The name of its jury. */
    public String judge() {
      return PREFIX + name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether a judge is none that sits on a jury, but a jury. */
  static boolean isJury(String judge) {
    return judge.startsWith(PREFIX);
  }

  /**
   * The verdicts of juries: {@code sample_id, order, judge, protocol, decision, probability_a,
   * rating, status}.
   *
   * @param verdicts those of the judges that sit, one for each judge, protocol, row and order
   * @param corpus the rows they are about
   */
  public static Dataset<Row> verdicts(
      Dataset<Row> verdicts, Dataset<Row> corpus, List<Rule> rules) {
    Dataset<Row> rows =
        verdicts.join(
            corpus.select(
                col(SAMPLE_ID),
                SummaryInput.prompt(corpus).as("prompt"),
                SummaryInput.text(corpus, "label")),
            SAMPLE_ID);
    JurorWeights weights = rules.contains(Rule.WEIGHTED) ? weights(rows) : new JurorWeights();
    FlatMapFunction<Row, Row> sits =
        prompt -> new Sitting(rules, weights, prompt.getList(0)).verdicts().iterator();
    return rows.groupBy("prompt")
        .agg(
            collect_list(
                    struct(
                        SAMPLE_ID,
                        "label",
                        "judge",
                        "protocol",
                        "order",
                        "decision",
                        PROBABILITY_A,
                        "rating",
                        "status"))
                .as("votes"))
        .select("votes")
        .flatMap(sits, Encoders.row(VERDICTS));
  }

  /** How often each juror's votes are people's labels. */
  private static JurorWeights weights(Dataset<Row> rows) {
    Column right = when(col("decision").equalTo(col("label")), 1L).otherwise(0L);
    JurorWeights weights = new JurorWeights();
    rows.filter(col("label").isNotNull().and(col("decision").isin("a", "b", "tie")))
        .groupBy("judge", "protocol")
        .agg(count(lit(1)), sum(right))
        .collectAsList()
        .forEach(
            row ->
                weights.add(
                    new Juror(row.getString(0), row.getString(1)), row.getLong(3), row.getLong(2)));
    return weights;
  }

  /** Who votes: a judge as it was asked by a protocol. */
  record Juror(String judge, String protocol) implements Comparable<Juror>, Serializable {
    @Override
    public int compareTo(Juror other) {
      return Comparator.comparing(Juror::judge).thenComparing(Juror::protocol).compare(this, other);
    }
  }

  /** All votes on the rows of one prompt. */
  private static final class Sitting {
    private final List<Rule> rules;
    private final JurorWeights weights;

    /** Row → order → juror → its verdict. */
    private final Map<String, Map<String, Map<Juror, Row>>> rows = new TreeMap<>();

    Sitting(List<Rule> rules, JurorWeights all, List<Row> votes) {
      this.rules = rules;
      JurorWeights own = new JurorWeights();
      for (Row vote : votes) {
        Juror juror = new Juror(vote.getAs("judge"), vote.getAs("protocol"));
        rows.computeIfAbsent(vote.getAs(SAMPLE_ID), id -> new TreeMap<>())
            .computeIfAbsent(vote.getAs("order"), order -> new TreeMap<>())
            .put(juror, vote);
        String label = vote.getAs("label");
        if (label != null && Decision.decides(decision(vote))) {
          own.add(juror, label.equals(vote.<String>getAs("decision")) ? 1 : 0, 1);
        }
      }
      this.weights = all.without(own);
    }

    Stream<Row> verdicts() {
      return rows.entrySet().stream().flatMap(row -> verdicts(row.getKey(), row.getValue()));
    }

    private Stream<Row> verdicts(String id, Map<String, Map<Juror, Row>> orders) {
      return orders.keySet().stream()
          .flatMap(
              order -> {
                Map<Juror, Row> votes = votes(order, orders);
                return votes.size() < 2
                    ? Stream.empty()
                    : order.equals("single")
                        ? rating(id, votes)
                        : rules.stream().map(rule -> decided(id, order, rule, votes));
              });
    }

    /** Who saw the other order of a pair only votes in this one, too. */
    private static Map<Juror, Row> votes(String order, Map<String, Map<Juror, Row>> orders) {
      TreeMap<Juror, Row> votes = new TreeMap<>(orders.get(order));
      if (!order.equals("single")) {
        orders.forEach(
            (other, seen) -> {
              if (!other.equals("single")) {
                seen.forEach(votes::putIfAbsent);
              }
            });
      }
      return votes;
    }

    private Row decided(String id, String order, Rule rule, Map<Juror, Row> votes) {
      Ballot ballot = new Ballot();
      double[] weight = weights.of(List.copyOf(votes.keySet()));
      int next = 0;
      for (Row vote : votes.values()) {
        ballot.add(
            decision(vote), vote.getAs(PROBABILITY_A), rule == Rule.WEIGHTED ? weight[next] : 1);
        next++;
      }
      Decision decision = rule == Rule.MEAN ? ballot.byMean() : ballot.majority();
      Double mean =
          rule == Rule.MEAN && decision != Decision.INVALID ? (Double) ballot.mean() : null;
      String status = decision == Decision.INVALID ? status(votes) : "ok";
      return row(id, order, rule, decision.text(), mean, null, status);
    }

    private Stream<Row> rating(String id, Map<Juror, Row> votes) {
      double[] ratings =
          votes.values().stream()
              .map(vote -> vote.<Double>getAs("rating"))
              .filter(rating -> rating != null)
              .mapToDouble(rating -> rating)
              .sorted()
              .toArray();
      String status = ratings.length == 0 ? status(votes) : "ok";
      return rules.stream()
          .filter(rule -> rule != Rule.WEIGHTED)
          .map(
              rule ->
                  row(
                      id,
                      "single",
                      rule,
                      ratings.length == 0 ? Decision.INVALID.text() : null,
                      null,
                      ratings.length == 0 ? null : Ballot.rating(ratings, rule == Rule.MAJORITY),
                      status));
    }

    private static Row row(
        String id,
        String order,
        Rule rule,
        String decision,
        Double probability,
        Double rating,
        String status) {
      return RowFactory.create(
          id, order, rule.judge(), PROTOCOL, decision, probability, rating, status);
    }

    /** Why nobody had a vote: the first judge's reason. */
    private static String status(Map<Juror, Row> votes) {
      return votes.values().iterator().next().getAs("status");
    }

    private static Decision decision(Row vote) {
      return Decision.of(String.valueOf(vote.<String>getAs("decision"))).orElse(Decision.INVALID);
    }
  }
}
