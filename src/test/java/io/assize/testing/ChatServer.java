package io.assize.testing;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.BiFunction;

/** An endpoint on loopback that answers requests for chat completions as a test wants. */
public final class ChatServer implements AutoCloseable {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final HttpServer http;
  private final ExecutorService threads = Executors.newCachedThreadPool();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  /** What it does with a request. */
  public interface Rule {
    void answer(HttpExchange exchange) throws IOException;
  }

  /** A status and a body. */
  public record Said(int status, String body) {}

  /** Starts one. */
  public ChatServer(Rule rule) {
    this((exchange, body) -> rule.answer(exchange));
  }

  /**
   * One that answers by what it is asked.
   *
   * @param rule of a path and a body
   */
  public static ChatServer of(BiFunction<String, String, Said> rule) {
    return new ChatServer(
        (exchange, body) -> {
          Said said = rule.apply(exchange.getRequestURI().getPath(), body);
          answer(exchange, said.status(), said.body());
        });
  }

  private interface Reader {
    void answer(HttpExchange exchange, String body) throws IOException;
  }

  private ChatServer(Reader rule) {
    try {
      http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    http.setExecutor(threads);
    http.createContext(
        "/",
        exchange -> {
          String body =
              new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
          if (exchange.getRequestURI().getPath().endsWith("/chat/completions")) {
            asked.add(body);
          }
          rule.answer(exchange, body);
        });
    http.start();
  }

  /** The base of its address. */
  public String url() {
    return "http://127.0.0.1:" + http.getAddress().getPort() + "/v1";
  }

  /** The bodies of the requests for chat completions so far. */
  public List<String> asked() {
    return List.copyOf(asked);
  }

  /** Answers with a status and a text. */
  public static void answer(HttpExchange exchange, int status, String body) throws IOException {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(status, bytes.length == 0 ? -1 : bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  /** Answers with what a judge writes. */
  public static void say(HttpExchange exchange, String text) throws IOException {
    Map<String, ?> message = Map.of("role", "assistant", "content", text);
    Map<String, ?> choice = Map.of("message", message, "finish_reason", "stop");
    Map<String, ?> usage = Map.of("prompt_tokens", 7, "completion_tokens", 3);
    answer(
        exchange, 200, JSON.writeValueAsString(Map.of("choices", List.of(choice), "usage", usage)));
  }

  @Override
  public void close() {
    http.stop(0);
    threads.shutdownNow();
  }
}
