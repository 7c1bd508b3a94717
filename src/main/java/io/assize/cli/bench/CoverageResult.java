package io.assize.cli.bench;

/**
 * What {@code bench coverage} prints of one condition, over all boards.
 *
 * @param name what was simulated
 * @param least the least share that is wanted
 * @param most the largest
 * @param boards leaderboards
 * @param intervals in all
 * @param coverage the share that held the truth
 * @param error the Monte-Carlo standard error of the share, boards being independent
 * @param meanWidth NaN where an interval has none
 */
record CoverageResult(
    String name,
    double least,
    double most,
    int boards,
    long intervals,
    double coverage,
    double error,
    double meanWidth) {
  /** Whether the coverage is as wanted. */
  boolean holds() {
    return coverage >= least && coverage <= most;
  }
}
