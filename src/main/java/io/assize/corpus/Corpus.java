package io.assize.corpus;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;

import io.assize.config.UserError;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.functions;

/**
 * A corpus, checked row by row.
 *
 * @param valid rows fit to be judged, in {@link CorpusSchema}'s columns and types; unknown columns
 *     ride along. A response of null is one whose model loses unasked
 * @param quarantined the other rows in their own column names, each with its file and the reason,
 *     and of a text that is no row its line
 * @param setAside the same rows in {@link CorpusSchema}'s columns, each with the reason and the
 *     scenario that it would have had
 * @param reasons reason → quarantined rows
 * @param rowsRead all rows
 * @param rowsValid rows fit to be judged
 * @param rowsQuarantined rows set aside
 */
public record Corpus(
    Dataset<Row> valid,
    Dataset<Row> quarantined,
    Dataset<Row> setAside,
    Map<String, Long> reasons,
    long rowsRead,
    long rowsValid,
    long rowsQuarantined) {
  private static final int SAID = 3;

  /** The same with its valid rows read from elsewhere. */
  public Corpus withValid(Dataset<Row> rows) {
    return new Corpus(rows, quarantined, setAside, reasons, rowsRead, rowsValid, rowsQuarantined);
  }

  /** How many rows were read, and what was set aside, for what reason and of which models. */
  public String summary() {
    String counts =
        String.format(
            Locale.ROOT,
            "read %d rows: %d to judge, %d quarantined",
            rowsRead,
            rowsValid,
            rowsQuarantined);
    if (rowsQuarantined == 0) {
      return counts;
    }
    Column[] names =
        Stream.of(MODEL_A, MODEL_B, "model")
            .filter(List.of(setAside.columns())::contains)
            .map(functions::col)
            .toArray(Column[]::new);
    List<Row> models =
        setAside
            .select(functions.explode(functions.array_distinct(functions.array(names))).as("model"))
            .filter(functions.col("model").isNotNull())
            .groupBy("model")
            .count()
            .orderBy(functions.col("count").desc(), functions.col("model"))
            .limit(SAID + 1)
            .collectAsList();
    String of =
        models.stream()
            .limit(SAID)
            .map(row -> row.getString(0) + " in " + row.getLong(1))
            .collect(Collectors.joining(", "));
    return counts
        + " ("
        + commonestReasons()
        + ")"
        + (of.isEmpty() ? "" : "; models left out: " + of + byMore(models.size()));
  }

  /**
   * Why no row is left.
   *
   * @param paths of the corpus
   * @param done what was to be done with a row, as {@code judged}
   * @param more what else there is to say of the rows left out, or nothing
   */
  public UserError nothingLeft(List<String> paths, String done, String more) {
    String path = String.join(", ", paths);
    return rowsRead == 0
        ? UserError.failure("the corpus %s has no rows: check its path", path)
        : UserError.failure(
            "no row of the corpus %s can be %s: of %d rows are left out: %s%s",
            path, done, rowsRead, commonestReasons(), more);
  }

  /** The commonest reasons, each with its rows. */
  public String commonestReasons() {
    return byCount()
        .limit(SAID)
        .map(reason -> reason + " " + reasons.get(reason))
        .collect(Collectors.joining(", ", "", byMore(reasons.size())));
  }

  private Stream<String> byCount() {
    return reasons.keySet().stream()
        .sorted(
            Comparator.comparing((String reason) -> -reasons.get(reason))
                .thenComparing(Comparator.naturalOrder()));
  }

  private static String byMore(int all) {
    return all > SAID ? ", …" : "";
  }
}
