package io.assize.corpus.importer;

import java.util.List;
import org.apache.spark.sql.SparkSession;

/**
 * A format of public data with recorded judgments. A new one is a class and its line in {@link
 * #ALL}.
 */
public interface Importer {
  /** Every format. */
  List<Importer> ALL =
      List.of(
          new AutoJImporter(),
          new AlpacaEvalImporter(),
          new JudgeBenchImporter(),
          new PandaLmImporter());

  /**
   * The importer of a format.
   *
   * @throws java.util.NoSuchElementException where there is none
   */
  static Importer of(String format) {
    return ALL.stream().filter(one -> one.format().equals(format)).findFirst().orElseThrow();
  }

  /** What {@code import} calls it. */
  String format();

  /** What it reads, a sentence for its help. */
  String description();

  /**
   * Reads it.
   *
   * @throws io.assize.config.UserError where it is none of this format
   */
  Imported read(SparkSession spark, String input);
}
