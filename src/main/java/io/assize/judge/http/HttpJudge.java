package io.assize.judge.http;

import io.assize.config.DecodingConfig;
import io.assize.config.HttpConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.Secrets;
import io.assize.config.UserError;
import io.assize.judge.Completion;
import io.assize.judge.Judge;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import io.assize.judge.Prompt;
import io.assize.judge.Ruling;
import io.assize.judge.VerdictParser;
import io.assize.judge.WorkDone;
import io.assize.prompt.ChatMessage;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A judge behind an OpenAI-compatible endpoint: vLLM, SGLang, llama-server, DJL Serving, a gateway.
 * At most {@code concurrency} requests are under way; 429, 5xx and lost connections are tried again
 * with a growing, jittered wait, or after the one that the endpoint asks for. Where the endpoint
 * offers log-probabilities, decisions carry probabilities; where it does not, its answer to the
 * question is read as text.
 *
 * <p>An endpoint that is not there, or refuses the key or the address, is not asked for ever: after
 * some requests in a row this judge is {@linkplain Reason#USELESS useless}.
 */
public final class HttpJudge implements Judge {
  private static final Logger LOG = LoggerFactory.getLogger(HttpJudge.class);
  private static final Duration FIRST_LOOK = Duration.ofSeconds(5);
  private static final long LONGEST_BACKOFF_MILLIS = 60_000;
  private static final double JITTER = 0.25;

  private final JudgeConfig config;
  private final HttpConfig http;
  private final DecodingConfig decoding;
  private final Endpoint endpoint;
  private final Exchange exchange;
  private final Patience patience;
  private final ExecutorService workers;
  private final Map<Long, CompletableFuture<Completion>> open = new ConcurrentHashMap<>();
  private final AtomicLong submitted = new AtomicLong();
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicBoolean warned = new AtomicBoolean();
  private final AtomicLong promptTokens = new AtomicLong();
  private final AtomicLong generatedTokens = new AtomicLong();
  private volatile JudgeException end;

  /** Opens the judge; nothing is asked yet. */
  public HttpJudge(JudgeConfig config) {
    this(config, System::getenv);
  }

  HttpJudge(JudgeConfig config, UnaryOperator<String> environment) {
    this.config = config;
    this.http = config.settings(HttpConfig.class);
    this.decoding = config.decoding();
    this.endpoint = Endpoint.of(http, environment);
    this.exchange =
        new Exchange(
            Duration.ofSeconds(http.timeoutSeconds()), (long) http.maxReplyMegabytes() << 20);
    this.patience = new Patience(http.concurrency());
    this.workers =
        Executors.newFixedThreadPool(
            http.concurrency(),
            work -> {
              Thread thread = new Thread(work, "assize-http-judge");
              thread.setDaemon(true);
              return thread;
            });
  }

  /**
   * Checks address and key, without asking anybody.
   *
   * @throws UserError where they cannot be used
   */
  public static void check(HttpConfig http) {
    Endpoint.of(http, System::getenv);
  }

  /**
   * Looks from here whether the endpoint is there and takes the key; costs one small request that
   * no model answers, and five seconds at most.
   *
   * @return what is wrong; empty where nothing is known to be
   */
  public static Optional<String> firstLook(HttpConfig http) {
    return firstLook(http, System::getenv);
  }

  static Optional<String> firstLook(HttpConfig http, UnaryOperator<String> environment) {
    Endpoint endpoint = Endpoint.of(http, environment);
    HttpRequest.Builder request = HttpRequest.newBuilder(endpoint.models()).GET();
    String wrong;
    try {
      Exchange exchange = new Exchange(FIRST_LOOK, (long) http.maxReplyMegabytes() << 20);
      Refusal refusal = Refusal.of(exchange.send(authorized(request, endpoint)));
      boolean refused = refusal.status() == 401 || refusal.status() == 403;
      wrong = refused ? "refuses the key: it " + refusal : null;
    } catch (IOException e) {
      wrong = Exchange.unreachable(e) ? "cannot be reached from here: " + Exchange.reason(e) : null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      wrong = null;
    }
    return Optional.ofNullable(wrong)
        .map(what -> Secrets.hide("the judge's endpoint " + endpoint + " " + what));
  }

  @Override
  public CompletableFuture<Completion> submit(Prompt prompt) {
    CompletableFuture<Completion> future = new CompletableFuture<>();
    long number = submitted.getAndIncrement();
    open.put(number, future);
    future.whenComplete((completion, failure) -> open.remove(number));
    try {
      Future<?> work = workers.submit(() -> answer(prompt, future));
      future.whenComplete(
          (completion, failure) -> {
            if (future.isCancelled()) {
              work.cancel(true);
            }
          });
    } catch (RuntimeException | Error e) {
      future.completeExceptionally(end == null ? JudgeException.of(e) : end);
    }
    if (end != null) {
      // It may have ended after this one was handed in and before it was seen to be open.
      future.completeExceptionally(end);
    }
    return future;
  }

  @Override
  public WorkDone workDone() {
    return new WorkDone(promptTokens.get(), 0, generatedTokens.get(), 0, 0);
  }

  @Override
  public boolean alive() {
    return end == null;
  }

  @Override
  public void close() {
    end(new JudgeException(Reason.ENGINE_ERROR, "the judge was closed"));
    workers.shutdownNow();
  }

  /** Nothing is asked from now on; what waits, fails so. */
  private void end(JudgeException reason) {
    synchronized (this) {
      end = end == null ? reason : end;
    }
    ended.countDown();
    open.values().forEach(future -> future.completeExceptionally(end));
  }

  private void answer(Prompt prompt, CompletableFuture<Completion> future) {
    if (end != null) {
      future.completeExceptionally(end);
    }
    if (future.isDone()) {
      return;
    }
    try {
      future.complete(answer(prompt));
    } catch (JudgeException e) {
      future.completeExceptionally(e);
    } catch (Throwable e) {
      future.completeExceptionally(
          new JudgeException(Reason.ENGINE_ERROR, "the endpoint failed: " + e, e));
    }
  }

  private Completion answer(Prompt prompt) {
    List<ChatMessage> messages = prompt.messages();
    if (!decoding.writes() && prompt.rule() != null) {
      Reply reply = ask(prompt, messages);
      Ruling ruling = ruling(prompt, reply);
      return new Completion(
          ruling == null ? reply.text() : null,
          ruling,
          reply.promptTokens(),
          reply.generatedTokens(),
          Completion.FORCED);
    }
    Reply critique = send(ChatRequest.critique(config, messages, prompt.attempt()));
    Ruling ruling = null;
    if (!VerdictParser.suffices(decoding, prompt.rule(), critique.text())) {
      List<ChatMessage> more = new ArrayList<>(messages);
      more.add(new ChatMessage("assistant", critique.text()));
      ruling = ruling(prompt, ask(prompt, more));
    }
    return new Completion(
        critique.text(),
        ruling,
        critique.promptTokens(),
        critique.generatedTokens(),
        ruling == null ? critique.finishReason() : Completion.FORCED);
  }

  private Reply ask(Prompt prompt, List<ChatMessage> messages) {
    return send(ChatRequest.question(config, messages, AskedAnswers.of(prompt.rule())));
  }

  private Ruling ruling(Prompt prompt, Reply reply) {
    return AskedAnswers.of(prompt.rule()).ruling(reply, decoding.rating().equals("expected"));
  }

  private Reply send(String body) {
    HttpRequest request =
        authorized(
            HttpRequest.newBuilder(endpoint.chat())
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body)),
            endpoint);
    for (int attempt = 1; ; attempt++) {
      Optional<Duration> asked = Optional.empty();
      try {
        HttpResponse<String> response = exchange.send(request);
        if (response.statusCode() == 200) {
          patience.answered();
          warned.set(false);
          return counted(Reply.of(Reply.json(response.body(), endpoint), endpoint));
        }
        Refusal refusal = Refusal.of(response);
        if (!refusal.passing() || attempt == http.attempts()) {
          throw refused(refusal);
        }
        Duration most = Duration.ofSeconds(http.timeoutSeconds());
        asked = RetryAfter.of(response.headers(), Instant.now(), most);
      } catch (Exchange.Unbounded e) {
        throw failed(endpoint + " failed: " + e.getMessage());
      } catch (IOException e) {
        lost(e, attempt);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw failed("the request was cancelled");
      }
      pause(asked.orElse(backoff(attempt)));
    }
  }

  private Reply counted(Reply reply) {
    promptTokens.addAndGet(reply.promptTokens());
    generatedTokens.addAndGet(reply.generatedTokens());
    return reply;
  }

  private JudgeException refused(Refusal refusal) {
    String what =
        refusal.passing()
            ? String.format(
                Locale.ROOT, "%s %s, the last of %d tries", endpoint, refusal, http.attempts())
            : endpoint + " " + refusal;
    if (refusal.concernsAll()) {
      return concernsAll(what);
    }
    return new JudgeException(refusal.tooLong() ? Reason.TOO_LONG : Reason.ENGINE_ERROR, what);
  }

  /** A connection failed: returns where it is worth another try. */
  private void lost(IOException failure, int attempt) {
    String reason = Exchange.reason(failure);
    if (Exchange.unreachable(failure)) {
      warn(endpoint + ": " + reason);
    }
    if (attempt < http.attempts()) {
      return;
    }
    String what =
        String.format(Locale.ROOT, "%s gave no answer in %d tries: %s", endpoint, attempt, reason);
    throw Exchange.unreachable(failure) ? concernsAll(what) : failed(what);
  }

  /** A failure that all requests would meet; where it was one too many, the end of this judge. */
  private JudgeException concernsAll(String what) {
    warn(what);
    if (patience.refused()) {
      end(
          new JudgeException(
              Reason.USELESS,
              String.format(
                  Locale.ROOT,
                  "the judge's endpoint is of no use (%d requests in a row): %s: mend that and run the same command again; what was committed is kept",
                  patience.inARow(),
                  what)));
    }
    return failed(what);
  }

  private static JudgeException failed(String what) {
    return new JudgeException(Reason.ENGINE_ERROR, what);
  }

  /** Once, until the endpoint answers again. */
  private void warn(String what) {
    if (warned.compareAndSet(false, true)) {
      LOG.warn("{}", Secrets.hide(what));
    }
  }

  private Duration backoff(int attempt) {
    double doubled = http.backoffMillis() * Math.pow(2, attempt - 1);
    double jitter = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
    return Duration.ofMillis((long) (Math.min(doubled, LONGEST_BACKOFF_MILLIS) * jitter));
  }

  private void pause(Duration wait) {
    try {
      if (ended.await(wait.toMillis(), TimeUnit.MILLISECONDS)) {
        throw end;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw failed("the request was cancelled");
    }
  }

  private static HttpRequest authorized(HttpRequest.Builder request, Endpoint endpoint) {
    return endpoint.authorization() == null
        ? request.build()
        : request.header("Authorization", endpoint.authorization()).build();
  }
}
