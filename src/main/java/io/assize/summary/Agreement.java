package io.assize.summary;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.udf;
import static org.apache.spark.sql.functions.when;

import io.assize.stats.Kappa;
import io.assize.stats.LengthBaseline;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF2;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * The table {@code agreement}: how far the judge decides as people do, beside the length baseline.
 *
 * <p>{@code n}, {@code agreement}, {@code agreement_first_order}, {@code kappa} and {@code
 * length_baseline_agreement} are over the labelled rows. A judge that saw both orders agrees on a
 * row only where both of its decisions are the label (the rule of Auto-J, Li et al. 2024). {@code
 * consistency} is over all rows seen in both orders; {@code first_position_rate} is the share of
 * verdicts for the response shown first among those for one response; {@code invalid_rate} is over
 * all verdicts. A share of nothing is null.
 */
public final class Agreement {
  private static final StructType SCHEMA =
      StructType.fromDDL(
          "judge STRING, scenario STRING, n BIGINT, agreement DOUBLE, agreement_first_order DOUBLE,"
              + " consistency DOUBLE, kappa DOUBLE, first_position_rate DOUBLE, invalid_rate DOUBLE,"
              + " length_baseline_agreement DOUBLE");

  private static final List<String> LABELS = List.of("a", "b", "tie");
  private static final List<String> DECISIONS = List.of("a", "b", "tie", "invalid");

  private static final UserDefinedFunction LONGER =
      udf((UDF2<String, String, String>) Agreement::longer, DataTypes.StringType);

  private Agreement() {}

  /**
   * The table, sorted.
   *
   * @param games judged pairs: judge, scenario, label, response_a, response_b, and the columns of
   *     the outcomes
   * @param groups scenario → group
   */
  public static Dataset<Row> of(Dataset<Row> games, Map<String, String> groups) {
    Dataset<Row> counts =
        games
            .withColumn("both", col("decision_ab").isNotNull().and(col("decision_ba").isNotNull()))
            .withColumn("outcome", outcome())
            .withColumn("baseline", LONGER.apply(col("response_a"), col("response_b")))
            .groupBy("judge", "scenario")
            .agg(lit(0L).as("zero"), sums());
    List<Column> rolled = new ArrayList<>();
    for (String name : counts.columns()) {
      if (!List.of("judge", "scenario", "zero").contains(name)) {
        rolled.add(sum(name).as(name));
      }
    }
    return new Scenarios(groups)
        .rollUp(counts)
        .groupBy("judge", "scenario")
        .agg(lit(0L).as("zero"), rolled.toArray(new Column[0]))
        .map((MapFunction<Row, Row>) Agreement::estimate, Encoders.row(SCHEMA))
        .orderBy(Scenarios.order("scenario"));
  }

  /** Both orders as one decision: where they differ, a tie; where neither decided, invalid. */
  private static Column outcome() {
    Column ab = col("decision_ab");
    Column ba = col("decision_ba");
    return when(col("both").and(ab.equalTo(ba)), ab)
        .when(col("both").and(ab.equalTo("invalid")), ba)
        .when(col("both").and(ba.equalTo("invalid")), ab)
        .when(col("both"), lit("tie"))
        .otherwise(coalesce(ab, ba));
  }

  private static Column[] sums() {
    Column labelled = col("label").isNotNull();
    Column ab = col("decision_ab");
    Column agrees =
        when(col("both"), ab.equalTo(col("label")).and(col("decision_ba").equalTo(col("label"))))
            .otherwise(col("outcome").equalTo(col("label")));
    Column first = coalesce(ab, col("decision_ba"));
    Column consistent = col("both").and(ab.equalTo(col("decision_ba"))).and(ab.notEqual("invalid"));
    List<Column> sums = new ArrayList<>();
    sums.add(tally("n", labelled));
    sums.add(tally("agree", labelled.and(agrees)));
    sums.add(tally("agree_first", labelled.and(first.equalTo(col("label")))));
    sums.add(tally("agree_length", labelled.and(col("baseline").equalTo(col("label")))));
    sums.add(tally("both", col("both")));
    sums.add(tally("consistent", consistent));
    sums.add(sum("decided").as("decided"));
    sums.add(sum("first_won").as("first_won"));
    sums.add(sum("verdicts").as("verdicts"));
    sums.add(sum("invalid").as("invalid"));
    for (String decision : DECISIONS) {
      for (String label : LABELS) {
        Column cell = col("outcome").equalTo(decision).and(col("label").equalTo(label));
        sums.add(tally(decision + "_" + label, cell));
      }
    }
    return sums.toArray(new Column[0]);
  }

  private static Column tally(String name, Column condition) {
    return count(when(condition, lit(1))).as(name);
  }

  private static Row estimate(Row row) {
    long n = row.getAs("n");
    long[][] table = new long[DECISIONS.size()][DECISIONS.size()];
    for (int i = 0; i < DECISIONS.size(); i++) {
      for (int j = 0; j < LABELS.size(); j++) {
        table[i][j] = row.<Long>getAs(DECISIONS.get(i) + "_" + LABELS.get(j));
      }
    }
    double kappa = n == 0 ? Double.NaN : Kappa.of(table);
    return RowFactory.create(
        row.getAs("judge"),
        row.getAs("scenario"),
        n,
        share(row, "agree", "n"),
        share(row, "agree_first", "n"),
        share(row, "consistent", "both"),
        Double.isNaN(kappa) ? null : kappa,
        share(row, "first_won", "decided"),
        share(row, "invalid", "verdicts"),
        share(row, "agree_length", "n"));
  }

  private static Double share(Row row, String part, String whole) {
    long of = row.getAs(whole);
    return of == 0 ? null : (double) row.<Long>getAs(part) / of;
  }

  private static String longer(String a, String b) {
    int sign =
        LengthBaseline.compare(
            LengthBaseline.words(a), LengthBaseline.words(b), LengthBaseline.MARGIN);
    return sign > 0 ? "a" : sign < 0 ? "b" : "tie";
  }
}
