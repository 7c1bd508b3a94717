/**
 * Public data as a corpus with recorded outputs: one class a format, behind {@link
 * io.assize.corpus.importer.Importer}.
 *
 * <p>Its walls are those of {@code corpus}.
 */
package io.assize.corpus.importer;
