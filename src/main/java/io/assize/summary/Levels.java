package io.assize.summary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.udf;

import io.assize.table.Table;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;

/**
 * The levels at which tables have rows: a scenario, its group as {@code group:NAME}, and all.
 *
 * @param groups scenario → group
 */
record Levels(Map<String, String> groups) implements Serializable {
  static final String ALL = "all";

  /** What the column {@code judge} is, for docs/tables.md. */
  static final String JUDGE_MEANING = "the judge's name";

  /** What the column {@code scenario} is. */
  static final String SCENARIO_MEANING = "a scenario, `group:NAME`, or `all`";

  static final String GROUP = "group:";

  /** The levels that a scenario's games count in. */
  List<String> of(String scenario) {
    List<String> levels = new ArrayList<>(List.of(scenario));
    String group = groups.get(scenario);
    if (group != null) {
      levels.add(GROUP + group);
    }
    levels.add(ALL);
    return levels;
  }

  /** A row for each level of a column of scenarios. */
  Column each(Column scenario) {
    UDF1<String, String[]> levels = name -> of(name).toArray(new String[0]);
    return explode(udf(levels, DataTypes.createArrayType(DataTypes.StringType)).apply(scenario));
  }

  /** A table of levels with the columns that tell them. */
  static <T> Table<T> columns(Table<T> table, Function<T, Level> level) {
    return table
        .text("judge", row -> level.apply(row).judge(), JUDGE_MEANING)
        .text("scenario", row -> level.apply(row).name(), SCENARIO_MEANING);
  }

  /** Sorts rows as {@link #key} does, then by columns. */
  static Column[] order(String... columns) {
    UserDefinedFunction rank = udf((UDF1<String, Integer>) Levels::rank, DataTypes.IntegerType);
    return Stream.concat(
            Stream.of(col("judge"), rank.apply(col("scenario")), col("scenario")),
            Arrays.stream(columns).map(functions::col))
        .toArray(Column[]::new);
  }

  /** Sorts by judge, then scenarios by name, then groups, then all. */
  static String key(String judge, String level) {
    return judge + "\u0000" + rank(level) + level;
  }

  /** Whether a name is one of a level that sums up others: no scenario and no model may bear it. */
  static boolean isReserved(String name) {
    return rank(name) > 0;
  }

  static int rank(String level) {
    return level.equals(ALL) ? 2 : level.startsWith(GROUP) ? 1 : 0;
  }
}
