/**
 * What everything on Spark stands on: a user's text as a path that Spark and Hadoop are given, what
 * is kept in memory and on executors' disks for a while, and what Spark does not offer in public.
 *
 * <p>May use {@code config}. May be used by {@code table}, {@code corpus}, {@code store}, {@code
 * summary}, {@code spark}, {@code job} and {@code cli}.
 */
package io.assize.spark.base;
