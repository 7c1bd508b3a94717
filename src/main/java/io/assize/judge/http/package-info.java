/**
 * The kind {@code http}: a language model behind an OpenAI-compatible endpoint.
 *
 * <p>May use what {@code judge} may; no Spark. Known to the list of kinds alone.
 */
package io.assize.judge.http;
