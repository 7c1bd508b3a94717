/**
 * Judging with a language model over any {@link io.assize.judge.generate.Engine}: think, then
 * decide; a continuous batch of admission, the cache's slots, the plan of each step, and scores of
 * answers.
 *
 * <p>May use what {@code judge} may, and {@code judge.model}; no DJL, no kind of judge, no Spark.
 * Used by kinds that generate.
 */
package io.assize.judge.generate;
