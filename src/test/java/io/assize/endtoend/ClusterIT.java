package io.assize.endtoend;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.job.ImportJob;
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
import java.util.Map;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Real pairs on a real standalone cluster, a master and two worker processes, with the shaded jar
 * under spark-submit: the same verdicts as on local Spark.
 */
@Tag("end-to-end")
class ClusterIT {
  /** Pairs judged; each in both orders. */
  private static final int PAIRS = Integer.getInteger("assize.test.pairs", 12);

  private static final int NEW_TOKENS = Integer.getInteger("assize.test.newTokens", 24);

  private static final Path SPARK = Programs.pythonPackage("pyspark");

  @TempDir private Path dir;

  @Test
  void aClusterGivesTheVerdictsOfOneMachineAndLoadsTheModelOnceAnExecutor() throws IOException {
    Path corpus = dir.resolve("autoj");
    new ImportJob(LocalSpark.session()).autoJ(PublicData.autoJ().toString(), corpus.toString());
    LocalSpark.session().stop();
    Path conf = conf(corpus.resolve("corpus/kind=pairwise"));

    Ended local = assize(List.of("scripts/assize"), conf, "local");
    assertThat(local.code()).as(local.err()).isZero();
    Ended cluster = onCluster(conf);
    assertThat(cluster.code()).as(cluster.err()).isZero();

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

  private Ended onCluster(Path conf) {
    int port = Programs.freePort();
    int ui = Programs.freePort();
    Map<String, String> environment =
        Map.of("SPARK_LOCAL_IP", "127.0.0.1", "SPARK_HOME", SPARK.toString());
    String master = "spark://127.0.0.1:" + port;
    List<Running> programs = new ArrayList<>();
    try {
      programs.add(
          Programs.serve(
              dir,
              environment,
              port,
              List.of(
                  SPARK.resolve("bin/spark-class").toString(),
                  "org.apache.spark.deploy.master.Master",
                  "--host",
                  "127.0.0.1",
                  "--port",
                  String.valueOf(port),
                  "--webui-port",
                  String.valueOf(ui))));
      for (int i = 0; i < 2; i++) {
        int workerPort = Programs.freePort();
        programs.add(
            Programs.serve(
                dir,
                environment,
                workerPort,
                List.of(
                    SPARK.resolve("bin/spark-class").toString(),
                    "org.apache.spark.deploy.worker.Worker",
                    "--host",
                    "127.0.0.1",
                    "--port",
                    String.valueOf(workerPort),
                    "--webui-port",
                    String.valueOf(Programs.freePort()),
                    "--cores",
                    "2",
                    "--memory",
                    "2g",
                    "--work-dir",
                    dir.resolve("work" + i).toString(),
                    master)));
      }
      return assize(
          List.of(
              SPARK.resolve("bin/spark-submit").toString(),
              "--master",
              master,
              "--class",
              "io.assize.cli.Assize",
              "--conf",
              "spark.executor.cores=2",
              "--conf",
              "spark.cores.max=4",
              "--conf",
              "spark.executor.memory=1500m",
              "--conf",
              "spark.scheduler.minRegisteredResourcesRatio=1.0",
              "--conf",
              "spark.scheduler.maxRegisteredResourcesWaitingTime=120s",
              "--conf",
              "spark.locality.wait=0s",
              "--conf",
              "spark.ui.enabled=false",
              System.getProperty("assize.jar")),
          conf,
          "cluster");
    } finally {
      programs.forEach(Running::close);
    }
  }

  private Ended assize(List<String> program, Path conf, String out) {
    List<String> command = new ArrayList<>(program);
    command.addAll(
        List.of(
            "run", "-c", conf.toString(), "-D", "assize.output.dir=\"" + dir.resolve(out) + "\""));
    return Programs.run(
        dir, Map.of("SPARK_LOCAL_IP", "127.0.0.1"), Duration.ofMinutes(20), command);
  }

  private Path conf(Path corpus) throws IOException {
    return Files.writeString(
        dir.resolve("run.conf"),
        """
        assize {
          corpus { path = "%s", sample = %d, empty_responses = keep }
          protocol = pairwise-brief
          judge { kind = djl, model = "%s", max_new_tokens = %d, context_length = 2048, slots = 8 }
          run { partitions = 8, max_failed_share = 1.0, progress_seconds = 5 }
        }
        """
            .formatted(corpus, PAIRS, DemoJudge.path(), NEW_TOKENS));
  }

  private Dataset<Row> verdicts(String out) {
    return LocalSpark.session().read().parquet(dir.resolve(out).resolve("verdicts").toString());
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
