package io.assize.spark.base;

import java.io.Serializable;
import java.util.function.IntPredicate;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.rdd.PartitionPruningRDD;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.catalog.ExternalCatalogUtils;
import org.apache.spark.sql.types.StructType;
import scala.runtime.AbstractFunction1;

/** What Spark does not offer in public, for those who read and write. */
public final class Internals {
  private Internals() {}

  /** Some of a table's partitions. */
  public interface Partitions extends IntPredicate, Serializable {}

  /** Hadoop's settings as the session has them. */
  public static Configuration hadoop(SparkSession spark) {
    return spark.sessionState().newHadoopConf();
  }

  /** A partition's value as its folder's name has it. */
  public static String escaped(String value) {
    return ExternalCatalogUtils.escapePathName(value);
  }

  /** The value of a folder's name. */
  public static String unescaped(String name) {
    return ExternalCatalogUtils.unescapePathName(name);
  }

  /** Some partitions of a table, in their order; the others are not computed. */
  public static Dataset<Row> partitions(
      SparkSession spark, JavaRDD<Row> rows, StructType schema, Partitions wanted) {
    return spark.createDataFrame(
        PartitionPruningRDD.create(rows.rdd(), new Chosen(wanted)), schema);
  }

  private static final class Chosen extends AbstractFunction1<Object, Object>
      implements Serializable {
    private static final long serialVersionUID = 1L;

    private final Partitions wanted;

    Chosen(Partitions wanted) {
      this.wanted = wanted;
    }

    @Override
    public Object apply(Object partition) {
      return wanted.test((Integer) partition);
    }
  }
}
