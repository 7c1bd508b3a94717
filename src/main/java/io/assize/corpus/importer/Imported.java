package io.assize.corpus.importer;

import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/**
 * What a format holds.
 *
 * @param pairs a pairwise corpus
 * @param singles a single corpus; null: there is none
 * @param quarantined rows that are of neither, with their reason; null: there are none
 * @param judges what judges said, one for each
 */
public record Imported(
    Dataset<Row> pairs, Dataset<Row> singles, Dataset<Row> quarantined, List<Recorded> judges) {
  public Imported {
    judges = List.copyOf(judges);
  }

  /**
   * What one judge said.
   *
   * @param judge its name
   * @param orders of pairs that it saw: {@code both}, {@code ab} or {@code ba}
   * @param recordings as {@link io.assize.corpus.Recordings}
   */
  public record Recorded(String judge, String orders, Dataset<Row> recordings) {}
}
