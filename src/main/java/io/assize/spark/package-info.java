/**
 * Where the judge meets Spark: sessions, devices, the judge of a task, models fetched to a host,
 * progress, and a judge as a Spark ML transformer.
 *
 * <p>May use {@code config}, {@code judge}, {@code spark.base} and {@code verdict}. May be used by
 * {@code job} and {@code cli}.
 */
package io.assize.spark;
