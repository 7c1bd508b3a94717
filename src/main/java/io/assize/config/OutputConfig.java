package io.assize.config;

/**
 * Where the tables go.
 *
 * @param dir the folder
 * @param corpus whether the checked corpus is kept beside the verdicts, in our column names
 * @param verdictsCsv whether the corpus's verdicts, too, get a CSV
 */
public record OutputConfig(String dir, boolean corpus, boolean verdictsCsv) {
  static OutputConfig of(Settings settings) {
    return new OutputConfig(
        settings.text("dir"), settings.flag("corpus"), settings.flag("verdicts_csv"));
  }
}
