package io.assize.config;

/**
 * Where verdicts are kept for good.
 *
 * @param path the folder; null: {@code verdicts} in the output's
 * @param format {@code delta} or {@code parquet}
 */
public record StoreConfig(String path, String format) {
  static StoreConfig of(Settings settings) {
    return new StoreConfig(
        settings.optionalText("path"), settings.choice("format", "delta", "parquet"));
  }

  /** The folder, for tables that go to {@code output}. */
  public String pathIn(String output) {
    return path == null ? output + "/verdicts" : path;
  }
}
