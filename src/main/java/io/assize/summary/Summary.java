package io.assize.summary;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What {@link SummaryTable}s are made of.
 *
 * @param levels in one partition, in the tables' order
 * @param ratings single responses: see {@link SummaryInput#ratings}
 * @param outcomes pairs: see {@link SummaryInput#outcomes}
 * @param tree the levels of each scenario
 */
record Summary(
    SparkSession spark,
    JavaRDD<Level> levels,
    Broadcast<Fits> fits,
    Dataset<Row> ratings,
    Dataset<Row> outcomes,
    Levels tree) {

  JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext());
  }
}
