package io.assize.judge.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;

/**
 * One request and its answer, bounded whatever the other side does: in time from the first byte
 * sent to the last received, and in length. Redirections are not followed, since the key would go
 * along.
 */
final class Exchange {
  private final HttpClient client;
  private final Duration limit;
  private final long mostBytes;

  /** The bounds are passed; to ask again at once would end the same. */
  static final class Unbounded extends IOException {
    private static final long serialVersionUID = 1L;

    Unbounded(String message) {
      super(message);
    }
  }

  /**
   * @param limit of a whole exchange
   * @param mostBytes of an answer's body
   */
  Exchange(Duration limit, long mostBytes) {
    this.client =
        HttpClient.newBuilder()
            .connectTimeout(
                limit.compareTo(Duration.ofSeconds(30)) < 0 ? limit : Duration.ofSeconds(30))
            .followRedirects(HttpClient.Redirect.NEVER)
            .build();
    this.limit = limit;
    this.mostBytes = mostBytes;
  }

  /**
   * Sends a request and reads the answer, as UTF-8.
   *
   * @throws Unbounded where it takes too long or is too long
   * @throws IOException where the connection fails
   */
  HttpResponse<String> send(HttpRequest request) throws IOException, InterruptedException {
    Body body = new Body(mostBytes);
    CompletableFuture<HttpResponse<String>> answer = client.sendAsync(request, head -> body);
    try {
      return answer.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new Unbounded(
          String.format(Locale.ROOT, "it gave no whole answer in %d s", limit.toSeconds()));
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
    } finally {
      answer.cancel(true);
      body.abandon();
    }
  }

  /** Whether the endpoint could not be reached, as no other request would reach it either. */
  static boolean unreachable(IOException failure) {
    return failure instanceof ConnectException
        || failure instanceof UnknownHostException
        || failure instanceof NoRouteToHostException
        || failure instanceof HttpConnectTimeoutException
        || failure instanceof SSLException;
  }

  /** What was wrong with a connection, in words. */
  static String reason(IOException failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof UnresolvedAddressException || cause instanceof UnknownHostException) {
        return "there is no host of that name";
      }
    }
    if (failure instanceof HttpConnectTimeoutException) {
      return "nobody answers at that address";
    }
    if (failure instanceof ConnectException && failure.getMessage() == null) {
      return "the connection is refused";
    }
    return failure.getMessage() == null ? failure.toString() : failure.getMessage();
  }

  /** An answer's body, up to so many bytes. */
  private static final class Body implements HttpResponse.BodySubscriber<String> {
    private final long most;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    private final CompletableFuture<String> whole = new CompletableFuture<>();
    private volatile Flow.Subscription subscription;
    private volatile boolean abandoned;

    Body(long most) {
      this.most = most;
    }

    @Override
    public CompletionStage<String> getBody() {
      return whole;
    }

    @Override
    public void onSubscribe(Flow.Subscription given) {
      subscription = given;
      if (abandoned) {
        given.cancel();
      } else {
        given.request(1);
      }
    }

    @Override
    public void onNext(List<ByteBuffer> buffers) {
      long more = buffers.stream().mapToLong(ByteBuffer::remaining).sum();
      if (abandoned || bytes.size() + more > most) {
        subscription.cancel();
        whole.completeExceptionally(
            new Unbounded(
                String.format(Locale.ROOT, "its answer is longer than %d MB", most >> 20)));
        return;
      }
      for (ByteBuffer buffer : buffers) {
        byte[] part = new byte[buffer.remaining()];
        buffer.get(part);
        bytes.writeBytes(part);
      }
      subscription.request(1);
    }

    @Override
    public void onError(Throwable failure) {
      whole.completeExceptionally(failure);
    }

    @Override
    public void onComplete() {
      whole.complete(bytes.toString(StandardCharsets.UTF_8));
    }

    void abandon() {
      abandoned = true;
      if (subscription != null && !whole.isDone()) {
        subscription.cancel();
      }
    }
  }
}
