package io.assize.testing;

import io.assize.testing.Programs.Ended;
import io.assize.testing.Programs.Running;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A real standalone cluster on loopback: a master and two workers, each a process, on which the
 * shaded jar runs under spark-submit.
 */
public final class Cluster implements AutoCloseable {
  private static final Path SPARK = Programs.pythonPackage("pyspark");
  private static final Map<String, String> ENVIRONMENT =
      Map.of("SPARK_LOCAL_IP", "127.0.0.1", "SPARK_HOME", SPARK.toString());

  private static final Map<String, String> SETTINGS =
      Map.of(
          "spark.executor.cores", "2",
          "spark.cores.max", "4",
          "spark.executor.memory", "1500m",
          "spark.scheduler.minRegisteredResourcesRatio", "1.0",
          "spark.scheduler.maxRegisteredResourcesWaitingTime", "120s",
          "spark.locality.wait", "0s",
          "spark.sql.shuffle.partitions", "4",
          "spark.driver.extraJavaOptions", Programs.QUICK_JVM,
          "spark.executor.extraJavaOptions", Programs.QUICK_JVM,
          "spark.ui.enabled", "false");

  private final Path dir;
  private final String master;
  private final Running masterProcess;
  private final List<Running> workers = new ArrayList<>();
  private final List<String> settings = new ArrayList<>();

  /** Starts one; logs and work go into a folder. */
  public Cluster(Path dir) {
    this.dir = dir;
    int port = Programs.freePort();
    this.master = "spark://127.0.0.1:" + port;
    this.masterProcess = serve("org.apache.spark.deploy.master.Master", port, List.of());
    addWorker();
    addWorker();
  }

  /** Adds a setting of Spark to the applications to come. */
  public Cluster with(String key, String value) {
    settings.add("--conf");
    settings.add(key + "=" + value);
    return this;
  }

  /** Adds a worker process. */
  public void addWorker() {
    workers.add(
        serve(
            "org.apache.spark.deploy.worker.Worker",
            Programs.freePort(),
            List.of(
                "--cores",
                "2",
                "--memory",
                "2g",
                "--work-dir",
                dir.resolve("work" + workers.size()).toString(),
                master)));
  }

  private Running serve(String daemon, int port, List<String> more) {
    List<String> command =
        new ArrayList<>(
            List.of(
                SPARK.resolve("bin/spark-class").toString(),
                daemon,
                "--host",
                "127.0.0.1",
                "--port",
                String.valueOf(port),
                "--webui-port",
                String.valueOf(Programs.freePort())));
    command.addAll(more);
    return Programs.serve(dir, ENVIRONMENT, port, command);
  }

  /**
   * The environment of somebody whose {@code spark-submit} knows this cluster, as an
   * administrator's settings make it.
   */
  public Map<String, String> environment() throws IOException {
    StringBuilder defaults = new StringBuilder("spark.master " + master + "\n");
    SETTINGS.forEach((key, value) -> defaults.append(key + " " + value + "\n"));
    Path conf = Files.createDirectories(dir.resolve("spark-conf"));
    Files.writeString(conf.resolve("spark-defaults.conf"), defaults);
    Map<String, String> environment = new HashMap<>(ENVIRONMENT);
    environment.put("SPARK_CONF_DIR", conf.toString());
    return environment;
  }

  /** Runs a command of Assize to its end. */
  public Ended run(Duration limit, List<String> command) {
    return Programs.run(dir, ENVIRONMENT, limit, submit(Map.of(), command));
  }

  /** Starts a command of Assize. */
  public Running start(List<String> command) {
    return start(Map.of(), command);
  }

  /** Starts a command of Assize with settings of Spark of its own. */
  public Running start(Map<String, String> own, List<String> command) {
    return Programs.start(dir, ENVIRONMENT, submit(own, command));
  }

  /** Kills an executor, as kill -9 does. */
  public void killAnExecutor() {
    Programs.kill(anExecutor());
  }

  /** Lets an executor stand still for a while, as a machine does that swaps or is suspended. */
  public void holdAnExecutor(Duration time) {
    ProcessHandle held = anExecutor();
    signal("-STOP", held);
    try {
      Thread.sleep(time.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      // One whose heartbeat was missed for long is killed meanwhile.
      if (held.isAlive()) {
        signal("-CONT", held);
      }
    }
  }

  private void signal(String signal, ProcessHandle process) {
    List<String> kill = List.of("kill", signal, String.valueOf(process.pid()));
    if (Programs.run(dir, Map.of(), Duration.ofMinutes(1), kill).code() != 0) {
      throw new AssertionError("no " + signal + " to " + process.pid());
    }
  }

  private ProcessHandle anExecutor() {
    return workers.stream()
        .flatMap(worker -> worker.process().descendants())
        .filter(process -> commandOf(process).contains("CoarseGrainedExecutorBackend"))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no executor runs"));
  }

  /** Kills a worker and what it started, as the loss of a machine does, and starts another one. */
  public void loseAWorker() {
    Running lost = workers.remove(0);
    List<ProcessHandle> all = lost.process().descendants().toList();
    Programs.kill(lost.process().toHandle());
    all.forEach(Programs::kill);
    addWorker();
  }

  @Override
  public void close() {
    workers.forEach(Running::close);
    masterProcess.close();
  }

  private List<String> submit(Map<String, String> own, List<String> command) {
    List<String> all =
        new ArrayList<>(
            List.of(
                SPARK.resolve("bin/spark-submit").toString(),
                "--master",
                master,
                "--class",
                "io.assize.cli.Assize"));
    SETTINGS.forEach(
        (key, value) -> {
          all.add("--conf");
          all.add(key + "=" + value);
        });
    all.addAll(settings);
    own.forEach((key, value) -> all.addAll(List.of("--conf", key + "=" + value)));
    all.add(System.getProperty("assize.jar"));
    all.addAll(command);
    return all;
  }

  private static String commandOf(ProcessHandle process) {
    return process.info().commandLine().orElse("");
  }
}
