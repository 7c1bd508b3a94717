/**
 * What a verdict is: decision, order, status, outcome and key. {@link io.assize.verdict.Order} is
 * the one place that turns first and second into a and b.
 *
 * <p>Uses nothing of ours and no Spark. May be used by {@code prompt}, {@code judge}, {@code
 * spark}, {@code store}, {@code summary}, {@code job} and {@code cli}.
 */
package io.assize.verdict;
