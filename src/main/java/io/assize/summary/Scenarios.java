package io.assize.summary;

import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.array_compact;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.element_at;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.map;
import static org.apache.spark.sql.functions.when;

import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * The levels at which every table has rows: a scenario, its group as {@code group:NAME}, and all.
 */
final class Scenarios {
  static final String ALL = "all";
  private static final String GROUP = "group:";

  private final Column levels;

  /** Takes scenario → group. */
  Scenarios(Map<String, String> groups) {
    Column scenario = col("scenario");
    Column[] pairs =
        new TreeMap<>(groups)
            .entrySet().stream()
                .flatMap(e -> Stream.of(lit(e.getKey()), lit(GROUP + e.getValue())))
                .toArray(Column[]::new);
    Column group = pairs.length == 0 ? lit(null).cast("string") : element_at(map(pairs), scenario);
    this.levels = array_compact(array(scenario, group, lit(ALL)));
  }

  /** Each row once for its scenario, once for the scenario's group, once for all. */
  Dataset<Row> rollUp(Dataset<Row> rows) {
    return rows.withColumn("scenario", explode(levels));
  }

  /** Sorts a table's rows: scenarios by name, then groups, then all. */
  static Column[] order(String... columns) {
    Column[] order = new Column[columns.length + 2];
    order[0] = col("judge");
    order[1] =
        when(col("scenario").equalTo(ALL), 2)
            .when(col("scenario").startsWith(GROUP), 1)
            .otherwise(0);
    for (int i = 0; i < columns.length; i++) {
      order[i + 2] = col(columns[i]);
    }
    return order;
  }
}
