package io.assize.table;

import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * What a table is: its name, what one of its rows stands for, and its columns, each with its type,
 * its value and its meaning. Schema, rows and the columns' list in docs/tables.md are made of it.
 *
 * @param <T> what a row is made of
 */
public final class Table<T> {
  private final String name;
  private final String oneRow;
  private final List<Field<T>> fields;

  /**
   * A column.
   *
   * @param value of a row; null: none
   * @param meaning a phrase for docs/tables.md
   */
  public record Field<T>(String name, DataType type, Function<T, Object> value, String meaning) {}

  private Table(String name, String oneRow, List<Field<T>> fields) {
    this.name = name;
    this.oneRow = oneRow;
    this.fields = List.copyOf(fields);
  }

  /**
   * A table without columns as yet; one of whatever columns its input has stays so.
   *
   * @param oneRow what a row is, a phrase for docs/tables.md
   */
  public static <T> Table<T> of(String name, String oneRow) {
    return new Table<>(name, oneRow, List.of());
  }

  /** The same with a column of texts. */
  public Table<T> text(String column, Function<T, String> value, String meaning) {
    return with(column, DataTypes.StringType, value::apply, meaning);
  }

  /** The same with a column of texts that come from elsewhere. */
  public Table<T> text(String column, String meaning) {
    return text(column, row -> null, meaning);
  }

  /** The same with a column of numbers that come from elsewhere. */
  public Table<T> number(String column, String meaning) {
    return number(column, row -> null, meaning);
  }

  /** The same with a column of numbers; one that is not finite is none. */
  public Table<T> number(String column, Function<T, Double> value, String meaning) {
    return with(column, DataTypes.DoubleType, row -> finite(value.apply(row)), meaning);
  }

  /** The same with a column of whole numbers of 64 bits. */
  public Table<T> count(String column, Function<T, Long> value, String meaning) {
    return with(column, DataTypes.LongType, value::apply, meaning);
  }

  /** The same with a column of whole numbers of 32 bits. */
  public Table<T> integer(String column, Function<T, Integer> value, String meaning) {
    return with(column, DataTypes.IntegerType, value::apply, meaning);
  }

  /** The same with a column of yes and no. */
  public Table<T> flag(String column, Function<T, Boolean> value, String meaning) {
    return with(column, DataTypes.BooleanType, value::apply, meaning);
  }

  /** The same with a column of moments. */
  public Table<T> time(String column, Function<T, Instant> value, String meaning) {
    return with(column, DataTypes.TimestampType, value::apply, meaning);
  }

  /** The same with a column of lists of whole numbers of 64 bits. */
  public Table<T> counts(String column, Function<T, Collection<Long>> value, String meaning) {
    return with(column, DataTypes.createArrayType(DataTypes.LongType), value::apply, meaning);
  }

  private Table<T> with(String column, DataType type, Function<T, Object> value, String meaning) {
    List<Field<T>> more = new ArrayList<>(fields);
    more.add(new Field<>(column, type, value, meaning));
    return new Table<>(name, oneRow, more);
  }

  private static Double finite(Double value) {
    return value == null || !Double.isFinite(value) ? null : value;
  }

  /** The table's name, which is its folder's. */
  public String name() {
    return name;
  }

  /** What one of its rows is. */
  public String oneRow() {
    return oneRow;
  }

  /** Its columns; none where they are its input's. */
  public List<Field<T>> fields() {
    return fields;
  }

  /** The names of its columns. */
  public List<String> columns() {
    return fields.stream().map(Field::name).toList();
  }

  /** Its schema: every column may be null. */
  public StructType schema() {
    StructType schema = new StructType();
    for (Field<T> field : fields) {
      schema = schema.add(field.name(), field.type());
    }
    return schema;
  }

  /** A row of it. */
  public Row row(T of) {
    return RowFactory.create(
        fields.stream().map(field -> stored(field.value().apply(of))).toArray());
  }

  /** A value as Spark takes it. */
  private static Object stored(Object value) {
    if (value instanceof Instant time) {
      return Timestamp.from(time);
    }
    return value instanceof Collection<?> list ? list.toArray() : value;
  }

  /** A row's values by their columns' names. */
  public Map<String, Object> values(T of) {
    Map<String, Object> values = new LinkedHashMap<>();
    fields.forEach(field -> values.put(field.name(), field.value().apply(of)));
    return values;
  }

  /** A table of some rows. */
  public Dataset<Row> rows(SparkSession spark, List<T> of) {
    return spark.createDataFrame(of.stream().map(this::row).toList(), schema());
  }

  /**
   * Its columns of a table that may lack some, which are then null, and may have others.
   *
   * @param table what was read
   */
  public Dataset<Row> select(Dataset<Row> table) {
    List<String> there = List.of(table.columns());
    return table.select(
        fields.stream()
            .map(
                field ->
                    there.contains(field.name())
                        ? functions.col(field.name())
                        : functions.lit(null).cast(field.type()).as(field.name()))
            .toArray(Column[]::new));
  }

  /** The list of its columns as docs/tables.md has it. */
  public String markdown() {
    StringBuilder text = new StringBuilder("| column | type | what it is |\n|---|---|---|\n");
    for (Field<T> field : fields) {
      text.append(
          String.format(
              Locale.ROOT,
              "| `%s` | %s | %s |\n",
              field.name(),
              words(field.type()),
              field.meaning()));
    }
    return text.toString();
  }

  private static String words(DataType type) {
    return type instanceof ArrayType array
        ? "array of " + words(array.elementType())
        : type.catalogString();
  }
}
