package io.assize.config;

/**
 * The judge by length.
 *
 * @param margin a tie within this share of the longer response's words
 */
public record LengthConfig(double margin, int concurrency) implements JudgeSettings {
  /** Reads it from {@code assize.judge}. */
  public static LengthConfig of(Settings settings) {
    return new LengthConfig(settings.number("margin", 0, 1), BatchConfig.of(settings).slots());
  }
}
