package io.assize.spark.base;

import java.util.Optional;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.Type;
import org.apache.spark.sql.execution.datasources.parquet.ParquetToSparkSchemaConverter;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;

/** The types that Spark's reader gives Parquet's. */
public final class ParquetTypes {
  private final ParquetToSparkSchemaConverter converter;

  public ParquetTypes() {
    SQLConf conf = new SQLConf();
    conf.setConfString("spark.sql.caseSensitive", "true");
    conf.setConfString("spark.sql.parquet.binaryAsString", "false");
    this.converter = new ParquetToSparkSchemaConverter(conf);
  }

  /**
   * A column's type; none where Spark's reader does not know it.
   *
   * @param schema the name of the whole
   */
  public Optional<DataType> of(String schema, Type field) {
    try {
      return Optional.of(converter.convert(new MessageType(schema, field)).apply(0).dataType());
    } catch (
        @SuppressWarnings("OverlyBroadCatchBlock")
        Exception e) {
      // Scala throws what Java would have declared.
      return Optional.empty();
    }
  }
}
