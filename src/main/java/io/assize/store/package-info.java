/**
 * The durable verdicts of all runs, as a Delta table or plain Parquet: added in commits and never
 * changed; and the rule which of several verdicts counts.
 *
 * <p>May use {@code config}, {@code spark.base}, {@code table} and {@code verdict}. May be used by
 * {@code summary}, {@code job} and {@code cli}.
 */
package io.assize.store;
