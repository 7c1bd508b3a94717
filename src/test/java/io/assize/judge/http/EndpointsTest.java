package io.assize.judge.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.AssizeConfig;
import io.assize.config.HttpConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.judge.Completion;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import io.assize.judge.Prompt;
import io.assize.prompt.ChatMessage;
import io.assize.prompt.DecisionRule;
import io.assize.testing.ChatServer;
import io.assize.testing.Programs;
import java.io.IOException;
import java.net.http.HttpHeaders;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of a request, whatever the endpoint does with it. */
@Timeout(120)
class EndpointsTest {
  private static final String KEY = "sk-sesame-open";

  @Test
  void anAnswerThatStopsAfterItsHeadersEndsWithTheTimeout() {
    CountDownLatch test = new CountDownLatch(1);
    try (ChatServer server =
            new ChatServer(
                exchange -> {
                  exchange.sendResponseHeaders(200, 1000);
                  exchange.getResponseBody().flush();
                  await(test);
                });
        HttpJudge judge = judge(server.url(), "http.timeout_seconds = 1")) {
      assertThat(failure(judge.submit(pair()))).hasMessageContaining("gave no whole answer in 1 s");
      assertThat(server.asked()).hasSize(1);
      test.countDown();
    }
  }

  @Test
  void anAnswerOfAByteAtATimeEndsWithTheTimeout() {
    CountDownLatch stopped = new CountDownLatch(1);
    try (ChatServer server =
            new ChatServer(
                exchange -> {
                  exchange.sendResponseHeaders(200, 0);
                  try {
                    while (true) {
                      exchange.getResponseBody().write(' ');
                      exchange.getResponseBody().flush();
                      Thread.sleep(100);
                    }
                  } catch (IOException | InterruptedException e) {
                    // The judge has hung up.
                    stopped.countDown();
                  }
                });
        HttpJudge judge = judge(server.url(), "http.timeout_seconds = 1")) {
      assertThat(failure(judge.submit(pair()))).hasMessageContaining("gave no whole answer in 1 s");
      await(stopped);
    }
  }

  @Test
  void anAnswerWithoutEndFailsItsRowAndNoOther() {
    AtomicInteger calls = new AtomicInteger();
    try (ChatServer server =
            new ChatServer(
                exchange -> {
                  if (calls.getAndIncrement() > 0) {
                    ChatServer.say(exchange, "The final decision is Response 1");
                    return;
                  }
                  exchange.sendResponseHeaders(200, 0);
                  byte[] some = " ".repeat(1 << 16).getBytes(StandardCharsets.UTF_8);
                  while (true) {
                    exchange.getResponseBody().write(some);
                  }
                });
        HttpJudge judge = judge(server.url(), "http.max_reply_megabytes = 1")) {
      assertThat(failure(judge.submit(pair()))).hasMessageContaining("longer than 1 MB");
      assertThat(judge.submit(pair()).join().text()).contains("Response 1");
    }
  }

