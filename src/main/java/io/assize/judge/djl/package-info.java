/**
 * The kind {@code djl}: a language model in this JVM, on DJL's PyTorch engine.
 *
 * <p>May use what {@code judge} may, {@code judge.generate} and {@code judge.model}; alone may use
 * DJL; no Spark. Known to the list of kinds and to benchmarks only.
 */
package io.assize.judge.djl;
