/**
 * The kind {@code length}: the longer response wins. It needs no model and is the yardstick of
 * others.
 *
 * <p>May use what {@code judge} may; no Spark. Known to the list of kinds alone.
 */
package io.assize.judge.length;
