/**
 * The rows to judge: files of four formats read, columns mapped, bad rows set aside with their
 * reasons.
 *
 * <p>May use {@code config}, {@code spark.base} and {@code table}. May be used by {@code job} and
 * {@code cli}.
 */
package io.assize.corpus;
