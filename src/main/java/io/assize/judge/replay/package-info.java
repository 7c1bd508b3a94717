/**
 * The kind {@code replay}: what another judge said, given back from recordings.
 *
 * <p>May use what {@code judge} may; no Spark. Known to the list of kinds alone.
 */
package io.assize.judge.replay;
