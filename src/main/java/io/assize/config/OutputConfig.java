package io.assize.config;

/**
 * Where the tables go.
 *
 * @param dir the folder
 * @param overwrite whether tables that are there already are replaced
 * @param corpus whether the checked corpus is kept beside the verdicts, in our column names
 * @param verdictsCsv whether the verdicts, too, get a CSV beside them
 */
public record OutputConfig(String dir, boolean overwrite, boolean corpus, boolean verdictsCsv) {
  static OutputConfig of(Settings settings) {
    return new OutputConfig(
        settings.text("dir"),
        settings.flag("overwrite"),
        settings.flag("corpus"),
        settings.flag("verdicts_csv"));
  }
}
