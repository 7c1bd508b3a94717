package io.assize.judge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.assize.config.AssizeConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.Prompt;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.testing.LlamaCpp;
import io.assize.testing.Programs;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The HTTP judge against llama.cpp's server with the demo's model; a gateway before it adds what
 * goes wrong on the way.
 */
@Tag("slow")
class HttpJudgeTest {
  private static final String KEY = "sk-sesame-open";

  @TempDir static Path dir;
  private static Programs.Running server;
  private static int port;

  @BeforeAll
  static void start() throws Exception {
    port = Programs.freePort();
    server = LlamaCpp.serve(dir, port, KEY);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @Test
  void aCritiqueWithoutADecisionIsDecidedByProbabilities() {
    try (HttpJudge judge = judge(port, "decision = critique, max_new_tokens = 12")) {
      Completion completion = judge.submit(pair("Which is better?")).join();
      assertThat(completion.text()).isNotBlank();
      assertThat(completion.finishReason()).isEqualTo(Completion.FORCED);
      assertThat(completion.ruling().probabilityFirst()).isBetween(0.0, 1.0);
      assertThat(completion.promptTokens()).isPositive();
      assertThat(completion.generatedTokens()).isPositive();
      assertThat(judge.workDone().prefillTokens()).isPositive();
    }
  }

  @Test
  void aForcedDecisionAndAForcedRatingHaveProbabilities() {
    try (HttpJudge judge = judge(port, "decision = forced")) {
      assertThat(judge.submit(pair("Which is better?")).join().ruling().choice()).isNotNull();
      Prompt single = prompt("Rate this answer: Paris.", DecisionRule.RATING);
      assertThat(judge.submit(single).join().ruling().rating()).isBetween(1.0, 10.0);
    }
  }

  @Test
  void manyAreUnderWayButNoMoreThanAllowed() throws IOException {
    AtomicInteger now = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    try (Gateway gateway =
            new Gateway(
                (exchange, forward) -> {
                  most.accumulateAndGet(now.incrementAndGet(), Math::max);
                  forward.run();
                  now.decrementAndGet();
                });
        HttpJudge judge =
            judge(gateway.port(), "decision = text, max_new_tokens = 4, http.concurrency = 3")) {
      List<CompletableFuture<Completion>> all =
          IntStream.range(0, 12).mapToObj(i -> judge.submit(pair("row " + i))).toList();
      assertThat(all).allSatisfy(future -> assertThat(future.join().text()).isNotNull());
      assertThat(most).hasValueBetween(2, 3);
    }
  }

  @Test
  void busyAndFailingAnswersAndLostConnectionsAreTriedAgain() throws IOException {
    AtomicInteger calls = new AtomicInteger();
    try (Gateway gateway =
            new Gateway(
                (exchange, forward) -> {
                  switch (calls.getAndIncrement()) {
                    case 0 -> answer(exchange, 429, "{\"error\": \"slow down\"}");
                    case 1 -> answer(exchange, 503, "starting");
                    case 2 -> exchange.close();
                    default -> forward.run();
                  }
                });
        HttpJudge judge =
            judge(
                gateway.port(), "decision = text, max_new_tokens = 4, http.backoff_millis = 10")) {
      assertThat(judge.submit(pair("x")).join().text()).isNotNull();
      assertThat(calls).hasValue(4);
    }
  }

  @Test
  void whatStaysBrokenFailsTheRowWithItsReasonAndWithoutTheKey() throws IOException {
    try (Gateway gateway =
            new Gateway((exchange, forward) -> answer(exchange, 500, "no " + KEY + " today"));
        HttpJudge judge = judge(gateway.port(), "http.attempts = 2, http.backoff_millis = 10")) {
      assertThatThrownBy(judge.submit(pair("x"))::join)
          .cause()
          .isInstanceOf(JudgeException.class)
          .hasMessageContaining("answered 500: no *** today, the last of 2 tries")
          .hasMessageNotContaining(KEY);
    }
  }

  @Test
  void aWrongKeyIsRefusedAtOnceAndNeverShown() {
    JudgeConfig config = config(port, "decision = forced");
    try (HttpJudge judge = new HttpJudge(config, name -> "sk-wrong")) {
      assertThatThrownBy(judge.submit(pair("x"))::join)
          .cause()
          .hasMessageContaining("answered 401")
          .hasMessageNotContaining("sk-wrong");
    }
    assertThatThrownBy(() -> new HttpJudge(config, name -> null))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("ASSIZE_TEST_KEY");
  }

  @Test
  void aPromptLongerThanTheEndpointsContextIsTooLong() {
    try (HttpJudge judge = judge(port, "decision = text, max_new_tokens = 4")) {
      assertThatThrownBy(judge.submit(pair("word ".repeat(9000)))::join)
          .cause()
          .isInstanceOfSatisfying(
              JudgeException.class,
              e -> assertThat(e.reason()).isEqualTo(JudgeException.Reason.TOO_LONG));
    }
  }

  private static HttpJudge judge(int atPort, String settings) {
    return new HttpJudge(config(atPort, settings), name -> KEY);
  }

  private static JudgeConfig config(int atPort, String settings) {
    return AssizeConfig.parse(
            """
            assize { corpus.path = none, output.dir = none
              judge { kind = http, model = smollm2, http.url = "http://127.0.0.1:%d/v1"
                http.key_variable = ASSIZE_TEST_KEY, %s } }
            """
                .formatted(atPort, settings),
            Map.of())
        .judge();
  }

  private static Prompt pair(String text) {
    return prompt(text + "\nResponse 1: yes\nResponse 2: no", DecisionRule.FINAL_DECISION);
  }

  private static Prompt prompt(String text, DecisionRule rule) {
    return new Prompt(text, List.of(new ChatMessage("user", text)), "model", rule, List.of(), null);
  }

  private static void answer(HttpExchange exchange, int status, String body) throws IOException {
    exchange.sendResponseHeaders(status, body.length());
    exchange.getResponseBody().write(body.getBytes(java.nio.charset.StandardCharsets.UTF_8));
    exchange.close();
  }

  /** What a gateway does with a request. */
  private interface Rule {
    void apply(HttpExchange exchange, Forward forward) throws IOException;
  }

  /** Hands the request on to the real server and its answer back. */
  private interface Forward {
    void run() throws IOException;
  }

  /** A gateway on loopback before the real server. */
  private static final class Gateway implements AutoCloseable {
    private final HttpServer http;
    private final HttpClient client = HttpClient.newHttpClient();

    Gateway(Rule rule) throws IOException {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
      http.setExecutor(Executors.newCachedThreadPool());
      http.createContext("/", exchange -> rule.apply(exchange, () -> forward(exchange)));
      http.start();
    }

    int port() {
      return http.getAddress().getPort();
    }

    private void forward(HttpExchange exchange) throws IOException {
      HttpRequest request =
          HttpRequest.newBuilder(
                  URI.create("http://127.0.0.1:" + HttpJudgeTest.port + exchange.getRequestURI()))
              .header("Authorization", exchange.getRequestHeaders().getFirst("Authorization"))
              .POST(HttpRequest.BodyPublishers.ofInputStream(exchange::getRequestBody))
              .build();
      try {
        HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
        byte[] body = response.body().getBytes(java.nio.charset.StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(response.statusCode(), body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    @Override
    public void close() {
      http.stop(0);
    }
  }
}
