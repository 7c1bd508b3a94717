package io.assize.spark;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.testing.LocalSpark;
import java.util.List;
import java.util.Map;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.api.java.JavaFutureAction;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.rpc.RpcEnv;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import scala.Option;
import scala.Tuple3;

/** A real standalone master that has no worker. */
class ExecutorWaitTest {
  @Test
  void whoGetsNoExecutorIsToldWhatWasAskedForAndWhatTheMasterHas() throws InterruptedException {
    LocalSpark.session().stop();
    Tuple3<RpcEnv, Object, Option<Object>> master =
        Master.startRpcEnvAndEndpoint("127.0.0.1", 0, 0, new SparkConf());
    String address = "spark://" + master._1().address().hostPort();
    Map<String, String> settings =
        Map.of(
            "spark.master", address,
            "spark.ui.enabled", "false",
            "spark.driver.host", "127.0.0.1",
            "spark.executor.memory", "64g",
            "spark.executor.cores", "3",
            "spark.executor.resource.gpu.amount", "1",
            "spark.task.resource.gpu.amount", "1");
    try (SparkSession spark = Sessions.open("waits", settings)) {
      SparkContext context = spark.sparkContext();
      assertThat(ExecutorWait.hasNone(context)).as("nothing is waiting yet").isFalse();
      JavaFutureAction<Long> job =
          JavaSparkContext.fromSparkContext(context).parallelize(List.of(1)).countAsync();
      while (context.statusTracker().getActiveStageIds().length == 0) {
        Thread.sleep(20);
      }
      assertThat(ExecutorWait.hasNone(context)).isTrue();
      assertThat(ExecutorWait.line(context))
          .isEqualTo(
              "no executor yet: asked "
                  + address
                  + " for executors of 64g memory, cores 3, gpus 1; the master has no worker");
      job.cancel(true);
    } finally {
      master._1().shutdown();
    }
  }
}
