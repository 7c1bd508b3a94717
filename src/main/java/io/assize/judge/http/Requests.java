package io.assize.judge.http;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.HttpConfig;
import io.assize.config.Secrets;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Requests to an endpoint, each until it is answered or no further try would help: 429, 5xx and
 * lost connections are tried again with a growing, jittered wait, or after the one that the
 * endpoint asks for. An endpoint that is not there, or refuses the key, the address or each request
 * that it ever got, is not asked for ever: after some requests in a row it is {@linkplain
 * Reason#USELESS useless}. Any thread may use it.
 */
final class Requests {
  private static final Logger LOG = LoggerFactory.getLogger(Requests.class);
  private static final long LONGEST_BACKOFF_MILLIS = 60_000;
  private static final double JITTER = 0.25;

  private final Endpoint endpoint;
  private final HttpConfig.Limits limits;
  private final Exchange exchange;
  private final Patience patience;
  private final Dialect dialect;
  private final Consumer<JudgeException> whenEnded;
  private final CountDownLatch ended = new CountDownLatch(1);
  private final AtomicBoolean warned = new AtomicBoolean();
  private volatile JudgeException end;

  /**
   * @param whenEnded is told when nothing is asked any more
   */
  Requests(Endpoint endpoint, HttpConfig http, Consumer<JudgeException> whenEnded) {
    this.endpoint = endpoint;
    this.limits = http.limits();
    this.exchange = new Exchange(limits.timeout(), limits.mostBytes());
    this.patience = new Patience(http.concurrency());
    this.dialect = new Dialect(endpoint);
    this.whenEnded = whenEnded;
  }

  Endpoint endpoint() {
    return endpoint;
  }

  Dialect dialect() {
    return dialect;
  }

  /** Why nothing is asked any more; null while it is. */
  JudgeException ended() {
    return end;
  }

  /** Nothing is asked from now on. */
  void end(JudgeException reason) {
    synchronized (this) {
      end = end == null ? reason : end;
    }
    ended.countDown();
    whenEnded.accept(end);
  }

  /** A chat completion's reply, in the form that the endpoint takes. */
  Reply chat(ObjectNode body) {
    return Reply.of(post(endpoint.chat(), body), endpoint.toString());
  }

  /**
   * What the endpoint answers.
   *
   * @throws JudgeException where it does not
   */
  JsonNode post(URI to, ObjectNode body) {
    ObjectNode sent = dialect.adapted(body);
    int changes = 0;
    for (int attempt = 1; ; attempt++) {
      Optional<Duration> asked = Optional.empty();
      try {
        HttpResponse<String> response = exchange.send(request(to, sent));
        Refusal refusal;
        if (response.statusCode() == 200) {
          JsonNode json = Reply.json(response.body(), endpoint.toString());
          JsonNode error = Reply.error(json);
          if (error == null) {
            patience.answered();
            warned.set(false);
            return json;
          }
          refusal = Refusal.inside(error);
        } else {
          refusal = Refusal.of(response);
          asked = RetryAfter.of(response.headers(), Instant.now(), limits.timeout());
        }
        if (refusal.outOfTokens()) {
          return Reply.nothingSaid();
        }
        ObjectNode other = changes < Dialect.mostChanges() ? changed(refusal, sent, body) : null;
        if (other != null) {
          sent = other;
          changes++;
          // Not a try of the same request.
          attempt--;
          continue;
        }
        if (!refusal.passing() || attempt >= limits.attempts()) {
          throw refused(refusal);
        }
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

  /** The request as it is to be made after a refusal; null where that would be the same. */
  private ObjectNode changed(Refusal refusal, ObjectNode sent, ObjectNode body) {
    boolean learned = dialect.learn(refusal, sent);
    ObjectNode other = dialect.adapted(body);
    // Another thread may have learned it meanwhile.
    return learned || (refusal.concernsForm() && !other.equals(sent)) ? other : null;
  }

  private HttpRequest request(URI to, ObjectNode body) {
    return authorized(
        HttpRequest.newBuilder(to)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body.toString())),
        endpoint);
  }

  /**
   * Asks an endpoint for its models, once, within a time.
   *
   * @throws Exchange.Unbounded where it takes longer
   */
  static HttpResponse<String> models(Endpoint endpoint, HttpConfig http, Duration limit)
      throws IOException, InterruptedException {
    return new Exchange(limit, http.limits().mostBytes())
        .send(authorized(HttpRequest.newBuilder(endpoint.models()).GET(), endpoint));
  }

  private static HttpRequest authorized(HttpRequest.Builder request, Endpoint endpoint) {
    return endpoint.authorization() == null
        ? request.build()
        : request.header("Authorization", endpoint.authorization()).build();
  }

  private JudgeException refused(Refusal refusal) {
    String what =
        refusal.passing()
            ? String.format(
                Locale.ROOT, "%s %s, the last of %d tries", endpoint, refusal, limits.attempts())
            : endpoint + " " + refusal;
    // What it never took from anybody, it will not take from the next.
    boolean form = refusal.status() < 500 && refusal.concernsForm() && !patience.wasAnswered();
    boolean own = refusal.tooLong() || refusal.concernsText();
    if (refusal.concernsAll() || (form && !own)) {
      return concernsAll(what);
    }
    return refusal.failure(what);
  }

  /** A connection failed: returns where it is worth another try. */
  private void lost(IOException failure, int attempt) {
    String reason = Exchange.reason(failure);
    if (Exchange.unreachable(failure)) {
      warn(endpoint + ": " + reason);
    }
    if (attempt < limits.attempts()) {
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
    double doubled = limits.backoffMillis() * Math.pow(2, attempt - 1);
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
}
