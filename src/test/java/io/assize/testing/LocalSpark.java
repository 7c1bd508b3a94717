package io.assize.testing;

import io.assize.spark.Sessions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

/** The tests' Spark session: a real one, in this JVM, on two cores. */
public final class LocalSpark {
  private LocalSpark() {}

  /** The session; opened anew where a command has closed it. */
  public static synchronized SparkSession session() {
    return Sessions.open(
        "tests",
        Map.of(
            "spark.master",
            "local[2]",
            "spark.sql.shuffle.partitions",
            "3",
            // Tables here are small: compiling each query takes longer than running it.
            "spark.sql.codegen.wholeStage",
            "false",
            "spark.sql.codegen.factoryMode",
            "NO_CODEGEN"),
        line -> {});
  }

  /** What is held in memory at the moment; Delta's own tables of files among it. */
  public static Set<Integer> persisted() {
    return Set.copyOf(
        JavaSparkContext.fromSparkContext(session().sparkContext()).getPersistentRDDs().keySet());
  }

  /** A table of a schema in DDL. */
  public static Dataset<Row> table(String ddl, Object[]... rows) {
    List<Row> values = Arrays.stream(rows).map(RowFactory::create).toList();
    return session().createDataFrame(values, StructType.fromDDL(ddl));
  }

  /** One row's values, for {@link #table}. */
  public static Object[] row(Object... values) {
    return values;
  }
}
