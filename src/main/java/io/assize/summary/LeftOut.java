package io.assize.summary;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.assize.store.Outcomes;
import io.assize.verdict.OutcomePolicy;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.api.java.UDF4;
import org.apache.spark.sql.types.DataTypes;

/**
 * Rows of the corpus that gave no outcome, by model and reason: those set aside before they were
 * judged, those whose verdicts all failed, and those that the policy of outcomes drops. A win rate
 * is over the others, so they stand beside it.
 */
final class LeftOut implements Serializable {
  private static final long serialVersionUID = 1;

  /** Rows of a model that gave no outcome for one reason. */
  record Reason(String judge, String level, String model, String reason, long n)
      implements Serializable {}

  private static final String[] PAIR = {"judge", "protocol", SAMPLE_ID};
  private static final String DISAGREE = "orders disagree";
  private static final String INVALID = "invalid";

  /** Judge, level, model, reason → rows, in the table's order. */
  private final TreeMap<String, Reason> reasons = new TreeMap<>();

  /** Judge, level, model, opponent or all → rows. */
  private final HashMap<List<String>, Long> games = new HashMap<>();

  /**
   * Counts what gave no outcome.
   *
   * @param verdicts those that count
   * @param corpus {@code sample_id, scenario, model_a, model_b, model}; models null where it has
   *     none
   * @param setAside {@code scenario, model_a, model_b, model, reason} of rows that were not judged;
   *     null: none are known
   * @param judges all, each of which lacks what was set aside
   */
  static LeftOut of(
      Dataset<Row> verdicts,
      Dataset<Row> corpus,
      Dataset<Row> setAside,
      Collection<String> judges,
      Levels tree,
      OutcomePolicy policy) {
    LeftOut leftOut = new LeftOut();
    Dataset<Row> failed = pairs(verdicts, policy).union(singles(verdicts));
    counted(failed.join(corpus, SAMPLE_ID), col("judge"))
        .forEach(row -> leftOut.add(row.getString(0), row, tree));
    if (setAside != null) {
      List<Row> rows = counted(setAside, lit(null).cast(DataTypes.StringType));
      judges.forEach(judge -> rows.forEach(row -> leftOut.add(judge, row, tree)));
    }
    return leftOut;
  }

  private static List<Row> counted(Dataset<Row> rows, Column judge) {
    return rows.withColumn("by", judge)
        .groupBy("by", "scenario", MODEL_A, MODEL_B, "model", "reason")
        .count()
        .collectAsList();
  }

  /** Pairs without a score. Most have one, and with it no verdict that is invalid. */
  private static Dataset<Row> pairs(Dataset<Row> verdicts, OutcomePolicy policy) {
    Dataset<Row> orders = verdicts.filter(col("order").isin("ab", "ba"));
    Dataset<Row> doubtful =
        policy == OutcomePolicy.DROP
            ? orders
            : orders.join(
                orders.filter(invalid()).select(PAIR[0], PAIR[1], PAIR[2]).distinct(),
                PAIR,
                "left_semi");
    UDF4<Byte, Byte, Double, Double, Boolean> without =
        (ab, ba, probabilityAb, probabilityBa) ->
            Double.isNaN(
                policy.score(
                    Outcomes.decision(ab),
                    Outcomes.decision(ba),
                    probabilityAb == null ? Double.NaN : probabilityAb,
                    probabilityBa == null ? Double.NaN : probabilityBa));
    Dataset<Row> outcomes =
        Outcomes.ofPairs(doubtful)
            .filter(
                udf(without, DataTypes.BooleanType)
                    .apply(col("ab"), col("ba"), col("probability_ab"), col("probability_ba")));
    Dataset<Row> why =
        doubtful
            .groupBy(PAIR[0], PAIR[1], PAIR[2])
            .agg(max(when(invalid(), status(verdicts))).as("reason"));
    return outcomes
        .join(why, PAIR)
        .select(col("judge"), col(SAMPLE_ID), coalesce(col("reason"), lit(DISAGREE)).as("reason"));
  }

  private static Dataset<Row> singles(Dataset<Row> verdicts) {
    return verdicts
        .filter(col("order").equalTo("single").and(col("rating").isNull()))
        .select(col("judge"), col(SAMPLE_ID), status(verdicts).as("reason"));
  }

  private static Column invalid() {
    return col("decision").equalTo("invalid");
  }

  /** Why a verdict decides nothing: its status, where the table has one. */
  private static Column status(Dataset<Row> verdicts) {
    boolean there = Arrays.asList(verdicts.columns()).contains("status");
    return there
        ? when(col("status").equalTo("ok"), INVALID)
            .otherwise(coalesce(col("status"), lit(INVALID)))
        : lit(INVALID);
  }

  private void add(String judge, Row row, Levels tree) {
    TreeSet<String> models = new TreeSet<>();
    for (String column : List.of(MODEL_A, MODEL_B, "model")) {
      String model = row.getAs(column);
      if (model != null && !model.isBlank() && !Levels.isReserved(model)) {
        models.add(model);
      }
    }
    String scenario = row.getAs("scenario");
    String reason = row.getAs("reason");
    long n = row.getAs("count");
    for (String level : Levels.isReserved(scenario) ? List.of(Levels.ALL) : tree.of(scenario)) {
      for (String model : models) {
        addReason(judge, level, model, reason, n);
        games.merge(List.of(judge, level, model, Levels.ALL), n, Long::sum);
        for (String opponent : models) {
          if (!opponent.equals(model)) {
            games.merge(List.of(judge, level, model, opponent), n, Long::sum);
          }
        }
      }
    }
  }

  private void addReason(String judge, String level, String model, String reason, long n) {
    String key = String.join("\u0000", Levels.key(judge, level), model, reason);
    Reason before = reasons.get(key);
    long all = n + (before == null ? 0 : before.n());
    reasons.put(key, new Reason(judge, level, model, reason, all));
  }

  /** All reasons, in the table's order. */
  Stream<Reason> rows() {
    return reasons.values().stream();
  }

  /**
   * How many rows of a model gave no outcome.
   *
   * @param opponent a model, or {@code all}
   */
  long count(String judge, String level, String model, String opponent) {
    Map<List<String>, Long> counts = games;
    return counts.getOrDefault(List.of(judge, level, model, opponent), 0L);
  }
}
