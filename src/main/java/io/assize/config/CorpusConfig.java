package io.assize.config;

import java.util.List;
import java.util.Map;

/**
 * The rows to judge.
 *
 * @param paths files, folders or globs of Parquet; at least one
 * @param columns our column name → the user's
 * @param defaultScenario the scenario of a row that names none
 * @param keepEmptyResponses whether an empty response is judged instead of quarantined
 * @param sample how many rows to judge, 0 for all
 */
public record CorpusConfig(
    List<String> paths,
    Map<String, String> columns,
    String defaultScenario,
    boolean keepEmptyResponses,
    int sample) {

  static CorpusConfig of(Settings settings) {
    List<String> paths = settings.texts("path");
    if (paths.isEmpty() || paths.stream().anyMatch(String::isBlank)) {
      throw UserError.configuration(
          "assize.corpus.path is missing: name the Parquet files, folders or globs to judge");
    }
    return new CorpusConfig(
        paths,
        Map.copyOf(settings.section("columns").leaves()),
        settings.text("default_scenario"),
        settings.choice("empty_responses", "quarantine", "keep").equals("keep"),
        settings.integer("sample", 0, Integer.MAX_VALUE));
  }
}
