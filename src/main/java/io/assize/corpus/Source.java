package io.assize.corpus;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * Files of one schema, read.
 *
 * @param rows the files' columns; besides, in those of files, {@link #FILE}, and in those of texts
 *     {@link #LINE} and {@link #PROBLEM}
 * @param where a file, for messages
 * @param empty columns that surely have no value here, whatever their type
 * @param odd columns that are there and cannot be read, with what the file says of them
 * @param text whether all values are texts, as in JSON lines and CSV
 */
record Source(
    Dataset<Row> rows, String where, Set<String> empty, Map<String, String> odd, boolean text) {
  /** Whether a file here has the column, with values or without. */
  boolean has(String name) {
    return List.of(rows.columns()).contains(name) || empty.contains(name) || odd.containsKey(name);
  }

  /** The file that a row stands in. */
  static final String FILE = "__assize_file";

  /** How a row begins that is none. */
  static final String LINE = "__assize_line";

  /** Why a row is none; null where it is one. */
  static final String PROBLEM = "__assize_problem";
}
