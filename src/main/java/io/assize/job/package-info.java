/**
 * The Spark driver: one class for each verb. {@link io.assize.job.EvaluationJob} reads as a row
 * goes, from the corpus to the tables.
 *
 * <p>May use all but {@code cli}. Used by {@code cli} only.
 */
package io.assize.job;