  @Test
  void whatTheEndpointAsksToWaitIsWaited() {
    AtomicLong first = new AtomicLong();
    AtomicLong second = new AtomicLong();
    try (ChatServer server =
            new ChatServer(
                exchange -> {
                  if (first.compareAndSet(0, System.nanoTime())) {
                    exchange.getResponseHeaders().add("Retry-After", "1");
                    ChatServer.answer(exchange, 429, "slow down");
                  } else {
                    second.set(System.nanoTime());
                    ChatServer.say(exchange, "The final decision is Response 1");
                  }
                });
        HttpJudge judge = judge(server.url(), "http.backoff_millis = 1")) {
      assertThat(judge.submit(pair()).join().text()).contains("Response 1");
      assertThat(Duration.ofNanos(second.get() - first.get()))
          .isGreaterThanOrEqualTo(Duration.ofSeconds(1));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "120 | 120",
        "0 | 0",
        "99999999999999999 | 300",
        "Sat, 07 Nov 2026 12:00:30 GMT | 30",
        "Sat, 07 Nov 2026 11:00:00 GMT | 0",
        "Sat, 07 Nov 2026 20:00:00 GMT | 300",
        "soon | ",
        "-5 | ",
      })
  void retryAfterIsSecondsOrADateAndHasABound(String value, Long seconds) {
    HttpHeaders headers =
        HttpHeaders.of(Map.of("Retry-After", List.of(value)), (name, one) -> true);
    assertThat(
            RetryAfter.of(headers, Instant.parse("2026-11-07T12:00:00Z"), Duration.ofMinutes(5))
                .map(Duration::toSeconds)
                .orElse(null))
        .isEqualTo(seconds);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "413 | Payload Too Large | TOO_LONG",
        "400 | This model's maximum context length is 4096 tokens | TOO_LONG",
        "400 | {\"code\": \"context_length_exceeded\"} | TOO_LONG",
        "400 | the request exceeds the available context size | TOO_LONG",
        "422 | the input is too long for the context window | TOO_LONG",
        "400 | unknown field context | ENGINE_ERROR",
        "500 | out of memory | ENGINE_ERROR",
      })
  void anEndpointsOwnTooLongIsTooLong(int status, String said, Reason reason) {
    try (ChatServer server = new ChatServer(exchange -> ChatServer.answer(exchange, status, said));
        HttpJudge judge = judge(server.url(), "http.attempts = 1")) {
      assertThat(failure(judge.submit(pair())).reason()).isEqualTo(reason);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"null", "\"NaN\"", "1e999", "-1e999", "0.5", "{}"})
  void aLogProbabilityThatIsNoneIsNoVerdict(String logprob) {
    String body =
        """
        {"choices": [{"message": {"content": "1"}, "logprobs": {"content": [{"top_logprobs":
          [{"token": "1", "logprob": -0.1}, {"token": "2", "logprob": %s}]}]}}]}
        """
            .formatted(logprob);
    try (ChatServer server = new ChatServer(exchange -> ChatServer.answer(exchange, 200, body));
        HttpJudge judge = judge(server.url(), "decision = forced")) {
      assertThat(failure(judge.submit(pair()))).hasMessageContaining("that is no verdict");
    }
  }

  @Test
  void aRedirectionIsNotFollowedWithTheKey() {
    try (ChatServer other = new ChatServer(exchange -> ChatServer.say(exchange, "stolen"));
        ChatServer server =
            new ChatServer(
                exchange -> {
                  exchange.getResponseHeaders().add("Location", other.url() + "/chat/completions");
                  ChatServer.answer(exchange, 307, "");
                });
        HttpJudge judge = judge(server.url(), "http.attempts = 1")) {
      assertThat(failure(judge.submit(pair())))
          .hasMessageContaining("answered 307, pointing to 127.0.0.1");
      assertThat(other.asked()).isEmpty();
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {401, 403, 404, 307})
  void anEndpointThatRefusesEverythingIsGivenUpAfterAFewTries(int status) {
    try (ChatServer server =
            new ChatServer(exchange -> ChatServer.answer(exchange, status, "no " + KEY));
        HttpJudge judge = judge(server.url(), "http.concurrency = 1")) {
      List<JudgeException> failures =
          IntStream.range(0, 20).mapToObj(i -> judge.submit(pair())).map(f -> failure(f)).toList();
      assertThat(failures.get(0).reason()).isEqualTo(Reason.ENGINE_ERROR);
      assertThat(failures.get(19).reason()).isEqualTo(Reason.USELESS);
      assertThat(failures.get(19))
          .hasMessageContaining("answered " + status)
          .hasMessageContaining("what was committed is kept")
          .hasMessageNotContaining(KEY);
      assertThat(server.asked()).hasSize(3);
      assertThat(judge.alive()).isFalse();
    }
  }

  @ParameterizedTest
  @CsvSource({"127.0.0.1, refused", "no-such-host.invalid, no host of that name"})
  void anEndpointThatIsNotThereIsSeenFromTheDriverAndGivenUp(String host, String reason) {
    String url = "http://user:pa55word-open@%s:%d/v1".formatted(host, Programs.freePort());
    JudgeConfig config = config(url, "http.attempts = 2, http.backoff_millis = 1");
    assertThat(HttpJudge.firstLook(config.settings(HttpConfig.class), name -> KEY).orElseThrow())
        .contains("cannot be reached from here")
        .contains(reason)
        .doesNotContain("pa55word");
    try (HttpJudge judge = new HttpJudge(config, name -> KEY)) {
      JudgeException last = null;
      for (int i = 0; i < 20; i++) {
        last = failure(judge.submit(pair()));
      }
      assertThat(last.reason()).isEqualTo(Reason.USELESS);
      assertThat(last).hasMessageContaining(reason).hasMessageNotContaining("pa55word");
    }
  }

  @Test
  void theFirstLookSaysThatTheKeyIsRefusedAndNothingWhereNothingIsKnown() {
    try (ChatServer refusing =
            new ChatServer(exchange -> ChatServer.answer(exchange, 401, "not " + KEY));
        ChatServer without =
            new ChatServer(exchange -> ChatServer.answer(exchange, 404, "no such page"))) {
      assertThat(
              HttpJudge.firstLook(
                  config(refusing.url(), "name = x").settings(HttpConfig.class), name -> KEY))
          .hasValueSatisfying(
              said -> assertThat(said).contains("refuses the key").doesNotContain(KEY));
      assertThat(
              HttpJudge.firstLook(
                  config(without.url(), "name = x").settings(HttpConfig.class), name -> KEY))
          .isEmpty();
      assertThat(refusing.asked()).isEmpty();
    }
  }

  @Test
  void closingEndsWhatIsUnderWayAndWhatWaits() {
    CountDownLatch here = new CountDownLatch(1);
    CountDownLatch test = new CountDownLatch(1);
    try (ChatServer server =
        new ChatServer(
            exchange -> {
              here.countDown();
              await(test);
            })) {
      HttpJudge judge = judge(server.url(), "http.concurrency = 1");
      List<CompletableFuture<Completion>> all =
          IntStream.range(0, 5).mapToObj(i -> judge.submit(pair())).toList();
      await(here);
      judge.close();
      assertThat(all)
          .allSatisfy(
              future -> assertThat(failure(future)).hasMessageContaining("the judge was closed"));
      assertThat(failure(judge.submit(pair()))).hasMessageContaining("the judge was closed");
      test.countDown();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"sk-line-one\nline-two", "sk with blank", "sk-ümlaut", "sk-bell\u0007"})
  void aKeyThatNoHeaderCanCarryIsRefusedAndNotShown(String key) {
    JudgeConfig config = config("http://127.0.0.1:1/v1", "name = x");
    assertThatThrownBy(() -> new HttpJudge(config, name -> key))
        .isInstanceOfSatisfying(UserError.class, error -> assertThat(error.exitCode()).isEqualTo(2))
        .hasMessageContaining("ASSIZE_TEST_KEY")
        .satisfies(e -> key.lines().forEach(line -> assertThat(e).hasMessageNotContaining(line)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "127.0.0.1:8000/v1",
        "ftp://u:pa55word-open@h/v1",
        "http://u:pa55@word-open@h/v1",
        "http:/u:pa55word-open@h/v1",
        "http://h/v1?key=pa55word-open",
        "http://u:pa55 word-open@h/v1",
        "http://u:x@t/pa55word-open@h/v1",
        "http://u:pa55word-open@h:99999999/v1"
      })
  void anAddressThatIsNoneIsRefusedWithoutItsSecrets(String url) {
    JudgeConfig config = config(url, "name = x");
    assertThatThrownBy(() -> new HttpJudge(config, name -> KEY))
        .isInstanceOfSatisfying(UserError.class, error -> assertThat(error.exitCode()).isEqualTo(2))
        .hasMessageContaining("assize.judge.http.url")
        .hasMessageNotContaining("pa55")
        .hasMessageNotContaining("word-open");
  }

  @Test
  void credentialsOfTheAddressAreSentWhereThereIsNoKey() {
    try (ChatServer server =
        new ChatServer(
            exchange ->
                ChatServer.say(exchange, exchange.getRequestHeaders().getFirst("Authorization")))) {
      String url = server.url().replace("//", "//user:pass%2Fword@");
      JudgeConfig config = config(url, "http.key_variable = null, decision = text");
      try (HttpJudge judge = new HttpJudge(config, name -> null)) {
        // Said back by the endpoint, and hidden as it came: what it was is told by its form.
        assertThat(judge.submit(pair()).join().text()).isEqualTo("Basic ***");
      }
      assertThat(config.toString()).doesNotContain("pass%2Fword");
    }
  }

  private static JudgeException failure(CompletableFuture<Completion> future) {
    try {
      throw new AssertionError("answered with " + future.join());
    } catch (CompletionException e) {
      return (JudgeException) e.getCause();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static HttpJudge judge(String url, String settings) {
    return new HttpJudge(config(url, settings), name -> KEY);
  }

  private static JudgeConfig config(String url, String settings) {
    return AssizeConfig.parse(
            """
            assize { corpus.path = none, output.dir = none
              judge { kind = http, model = m, http.url = "%s"
                http.key_variable = ASSIZE_TEST_KEY, %s } }
            """
                .formatted(url, settings),
            Map.of())
        .judge();
  }

  private static Prompt pair() {
    String text = "Which?\nResponse 1: yes\nResponse 2: no";
    return new Prompt(
        "row",
        List.of(new ChatMessage("user", text)),
        "model",
        DecisionRule.FINAL_DECISION,
        List.of(),
        null);
  }
}
