package io.assize.spark;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.DeployMessages;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.deploy.master.WorkerInfo;
import org.apache.spark.rpc.RpcAddress;
import org.apache.spark.rpc.RpcEndpointRef;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.reflect.ClassTag$;

/**
 * Says every 30 seconds that a cluster has given no executor, what was asked for, and what a
 * standalone master has: Spark itself waits for ever, and says so in its own log only.
 */
final class ExecutorWait {
  private static final Logger LOG = LoggerFactory.getLogger(ExecutorWait.class);
  private static final long SECONDS = 30;

  private ExecutorWait() {}

  /** Watches a cluster's session as long as it is open; a local one has its executor. */
  static void watch(SparkContext context) {
    if (context.isLocal()) {
      return;
    }
    ScheduledExecutorService clock =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "assize-executor-wait");
              thread.setDaemon(true);
              return thread;
            });
    clock.scheduleWithFixedDelay(
        () -> {
          if (context.isStopped()) {
            clock.shutdown();
          } else if (hasNone(context)) {
            LOG.warn("{}", line(context));
          }
        },
        SECONDS,
        SECONDS,
        TimeUnit.SECONDS);
  }

  /** Whether nothing but the driver is there; with dynamic allocation that is so between stages. */
  static boolean hasNone(SparkContext context) {
    return context.getExecutorMemoryStatus().size() <= 1
        && context.statusTracker().getActiveStageIds().length > 0;
  }

  static String line(SparkContext context) {
    SparkConf conf = context.conf();
    String gpus = conf.get("spark.executor.resource.gpu.amount", "0");
    return String.format(
        Locale.ROOT,
        "no executor yet: asked %s for executors of %s memory, %s%s; %s",
        context.master(),
        conf.get("spark.executor.memory", "1g"),
        cores(conf.get("spark.executor.cores", "all")),
        gpus.equals("0") ? "" : ", gpus " + gpus,
        context.master().startsWith("spark://")
            ? offer(context)
            : "the cluster manager's page tells what it has");
  }

  private static String cores(String number) {
    return number.equals("all") ? "all cores of a worker" : "cores " + number;
  }

  /** What a standalone master has; it answers whatever page it shows. */
  private static String offer(SparkContext context) {
    String address = context.master().split(",", -1)[0];
    try {
      RpcEndpointRef master =
          SparkEnv.get()
              .rpcEnv()
              .setupEndpointRef(RpcAddress.fromSparkURL(address), Master.ENDPOINT_NAME());
      DeployMessages.MasterStateResponse state =
          master.askSync(
              DeployMessages.RequestMasterState$.MODULE$,
              ClassTag$.MODULE$.apply(DeployMessages.MasterStateResponse.class));
      List<WorkerInfo> workers =
          Arrays.stream(state.workers()).filter(WorkerInfo::isAlive).toList();
      return workers.isEmpty()
          ? "the master has no worker"
          : String.format(
              Locale.ROOT,
              "the master has %d workers, with at most %d cores and %d MB free on one",
              workers.size(),
              workers.stream().mapToInt(WorkerInfo::coresFree).max().orElse(0),
              workers.stream().mapToInt(WorkerInfo::memoryFree).max().orElse(0));
    } catch (RuntimeException | LinkageError e) {
      return "the master does not say what it has";
    }
  }
}
