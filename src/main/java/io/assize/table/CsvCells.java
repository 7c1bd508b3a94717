package io.assize.table;

import static org.apache.spark.sql.functions.base64;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.concat;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import java.util.stream.IntStream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.BinaryType;
import org.apache.spark.sql.types.BooleanType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DateType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.NumericType;
import org.apache.spark.sql.types.StringType;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.types.TimestampNTZType;
import org.apache.spark.sql.types.TimestampType;

/**
 * Tables as cells of CSV (RFC 4180 with a header): null is an empty field; what is nested is JSON,
 * bytes are Base64. A text that a spreadsheet would run as a formula (it begins with {@code =},
 * {@code +}, {@code -}, {@code @} or a control character, as a tab) gets a quote before it: {@code
 * '}.
 */
final class CsvCells {
  private static final String FORMULA = "^[=+\\-@\\x00-\\x1f]";

  private CsvCells() {}

  /** The cells of a table of any types and column names. */
  static Dataset<Row> of(Dataset<Row> table) {
    // By their places: names may hold dots and backticks.
    String[] places =
        IntStream.range(0, table.columns().length).mapToObj(i -> "c" + i).toArray(String[]::new);
    Dataset<Row> placed = table.toDF(places);
    Column[] cells =
        IntStream.range(0, places.length)
            .mapToObj(i -> cell(col(places[i]), table.schema().apply(i).dataType()).as(places[i]))
            .toArray(Column[]::new);
    String[] header = table.columns();
    for (int i = 0; i < header.length; i++) {
      header[i] = header[i].matches("(?s)[=+\\-@\\x00-\\x1f].*") ? "'" + header[i] : header[i];
    }
    return placed.select(cells).toDF(header);
  }

  private static Column cell(Column value, DataType type) {
    if (type instanceof StringType) {
      return when(value.rlike(FORMULA), concat(lit("'"), value)).otherwise(value);
    }
    if (type instanceof ArrayType || type instanceof MapType || type instanceof StructType) {
      return to_json(value);
    }
    if (type instanceof BinaryType) {
      return base64(value);
    }
    boolean plain =
        type instanceof NumericType
            || type instanceof BooleanType
            || type instanceof DateType
            || type instanceof TimestampType
            || type instanceof TimestampNTZType;
    return plain ? value : value.cast("string");
  }
}
