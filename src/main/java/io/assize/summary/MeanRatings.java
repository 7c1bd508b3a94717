package io.assize.summary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import java.io.Serializable;
import java.math.BigDecimal;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** Mean ratings of single responses, by judge, level and model. Sums are exact. */
final class MeanRatings implements Serializable {
  private static final long serialVersionUID = 1;
  private static final String EXACT = "decimal(38,9)";

  /** A judge's level. */
  record Key(String judge, String level) implements Comparable<Key>, Serializable {
    @Override
    public int compareTo(Key other) {
      return Levels.key(judge, level).compareTo(Levels.key(other.judge, other.level));
    }
  }

  /**
   * A model's ratings.
   *
   * @param n ratings by the judge
   * @param sum of them
   * @param both responses that people rated, too
   * @param judged the sum of the judge's ratings of these
   * @param people the sum of people's
   */
  record Sum(long n, BigDecimal sum, long both, BigDecimal judged, BigDecimal people)
      implements Serializable {

    Sum plus(Sum other) {
      return new Sum(
          n + other.n,
          sum.add(other.sum),
          both + other.both,
          judged.add(other.judged),
          people.add(other.people));
    }

    double mean() {
      return sum.doubleValue() / n;
    }

    /** Of the responses that people rated, too; NaN: none. */
    double judgedMean() {
      return judged.doubleValue() / both;
    }

    /** People's mean rating; NaN: none. */
    double peopleMean() {
      return people.doubleValue() / both;
    }
  }

  private final TreeMap<Key, TreeMap<String, Sum>> sums = new TreeMap<>();

  /**
   * Sums up.
   *
   * @param ratings judge, scenario, model, rating, person; a rating of null is none
   */
  static MeanRatings of(Dataset<Row> ratings, Levels tree) {
    MeanRatings means = new MeanRatings();
    Column both = col("person").isNotNull();
    ratings
        .filter(col("rating").isNotNull().and(col("model").isNotNull()))
        .groupBy("judge", "scenario", "model")
        .agg(
            count(lit(1)),
            exact(col("rating")),
            count(when(both, 1)),
            exact(when(both, col("rating")).otherwise(0)),
            exact(when(both, col("person")).otherwise(0)))
        .collectAsList()
        .forEach(
            row ->
                tree.of(row.getString(1))
                    .forEach(
                        level ->
                            means.add(
                                new Key(row.getString(0), level),
                                row.getString(2),
                                new Sum(
                                    row.getLong(3),
                                    row.getDecimal(4),
                                    row.getLong(5),
                                    row.getDecimal(6),
                                    row.getDecimal(7)))));
    return means;
  }

  private static Column exact(Column number) {
    return sum(number.cast(EXACT));
  }

  private void add(Key key, String model, Sum sum) {
    sums.computeIfAbsent(key, k -> new TreeMap<>()).merge(model, sum, Sum::plus);
  }

  /** The levels with a rating. */
  Set<Key> levels() {
    return sums.keySet();
  }

  /** The models of a level; none where it has no rating. */
  Map<String, Sum> of(String judge, String level) {
    return sums.getOrDefault(new Key(judge, level), new TreeMap<>());
  }
}
