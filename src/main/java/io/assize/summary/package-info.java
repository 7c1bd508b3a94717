/**
 * Verdicts become sums, sums become figures by way of {@code stats}, and figures become tables:
 * each {@link io.assize.summary.SummaryTable} is one class and a line in {@link
 * io.assize.summary.SummaryTables#ALL}.
 *
 * <p>May use {@code store}, {@code spark.base}, {@code verdict}, {@code table} and {@code stats}.
 * May be used by {@code report}, {@code job} and {@code cli}.
 */
package io.assize.summary;
