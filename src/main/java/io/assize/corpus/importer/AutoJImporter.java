package io.assize.corpus.importer;

import java.util.List;
import org.apache.spark.sql.SparkSession;

/** {@code autoj}: the test sets of Auto-J and the outputs of its 13B judge. */
final class AutoJImporter implements Importer {
  private static final String JUDGE = "auto-j-13b";

  @Override
  public String format() {
    return "autoj";
  }

  @Override
  public String description() {
    return "Auto-J's test sets and the outputs recorded for them.";
  }

  @Override
  public Imported read(SparkSession spark, String input) {
    AutoJData data = new AutoJData(spark, input);
    return new Imported(
        data.pairwiseCorpus(),
        data.singleCorpus(),
        null,
        List.of(
            new Imported.Recorded(
                JUDGE, "both", data.pairwiseRecordings().union(data.singleRecordings()))));
  }
}
