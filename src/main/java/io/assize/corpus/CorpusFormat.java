package io.assize.corpus;

import java.util.Locale;
import java.util.regex.Pattern;

/** How a corpus lies on disk. */
enum CorpusFormat {
  PARQUET("Parquet", "\\.(parquet|parq|pq)$"),
  /** A table, known by its log. */
  DELTA("Delta", "(?!)"),
  /** A JSON object on each line. */
  JSONL("JSON lines", "\\.(jsonl|ndjson|json)(\\.(gz|bz2|zst|zstd|lz4|snappy|deflate))?$"),
  /** RFC 4180 with a header. */
  CSV("CSV", "\\.csv(\\.(gz|bz2|zst|zstd|lz4|snappy|deflate))?$");

  private final String said;

  @SuppressWarnings("ImmutableEnumChecker") // A Pattern is immutable.
  private final Pattern names;

  CorpusFormat(String said, String names) {
    this.said = said;
    this.names = Pattern.compile(names);
  }

  /** As a person calls it. */
  String said() {
    return said;
  }

  /** As the configuration calls it. */
  String key() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The format that a file's name tells; null for none. */
  static CorpusFormat ofName(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    for (CorpusFormat format : values()) {
      if (format.names.matcher(lower).find()) {
        return format;
      }
    }
    return null;
  }

  /** The format that the configuration names; null for auto. */
  static CorpusFormat ofKey(String key) {
    return key.equals("auto") ? null : valueOf(key.toUpperCase(Locale.ROOT));
  }

  /** Whether a name may as well be a description that lies beside the data. */
  static boolean mayDescribe(String name) {
    return name.toLowerCase(Locale.ROOT).endsWith(".json");
  }
}
