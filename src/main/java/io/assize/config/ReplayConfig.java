package io.assize.config;

/**
 * Recorded outputs.
 *
 * @param recordings their Parquet folder
 */
public record ReplayConfig(String recordings, int concurrency) implements JudgeSettings {
  /** Reads it from {@code assize.judge}. */
  public static ReplayConfig of(Settings settings) {
    return new ReplayConfig(settings.optionalText("recordings"), BatchConfig.of(settings).slots());
  }

  @Override
  public void check(JudgeConfig judge) {
    JudgeSettings.require(
        recordings, "assize.judge.recordings", "the Parquet folder of recorded outputs");
  }
}
