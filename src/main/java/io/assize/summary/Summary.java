package io.assize.summary;

import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.SparkSession;

/**
 * What {@link SummaryTable}s are made of.
 *
 * @param levels in one partition, in the tables' order
 * @param input for what levels do not hold
 * @param tree the levels of each scenario
 */
record Summary(
    SparkSession spark,
    JavaRDD<Level> levels,
    Broadcast<Fits> fits,
    SummaryInput input,
    Levels tree) {

  JavaSparkContext context() {
    return JavaSparkContext.fromSparkContext(spark.sparkContext());
  }
}
