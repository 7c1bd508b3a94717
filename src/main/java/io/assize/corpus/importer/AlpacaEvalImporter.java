package io.assize.corpus.importer;

import io.assize.config.UserError;
import java.util.List;
import org.apache.spark.sql.SparkSession;

/** {@code alpaca-eval}: AlpacaEval's annotations, each annotator a judge. */
final class AlpacaEvalImporter implements Importer {
  @Override
  public String format() {
    return "alpaca-eval";
  }

  @Override
  public String description() {
    return "AlpacaEval's annotations: a file or a folder, plain or gzip.";
  }

  @Override
  public Imported read(SparkSession spark, String input) {
    AlpacaEvalData data = new AlpacaEvalData(spark, input);
    List<Imported.Recorded> judges =
        data.annotators().stream()
            .map(name -> new Imported.Recorded(name, "ab", data.recordings(name)))
            .toList();
    if (judges.isEmpty()) {
      throw UserError.configuration(
          "input %s holds no annotation with a preference: name AlpacaEval's annotations", input);
    }
    return new Imported(data.corpus().distinct(), null, data.quarantined(), judges);
  }
}
