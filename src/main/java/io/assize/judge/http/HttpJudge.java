package io.assize.judge.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.failsafe.Failsafe;
import dev.failsafe.FailsafeException;
import dev.failsafe.RetryPolicy;
import io.assize.config.DecodingConfig;
import io.assize.config.HttpConfig;
import io.assize.config.JudgeConfig;
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
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * A judge behind an OpenAI-compatible endpoint: vLLM, SGLang, llama-server, DJL Serving, a gateway.
 * At most {@code concurrency} requests are under way; 429, 5xx and lost connections are tried again
 * with a growing, jittered wait. Where the endpoint offers log-probabilities, decisions carry
 * probabilities; where it does not, its answer to the question is read as text.
 */
public final class HttpJudge implements Judge {
  private final JudgeConfig config;
  private final HttpConfig http;
  private final DecodingConfig decoding;
  private final URI endpoint;
  private final String key;
  private final HttpClient client;
  private final ExecutorService workers;
  private final RetryPolicy<HttpResponse<String>> retries;
  private final AtomicLong promptTokens = new AtomicLong();
  private final AtomicLong generatedTokens = new AtomicLong();
  private volatile boolean closed;

  /** Opens the judge; nothing is asked yet. */
  public HttpJudge(JudgeConfig config) {
    this(config, System::getenv);
  }

  HttpJudge(JudgeConfig config, UnaryOperator<String> environment) {
    this.config = config;
    this.http = config.http();
    this.decoding = config.decoding();
    this.endpoint = endpoint(http.url());
    this.key = key(http.keyVariable(), environment);
    this.workers =
        Executors.newFixedThreadPool(
            http.concurrency(),
            work -> {
              Thread thread = new Thread(work, "assize-http-judge");
              thread.setDaemon(true);
              return thread;
            });
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(Duration.ofSeconds(Math.min(30, http.timeoutSeconds())))
            .build();
    this.retries =
        RetryPolicy.<HttpResponse<String>>builder()
            .handle(IOException.class)
            .handleResultIf(response -> passing(response.statusCode()))
            .withMaxRetries(http.attempts() - 1)
            .withBackoff(
                Duration.ofMillis(http.backoffMillis()),
                Duration.ofMillis(Math.max(http.backoffMillis() + 1L, 60_000L)))
            .withJitter(0.25)
            .build();
  }

  /** The endpoint of chat completions; refuses what is no URL. */
  public static URI endpoint(String base) {
    String url = base.endsWith("/") ? base.substring(0, base.length() - 1) : base;
    try {
      URI uri = URI.create(url + "/chat/completions");
      if (uri.getHost() != null && List.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below, in the same words.
    }
    throw UserError.configuration(
        "assize.judge.http.url %s is no http:// or https:// address: name the base, up to and with"
            + " /v1",
        base);
  }

  @Override
  public CompletableFuture<Completion> submit(Prompt prompt) {
    CompletableFuture<Completion> future = new CompletableFuture<>();
    if (closed) {
      future.completeExceptionally(new JudgeException(Reason.ENGINE_ERROR, "the judge was closed"));
      return future;
    }
    Future<?> work =
        workers.submit(
            () -> {
              if (!future.isDone()) {
                try {
                  future.complete(answer(prompt));
                } catch (JudgeException e) {
                  future.completeExceptionally(e);
                } catch (RuntimeException e) {
                  future.completeExceptionally(
                      new JudgeException(Reason.ENGINE_ERROR, "the endpoint failed: " + e, e));
                }
              }
            });
    future.whenComplete(
        (completion, failure) -> {
          if (future.isCancelled()) {
            work.cancel(true);
          }
        });
    return future;
  }

  @Override
  public WorkDone workDone() {
    return new WorkDone(promptTokens.get(), 0, generatedTokens.get(), 0, 0);
  }

  @Override
  public void close() {
    closed = true;
    workers.shutdownNow();
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
    HttpRequest.Builder request =
        HttpRequest.newBuilder(endpoint)
            .timeout(Duration.ofSeconds(http.timeoutSeconds()))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (key != null) {
      request.header("Authorization", "Bearer " + key);
    }
    HttpResponse<String> response;
    try {
      response =
          Failsafe.with(retries)
              .get(() -> client.send(request.build(), HttpResponse.BodyHandlers.ofString()));
    } catch (FailsafeException e) {
      throw new JudgeException(
          Reason.ENGINE_ERROR,
          "%s gave no answer in %d tries: %s".formatted(endpoint, http.attempts(), e.getCause()),
          e);
    }
    if (response.statusCode() != 200) {
      throw refused(response);
    }
    JsonNode json = Reply.json(response.body(), endpoint);
    Reply reply = Reply.of(json, endpoint);
    promptTokens.addAndGet(reply.promptTokens());
    generatedTokens.addAndGet(reply.generatedTokens());
    return reply;
  }

  /** The failure that an answer without success means; its text is the endpoint's, never ours. */
  private JudgeException refused(HttpResponse<String> response) {
    int status = response.statusCode();
    String said = response.body().replaceAll("\\s+", " ").strip();
    if (key != null) {
      said = said.replace(key, "***");
    }
    boolean tooLong = status == 400 && said.contains("context");
    return new JudgeException(
        tooLong ? Reason.TOO_LONG : Reason.ENGINE_ERROR,
        "%s answered %d%s: %s"
            .formatted(
                endpoint,
                status,
                passing(status) ? " in each of %d tries".formatted(http.attempts()) : "",
                said.length() > 300 ? said.substring(0, 300) + "…" : said));
  }

  /** Whether a status may be another one a moment later. */
  private static boolean passing(int status) {
    return status == 408 || status == 429 || status >= 500;
  }

  private static String key(String variable, UnaryOperator<String> environment) {
    if (variable == null) {
      return null;
    }
    String value = environment.apply(variable);
    if (value == null || value.isBlank()) {
      throw UserError.configuration(
          "environment variable %s, named by assize.judge.http.key_variable, is not set here: set it"
              + " on the driver and the executors",
          variable);
    }
    return value.strip();
  }
}
