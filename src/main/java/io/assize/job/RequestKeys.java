package io.assize.job;

import io.assize.config.AssizeConfig;
import io.assize.corpus.CorpusReader;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * What a run of a configuration will look for in its store: whoever stores verdicts under these
 * keys spares the run from judging.
 *
 * @param judge the judge's name, as it stands beside a verdict
 * @param protocol the protocol's name
 * @param keys {@code verdict_key, sample_id, order} of each request, not yet computed
 */
public record RequestKeys(String judge, String protocol, Dataset<Row> keys) {

  /**
   * Of the valid rows of the configured corpus.
   *
   * @throws io.assize.config.UserError where corpus, protocol, taxonomy or judge cannot be used
   */
  public static RequestKeys of(SparkSession spark, AssizeConfig config) {
    JudgeStage stage = JudgeStage.of(spark, config, "");
    Dataset<Row> valid = new CorpusReader(spark).read(config.corpus(), stage.schema()).valid();
    return new RequestKeys(
        stage.spec().name(), stage.maker().protocol().name(), stage.keys(stage.requests(valid)));
  }
}
