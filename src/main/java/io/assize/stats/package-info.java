/**
 * Estimators, as pure functions: each cites its equation and is tested against a published number
 * or another implementation.
 *
 * <p>Uses nothing of ours and no Spark. May be used by {@code judge}, {@code summary}, {@code job}
 * and {@code cli}.
 */
package io.assize.stats;
