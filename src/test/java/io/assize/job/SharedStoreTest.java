package io.assize.job;

import static io.assize.testing.LocalSpark.row;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.assize.config.AssizeConfig;
import io.assize.store.CurrentVerdicts;
import io.assize.store.VerdictStore;
import io.assize.testing.LocalSpark;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two runs at once on one store, with an endpoint that takes its time and counts. */
class SharedStoreTest {
  private static final int PAIRS = 64;
  private static final int KEYS = 2 * PAIRS;
  private static final String REPLY =
      "{\"choices\":[{\"message\":{\"content\":\"The final decision is Response 1.\"},"
          + "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":1,\"completion_tokens\":1}}";

  @TempDir private Path dir;
  private final AtomicInteger asked = new AtomicInteger();
  private HttpServer server;

  @BeforeEach
  void serve() throws IOException {
    server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.setExecutor(Executors.newCachedThreadPool());
    server.createContext("/v1/chat/completions", this::answer);
    server.start();
  }

  @AfterEach
  void stop() {
    server.stop(0);
  }

  private void answer(HttpExchange exchange) throws IOException {
    asked.incrementAndGet();
    exchange.getRequestBody().readAllBytes();
    try {
      Thread.sleep(100);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    byte[] reply = REPLY.getBytes(StandardCharsets.UTF_8);
    exchange.getResponseHeaders().add("Content-Type", "application/json");
    exchange.sendResponseHeaders(200, reply.length);
    exchange.getResponseBody().write(reply);
    exchange.close();
  }

  @Test
  void twoRunsAtOncePayTwiceForTheWavesUnderWayAtMost() {
    List<Object[]> rows = new ArrayList<>();
    for (int i = 0; i < PAIRS; i++) {
      rows.add(row("s" + i, "question " + i, "larch", "maple", "one " + i, "two " + i));
    }
    String corpus = dir.resolve("corpus").toString();
    LocalSpark.table(
            "sample_id STRING, prompt STRING, model_a STRING, model_b STRING, response_a STRING,"
                + " response_b STRING",
            rows.toArray(new Object[0][]))
        .write()
        .parquet(corpus);
    CompletableFuture<RunResult> one = start(corpus, "one");
    CompletableFuture<RunResult> other = start(corpus, "other");
    RunResult first = one.join();
    RunResult second = other.join();

    assertThat(first.failed() + second.failed()).isZero();
    assertThat(first.requests()).isEqualTo(second.requests()).isEqualTo(KEYS);
    // Each for itself, they would ask twice for all.
    assertThat(asked.get()).isBetween(KEYS, KEYS + KEYS / 2);
    Dataset<Row> stored =
        VerdictStore.openThere(LocalSpark.session(), dir.resolve("store").toString()).read();
    assertThat(stored.count()).isEqualTo(asked.get());
    assertThat(CurrentVerdicts.of(stored).count()).isEqualTo(KEYS);
    assertThat(stored.select("verdict_key").distinct().count()).isEqualTo(KEYS);
    assertThat(dir.resolve("other/win_rates.csv"))
        .hasSameTextualContentAs(dir.resolve("one/win_rates.csv"));
  }

  private CompletableFuture<RunResult> start(String corpus, String out) {
    Map<String, String> settings =
        Map.of(
            "assize.corpus.path", "\"" + corpus + "\"",
            "assize.output.dir", "\"" + dir.resolve(out) + "\"",
            "assize.output.corpus", "false",
            "assize.store.path", "\"" + dir.resolve("store") + "\"",
            "assize.store.format", "parquet",
            "assize.judge.kind", "http",
            "assize.judge.model", "m",
            "assize.judge.decision", "text",
            "assize.judge.http.url",
                "\"http://127.0.0.1:" + server.getAddress().getPort() + "/v1\"",
            "assize.run.partitions", "32");
    Map<String, String> all = new HashMap<>(settings);
    all.put("assize.judge.http.concurrency", "2");
    all.put("assize.run.wave_seconds", "1");
    AssizeConfig config = AssizeConfig.parse("", all);
    CompletableFuture<RunResult> result = new CompletableFuture<>();
    Thread thread =
        new Thread(
            () -> {
              try {
                result.complete(new EvaluationJob(LocalSpark.session(), config, line -> {}).run());
              } catch (RuntimeException | Error e) {
                result.completeExceptionally(e);
              }
            });
    thread.start();
    return result;
  }
}
