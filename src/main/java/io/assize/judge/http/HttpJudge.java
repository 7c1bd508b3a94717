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
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * A judge behind an OpenAI-compatible endpoint: vLLM, SGLang, llama-server, DJL Serving, a gateway.
 * At most {@code concurrency} requests are under way. How they are sent, and when it is given up,
 * is {@link Requests}; how a question with allowed answers is put, a {@link Questioner}.
 */
public final class HttpJudge implements Judge {
  private static final Duration FIRST_LOOK = Duration.ofSeconds(5);

  private final JudgeConfig config;
  private final DecodingConfig decoding;
  private final Requests requests;
  private final Questioner questioner;
  private final ExecutorService workers;
  private final Map<Long, CompletableFuture<Completion>> open = new ConcurrentHashMap<>();
  private final AtomicLong submitted = new AtomicLong();
  private final AtomicLong promptTokens = new AtomicLong();
  private final AtomicLong generatedTokens = new AtomicLong();

  /** Opens the judge; nothing is asked yet. */
  public HttpJudge(JudgeConfig config) {
    this(config, System::getenv);
  }

  HttpJudge(JudgeConfig config, UnaryOperator<String> environment) {
    this.config = config;
    HttpConfig http = config.settings(HttpConfig.class);
    this.decoding = config.decoding();
    this.requests = new Requests(Endpoint.of(http, environment), http, this::ended);
    this.questioner =
        switch (http.question()) {
          case HttpConfig.LLAMA_SERVER -> new LlamaServer(config, requests);
          case HttpConfig.VLLM -> new Vllm(config, requests);
          default -> new FirstToken(config, requests);
        };
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
    String wrong;
    try {
      Refusal refusal = Refusal.of(Requests.models(endpoint, http, FIRST_LOOK));
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
      future.completeExceptionally(
          requests.ended() == null ? JudgeException.of(e) : requests.ended());
    }
    if (requests.ended() != null) {
      // It may have ended after this one was handed in and before it was seen to be open.
      future.completeExceptionally(requests.ended());
    }
    return future;
  }

  @Override
  public WorkDone workDone() {
    return new WorkDone(promptTokens.get(), 0, generatedTokens.get(), 0, 0);
  }

  @Override
  public boolean alive() {
    return requests.ended() == null;
  }

  @Override
  public void close() {
    requests.end(new JudgeException(Reason.ENGINE_ERROR, "the judge was closed"));
    workers.shutdownNow();
  }

  /** What waits, fails so. */
  private void ended(JudgeException reason) {
    open.values().forEach(future -> future.completeExceptionally(reason));
  }

  private void answer(Prompt prompt, CompletableFuture<Completion> future) {
    if (requests.ended() != null) {
      future.completeExceptionally(requests.ended());
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
      return counted(questioner.ask(messages, null, prompt.rule())).completion();
    }
    Reply critique = requests.chat(ChatRequest.critique(config, messages, prompt.attempt()));
    promptTokens.addAndGet(critique.promptTokens());
    generatedTokens.addAndGet(critique.generatedTokens());
    Ruling ruling = null;
    if (!VerdictParser.suffices(decoding, prompt.rule(), critique.text())) {
      try {
        String written = VerdictParser.withoutThinking(critique.text());
        ruling = counted(questioner.ask(messages, written, prompt.rule())).ruling();
      } catch (JudgeException e) {
        throw e.having(critique.text());
      }
    }
    return critique.completion(ruling);
  }

  private Questioner.Answer counted(Questioner.Answer answer) {
    promptTokens.addAndGet(answer.promptTokens());
    generatedTokens.addAndGet(answer.generatedTokens());
    return answer;
  }
}
