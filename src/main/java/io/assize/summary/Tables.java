package io.assize.summary;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.when;

import org.apache.spark.sql.Column;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** What the tables' makers share. */
final class Tables {
  private Tables() {}

  /** Sorts a table's rows: scenarios by name, then groups, then all; then by columns. */
  static Column[] order(String... columns) {
    Column[] order = new Column[columns.length + 3];
    order[0] = col("judge");
    order[1] =
        when(col("scenario").equalTo(Levels.ALL), 2)
            .when(col("scenario").startsWith(Levels.GROUP), 1)
            .otherwise(0);
    order[2] = col("scenario");
    for (int i = 0; i < columns.length; i++) {
      order[i + 3] = col(columns[i]);
    }
    return order;
  }

  /** Null where there is no value. */
  static Double known(double value) {
    return Double.isNaN(value) ? null : value;
  }

  /** The row with null wherever a figure is no number, as a mean of nothing. */
  static Row finite(Row row) {
    Object[] values = new Object[row.size()];
    for (int i = 0; i < values.length; i++) {
      Object value = row.get(i);
      values[i] = value instanceof Double d && !Double.isFinite(d) ? null : value;
    }
    return RowFactory.create(values);
  }

  static Double share(long part, long whole) {
    return whole == 0 ? null : (double) part / whole;
  }
}
