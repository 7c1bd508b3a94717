package io.assize.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigUtil;
import io.assize.config.AssizeConfig;
import io.assize.job.EvaluationJob;
import io.assize.job.RunResult;
import io.assize.testing.LocalSpark;
import java.nio.file.Path;
import java.util.Map;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code bench store} measures: a rebuild that finds its verdicts. */
class GeneratedVerdictsTest {
  @TempDir private Path dir;

  @Test
  void aRunReusesThemAndJudgesTheNewRowsOnly() {
    SparkSession spark = LocalSpark.session();
    GeneratedPairs.write(spark, 20, dir.resolve("corpus").toString());
    GeneratedPairs.write(spark, 23, dir.resolve("grown").toString());

    GeneratedVerdicts.fill(spark, config("corpus"), "A critique.");
    RunResult rebuilt = new EvaluationJob(spark, config("grown"), line -> {}).run();

    assertThat(rebuilt.reused()).isEqualTo(2 * 20);
    assertThat(rebuilt.judged()).isEqualTo(2 * 3);
    assertThat(rebuilt.failed()).isZero();
  }

  private AssizeConfig config(String corpus) {
    return AssizeConfig.parse(
        "assize.judge.kind = length",
        Map.of(
            "assize.corpus.path", quoted(corpus),
            "assize.store.path", quoted("verdicts"),
            "assize.output.dir", quoted("out")));
  }

  private String quoted(String name) {
    return ConfigUtil.quoteString(dir.resolve(name).toString());
  }
}
