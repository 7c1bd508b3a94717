/**
 * The benchmarks, beside peers where there are some, with all that they generate and simulate.
 *
 * <p>May use everything, and kinds of judge by name, since a benchmark is of one kind. Used by
 * {@code cli} only.
 */
package io.assize.cli.bench;
