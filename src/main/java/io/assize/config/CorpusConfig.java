package io.assize.config;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The rows to judge.
 *
 * @param paths files, folders or globs; at least one
 * @param format {@code auto}, {@code parquet}, {@code delta}, {@code jsonl} or {@code csv}
 * @param columns our column name → the user's
 * @param labelValues a label as the user writes it, in lower case → {@code a}, {@code b} or {@code
 *     tie}; these three stand for themselves
 * @param defaultScenario the scenario of a row that names none
 * @param emptyResponse what a response of null is: {@code judge} (an empty answer), {@code lose}
 *     (its model loses, unasked) or {@code quarantine}
 * @param equalResponses what two equal responses are: {@code judge} (a pair like others) or {@code
 *     tie} (unasked)
 * @param sample how many rows to judge, 0 for all
 */
public record CorpusConfig(
    List<String> paths,
    String format,
    Map<String, String> columns,
    Map<String, String> labelValues,
    String defaultScenario,
    String emptyResponse,
    String equalResponses,
    int sample) {

  /**
   * A whole number as a table of floating-point numbers has it, {@code 1.0}; the group is the
   * number.
   */
  public static final String WHOLE = "^(-?[0-9]+)\\.0+$";

  private static final List<String> LABELS = List.of("a", "b", "tie");

  static CorpusConfig of(Settings settings) {
    List<String> paths = settings.texts("path");
    if (paths.isEmpty() || paths.stream().anyMatch(String::isBlank)) {
      throw UserError.configuration(
          "assize.corpus.path is missing: name the files, folders or globs to judge");
    }
    return new CorpusConfig(
        paths,
        settings.choice("format", "auto", "parquet", "delta", "jsonl", "csv"),
        Map.copyOf(settings.section("columns").leaves()),
        labels(settings.section("label_values")),
        scenario(settings),
        settings.choice("empty_response", "judge", "lose", "quarantine"),
        settings.choice("equal_responses", "judge", "tie"),
        settings.integer("sample", 0, Integer.MAX_VALUE));
  }

  /** A corpus in our column names, all else as by default. */
  public static CorpusConfig plain(String path) {
    return new CorpusConfig(
        List.of(path), "auto", Map.of(), labels(Map.of()), "default", "judge", "judge", 0);
  }

  /** The same with another meaning of a null response. */
  public CorpusConfig withEmptyResponse(String meaning) {
    return new CorpusConfig(
        paths, format, columns, labelValues, defaultScenario, meaning, equalResponses, sample);
  }

  /** The same of a corpus in our column names. */
  public CorpusConfig withoutMapping() {
    return new CorpusConfig(
        paths,
        format,
        Map.of(),
        labelValues,
        defaultScenario,
        emptyResponse,
        equalResponses,
        sample);
  }

  /** Whether a scenario or model bears a name that summaries have for themselves. */
  public static boolean reserved(String name) {
    return name.equals("all") || name.startsWith("group:");
  }

  private static String scenario(Settings settings) {
    String name = settings.text("default_scenario").strip();
    if (name.isEmpty() || reserved(name)) {
      throw UserError.configuration(
          "assize.corpus.default_scenario is \"%s\": all, group:… and an empty name are reserved",
          name);
    }
    return name;
  }

  private static Map<String, String> labels(Settings settings) {
    Map<String, List<String>> given = new TreeMap<>();
    LABELS.forEach(label -> given.put(label, settings.texts(label)));
    return labels(given);
  }

  private static Map<String, String> labels(Map<String, List<String>> given) {
    Map<String, String> meanings = new TreeMap<>();
    for (String label : LABELS) {
      List<String> written = new ArrayList<>(given.getOrDefault(label, List.of()));
      written.add(label);
      for (String value : written) {
        String other =
            meanings.put(value.strip().toLowerCase(Locale.ROOT).replaceFirst(WHOLE, "$1"), label);
        if (other != null && !other.equals(label)) {
          throw UserError.configuration(
              "assize.corpus.label_values gives \"%s\" two meanings, %s and %s",
              value, other, label);
        }
      }
    }
    return Map.copyOf(meanings);
  }
}
