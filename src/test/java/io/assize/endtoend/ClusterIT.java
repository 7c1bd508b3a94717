package io.assize.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.corpus.importer.Importer;
import io.assize.job.DemoCorpus;
import io.assize.job.ImportJob;
import io.assize.table.TableStore;
import io.assize.testing.Cluster;
import io.assize.testing.DemoJudge;
import io.assize.testing.LocalSpark;
import io.assize.testing.Programs;
import io.assize.testing.Programs.Ended;
import io.assize.testing.Programs.Running;
import io.assize.testing.PublicData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real pairs on a real standalone cluster, a master and two worker processes, with the shaded jar
 * under spark-submit: the same verdicts as on local Spark. To the bit, so with a deterministic
 * judge: float32, which processors without AVX-512 judge in, else depends on the rows of a step in
 * a last bit.
 */
@Tag("end-to-end")
class ClusterIT {
  /** Pairs judged; each in both orders. */
  private static final int PAIRS = Integer.getInteger("assize.test.pairs", 6);

  private static final int NEW_TOKENS = Integer.getInteger("assize.test.newTokens", 12);

  @TempDir private Path dir;

  @Test
  void aClusterGivesTheVerdictsOfOneMachineAndLoadsTheModelOnceAnExecutor() throws IOException {
    Path corpus = dir.resolve("autoj");
    new ImportJob(LocalSpark.session())
        .run(Importer.of("autoj"), PublicData.autoJ().toString(), corpus.toString());
    LocalSpark.session().stop();
    Path conf = conf(corpus.resolve("corpus/kind=pairwise"));

    List<String> here = new ArrayList<>(List.of("scripts/assize"));
    here.addAll(command(conf, "local"));
    Ended local = Programs.run(dir, Programs.QUICK, Duration.ofMinutes(20), here);
    assertThat(local.code()).as(local.err()).isZero();
    Ended cluster;
    try (Cluster two = new Cluster(dir)) {
      cluster = two.run(Duration.ofMinutes(20), command(conf, "cluster"));
    }
    assertThat(cluster.code()).as(cluster.err()).isZero();
    assertThat(Programs.foreignLines(cluster.err())).hasSizeLessThan(6);

    Dataset<Row> one = verdicts("local");
    Dataset<Row> other = verdicts("cluster");
    assertThat(one.count()).isEqualTo(2L * PAIRS);
    assertThat(one.select("sample_id", "order").distinct().count()).isEqualTo(2L * PAIRS);
    assertThat(rows(other)).isEqualTo(rows(one));
    for (String table : List.of("win_rates.csv", "agreement.csv")) {
      assertThat(dir.resolve("cluster").resolve(table))
          .hasSameTextualContentAs(dir.resolve("local").resolve(table));
    }
    Row run = LocalSpark.session().read().parquet(dir.resolve("cluster/run").toString()).head();
    assertThat(run.<Long>getAs("judge_instances")).isEqualTo(2);
    assertThat(run.<Long>getAs("model_loads")).isEqualTo(2);
    keep(local, cluster);
  }

  @Test
  void aClusterThatGivesNoExecutorSaysWhatWasAskedForAndWhatItHas() throws IOException {
    DemoCorpus.pairs(LocalSpark.session()).write().parquet(dir.resolve("pairs").toString());
    LocalSpark.session().stop();
    Path conf =
        Files.writeString(
            dir.resolve("length.conf"),
            "assize { corpus.path = \"%s\", judge.kind = length, output.dir = \"%s\" }"
                .formatted(dir.resolve("pairs"), dir.resolve("out")));
    try (Cluster two =
            new Cluster(dir)
                .with("spark.executor.memory", "3g")
                .with("spark.executor.resource.gpu.amount", "1")
                .with("spark.starvation.timeout", "1s");
        Running waiting = two.start(List.of("run", "-c", conf.toString()))) {
      Programs.await(
          waiting,
          "assize: no executor after \\d+ s: asked spark://127.0.0.1:\\d+ for executors of 2 cores,"
              + " 3072 MB, 1 gpu each, 4 cores in all; it has workers: 2 with 2 of 2 cores, 2048 of"
              + " 2048 MB and no GPU free",
          Duration.ofMinutes(5));
    }
  }

  private List<String> command(Path conf, String out) {
    return List.of(
        "run", "-c", conf.toString(), "-D", "assize.output.dir=\"" + dir.resolve(out) + "\"");
  }

  private Path conf(Path corpus) throws IOException {
    return Files.writeString(
        dir.resolve("run.conf"),
        """
        assize {
          corpus { path = "%s", sample = %d }
          protocol = pairwise-brief
          judge {
            kind = djl, model = "%s", max_new_tokens = %d, context_length = 2048, slots = 4, threads = 1,
            deterministic = true
          }
          run { partitions = 8, max_failed_share = 1.0, progress_seconds = 5 }
        }
        """
            .formatted(corpus, PAIRS, DemoJudge.path(), NEW_TOKENS));
  }

  private Dataset<Row> verdicts(String out) {
    return new TableStore(LocalSpark.session(), dir.resolve(out).toString()).read("verdicts");
  }

  /** Everything of a verdict but when it was made and by which run. */
  private static List<String> rows(Dataset<Row> verdicts) {
    return verdicts
        .drop("judged_at", "run_id")
        .orderBy("sample_id", "order")
        .toJSON()
        .collectAsList();
  }

  /** The figures, for whoever reads the test's output. */
  private static void keep(Ended local, Ended cluster) {
    System.out.println("on local Spark:\n" + local.out());
    System.out.println("on the cluster:\n" + cluster.out());
  }
}
