package io.assize.corpus;

import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;

import io.assize.config.UserError;
import io.assize.table.TableStore;
import java.util.Arrays;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/** Recorded outputs of a judge: texts, or decisions and probabilities of the corpus's a and b. */
public final class Recordings {
  /** The table; what may be null may be absent. */
  public static final StructType SCHEMA =
      StructType.fromDDL(
          "sample_id STRING NOT NULL, `order` STRING NOT NULL, output STRING, decision STRING,"
              + " probability_a DOUBLE, rating DOUBLE");

  private Recordings() {}

  /** Reads them, as {@link #SCHEMA}. */
  public static Dataset<Row> read(SparkSession spark, String path) {
    Dataset<Row> found = TableStore.read(spark, path, "recordings");
    for (StructField field : SCHEMA.fields()) {
      boolean there = Arrays.asList(found.columns()).contains(field.name());
      if (!there && !field.nullable()) {
        throw UserError.configuration("recordings %s lack the column %s", path, field.name());
      }
      Column value = there ? col(field.name()) : lit(null);
      found = found.withColumn(field.name(), value.cast(field.dataType()));
    }
    return found.select(
        Arrays.stream(SCHEMA.fieldNames()).map(functions::col).toArray(Column[]::new));
  }
}
