package io.assize.store;

import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.when;

import io.assize.verdict.Decision;
import io.assize.verdict.OutcomePolicy;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Both orders of a pair side by side; {@link OutcomePolicy} makes one score of them. */
public final class Outcomes {
  private Outcomes() {}

  /**
   * From pairwise verdicts: {@code judge, protocol, sample_id}; {@code ab} and {@code ba}, the
   * decisions as {@link #decision} numbers, null where the order was not shown; {@code
   * probability_ab} and {@code probability_ba}, that a is better, or null.
   */
  public static Dataset<Row> ofPairs(Dataset<Row> verdicts) {
    return verdicts
        .filter(col("order").isin("ab", "ba"))
        .withColumn("number", number())
        .groupBy("judge", "protocol", SAMPLE_ID)
        .agg(
            shown("ab", "number").as("ab"),
            shown("ba", "number").as("ba"),
            shown("ab", PROBABILITY_A).as("probability_ab"),
            shown("ba", PROBABILITY_A).as("probability_ba"));
  }

  private static Column shown(String order, String column) {
    return max(when(col("order").equalTo(order), col(column)));
  }

  /** Numbers, which Spark can add up in place, unlike texts. */
  private static Column number() {
    Column number = lit((int) Decision.INVALID.number());
    for (Decision decision : Decision.values()) {
      number =
          when(col("decision").equalTo(decision.text()), (int) decision.number()).otherwise(number);
    }
    return number.cast("tinyint");
  }

  /** The decision of a number; null of null. */
  public static Decision decision(Byte number) {
    return number == null ? null : Decision.of(number);
  }

  /** The score of a row of {@link #ofPairs}; NaN: none. */
  public static double score(Row row, OutcomePolicy policy) {
    return policy.score(
        decision(row.getAs("ab")),
        decision(row.getAs("ba")),
        probability(row.getAs("probability_ab")),
        probability(row.getAs("probability_ba")));
  }

  private static double probability(Double value) {
    return value == null ? Double.NaN : value;
  }
}
