/**
 * The rows to judge: files of four formats read, columns mapped, bad rows set aside with their
 * reasons; and public data as a corpus with recorded outputs.
 *
 * <p>May use {@code config}, {@code storage} and {@code table}. May be used by {@code job} and
 * {@code cli}.
 */
package io.assize.corpus;
