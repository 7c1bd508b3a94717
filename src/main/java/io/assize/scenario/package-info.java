/**
 * Scenarios, the groups they belong to, and what matters in each.
 *
 * <p>May use {@code config} and {@code judge}. May be used by {@code job} and {@code cli}.
 */
package io.assize.scenario;
