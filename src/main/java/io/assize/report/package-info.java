/**
 * What a person reads of the tables: the leaderboard.
 *
 * <p>May use {@code summary} and {@code table}. Used by {@code cli}; open to {@code job}.
 */
package io.assize.report;
