package io.assize.verdict;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Both orders of a pair become one outcome. Its score for a is the mean over the orders that gave a
 * decision: 1 for a, ½ for a tie, 0 for b, the probability where the judge gives one; null where no
 * order gave one.
 */
public final class Outcomes {
  private Outcomes() {}

  /**
   * From pairwise verdicts: {@code judge, protocol, sample_id, decision_ab, decision_ba} (null
   * where the order was not shown), {@code score_a} (0…1 or null), {@code verdicts}, {@code
   * invalid}, {@code decided} and {@code first_won} (counts of this pair's verdicts).
   */
  public static Dataset<Row> ofPairs(Dataset<Row> verdicts) {
    Column score =
        when(col("decision").equalTo("invalid"), lit(null))
            .otherwise(
                coalesce(
                    col("probability_a"),
                    when(col("decision").equalTo("a"), 1.0)
                        .when(col("decision").equalTo("b"), 0.0)
                        .when(col("decision").equalTo("tie"), 0.5)));
    Column decided = col("decision").isin("a", "b");
    Column first = when(col("order").equalTo("ab"), "a").otherwise("b");
    return verdicts
        .filter(col("order").isin("ab", "ba"))
        .groupBy("judge", "protocol", "sample_id")
        .agg(
            max(when(col("order").equalTo("ab"), col("decision"))).as("decision_ab"),
            max(when(col("order").equalTo("ba"), col("decision"))).as("decision_ba"),
            avg(score).as("score_a"),
            count(lit(1)).as("verdicts"),
            sum(when(col("decision").equalTo("invalid"), 1L).otherwise(0L)).as("invalid"),
            sum(when(decided, 1L).otherwise(0L)).as("decided"),
            sum(when(decided.and(col("decision").equalTo(first)), 1L).otherwise(0L))
                .as("first_won"));
  }
}
