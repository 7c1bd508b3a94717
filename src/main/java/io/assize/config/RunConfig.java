package io.assize.config;

/**
 * How the job runs.
 *
 * @param partitions tasks of the judging stage, 0 for a number by the requests
 * @param waveSeconds about how long a wave is judged before it is committed
 * @param maxFailedShare the largest share of failed requests that still is success
 * @param progressSeconds seconds between two lines of progress
 */
public record RunConfig(
    int partitions, int waveSeconds, double maxFailedShare, int progressSeconds) {
  static RunConfig of(Settings settings) {
    return new RunConfig(
        settings.integer("partitions", 0, 1 << 20),
        settings.integer("wave_seconds", 1, 86_400),
        settings.number("max_failed_share", 0, 1),
        settings.integer("progress_seconds", 1, 3600));
  }
}
