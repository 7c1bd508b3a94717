package io.assize.spark;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkEnv;
import org.apache.spark.deploy.DeployMessages.MasterStateResponse;
import org.apache.spark.deploy.DeployMessages.RequestMasterState$;
import org.apache.spark.deploy.master.Master;
import org.apache.spark.deploy.master.WorkerInfo;
import org.apache.spark.resource.ResourceInformation;
import org.apache.spark.rpc.RpcAddress;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import scala.collection.JavaConverters;
import scala.reflect.ClassTag$;

/**
 * What a standalone cluster has: the master tells its workers in Spark's own protocol, and what is
 * free of them on its page, where that can be reached from here.
 */
final class StandaloneMaster {
  private static final Logger LOG = LoggerFactory.getLogger(StandaloneMaster.class);
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final int SHOWN = 3;

  private StandaloneMaster() {}

  /** A worker's size, and what is free of it where that is known. */
  private record Worker(String text, int cores, long memory) {}

  /** What the master offers, for people; empty where the cluster is of another kind. */
  static Optional<String> offer(SparkContext context) {
    String master = context.master();
    if (!master.startsWith("spark://")) {
      return Optional.empty();
    }
    for (String address : master.substring("spark://".length()).split(",", -1)) {
      try {
        WorkerInfo[] workers = ask(address);
        if (workers != null) {
          return Optional.of(text(workers));
        }
      } catch (RuntimeException | LinkageError e) {
        LOG.info("{} does not tell its workers", address, e);
      }
    }
    return Optional.of("it does not answer: see its page, or whether it runs");
  }

  /** The workers that are alive; null where this master is not the one in charge. */
  private static WorkerInfo[] ask(String address) {
    URI uri = URI.create("spark://" + address);
    MasterStateResponse state =
        SparkEnv.get()
            .rpcEnv()
            .setupEndpointRef(new RpcAddress(uri.getHost(), uri.getPort()), Master.ENDPOINT_NAME())
            .askSync(
                RequestMasterState$.MODULE$, ClassTag$.MODULE$.apply(MasterStateResponse.class));
    return state.status().toString().equals("ALIVE")
        ? Arrays.stream(state.workers()).filter(WorkerInfo::isAlive).toArray(WorkerInfo[]::new)
        : null;
  }

  private static String text(WorkerInfo[] alive) {
    if (alive.length == 0) {
      return "it has no worker: start some";
    }
    List<Worker> workers =
        page(alive[0])
            .map(StandaloneMaster::free)
            .orElseGet(() -> Arrays.stream(alive).map(StandaloneMaster::whole).toList());
    Map<String, Long> kinds = workers.stream().collect(groupingBy(Worker::text, counting()));
    String largest =
        workers.stream()
            .sorted(
                Comparator.comparingLong(Worker::memory).thenComparingInt(Worker::cores).reversed())
            .map(Worker::text)
            .distinct()
            .limit(SHOWN)
            .map(kind -> kinds.get(kind) + " with " + kind)
            .collect(joining(", "));
    return "it has workers: "
        + largest
        + (kinds.size() > SHOWN ? ", and smaller ones" : "")
        + "; an executor must fit into one of them";
  }

  /** The master's page as JSON, whose address its workers' pages tell. */
  private static Optional<JsonNode> page(WorkerInfo worker) {
    try {
      String master = json(worker.webUiAddress()).path("masterwebuiurl").asText();
      return Optional.of(json(master)).filter(page -> page.path("workers").size() > 0);
    } catch (IOException | IllegalArgumentException e) {
      LOG.info("the pages of the cluster cannot be read from here: {}", e.toString());
      return Optional.empty();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }

  private static JsonNode json(String base) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create(base.replaceAll("/$", "") + "/json/"))
            .timeout(PATIENCE)
            .build();
    String body =
        HttpClient.newBuilder()
            .connectTimeout(PATIENCE)
            .build()
            .send(request, HttpResponse.BodyHandlers.ofString())
            .body();
    return new ObjectMapper().readTree(body);
  }

  private static List<Worker> free(JsonNode page) {
    List<Worker> workers = new ArrayList<>();
    for (JsonNode worker : page.path("workers")) {
      if (worker.path("state").asText().equals("ALIVE")) {
        List<String> resources = new ArrayList<>();
        worker
            .path("resourcesfree")
            .fields()
            .forEachRemaining(
                free ->
                    resources.add(
                        String.format(
                            Locale.ROOT,
                            "%d of %d %s",
                            free.getValue().path("addresses").size(),
                            worker.path("resources").path(free.getKey()).path("addresses").size(),
                            free.getKey())));
        workers.add(
            new Worker(
                String.format(
                    Locale.ROOT,
                    "%d of %d cores, %d of %d MB and %s free",
                    worker.path("coresfree").asInt(),
                    worker.path("cores").asInt(),
                    worker.path("memoryfree").asLong(),
                    worker.path("memory").asLong(),
                    resources.isEmpty() ? "no GPU" : String.join(", ", resources)),
                worker.path("coresfree").asInt(),
                worker.path("memoryfree").asLong()));
      }
    }
    return workers;
  }

  /** What is free of it does not come over: its size. */
  private static Worker whole(WorkerInfo worker) {
    Map<String, ResourceInformation> resources =
        JavaConverters.mapAsJavaMap(worker.resourcesInfo());
    String more =
        resources.values().stream()
            .map(some -> some.addresses().length + " " + some.name())
            .sorted()
            .collect(joining(", "));
    return new Worker(
        String.format(
            Locale.ROOT,
            "%d cores, %d MB and %s in all",
            worker.cores(),
            worker.memory(),
            more.isEmpty() ? "no GPU" : more),
        worker.cores(),
        worker.memory());
  }
}
