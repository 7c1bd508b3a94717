package io.assize.testing;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** llama.cpp's server on loopback, over the demo's judge. */
public final class LlamaCpp {
  private LlamaCpp() {}

  /**
   * Starts it, and waits until it has loaded the model.
   *
   * @param logs takes its log
   * @param key what requests have to bear; none: nothing
   */
  public static Programs.Running serve(Path logs, int port, String... key)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Programs.VENV.resolve("bin/python").toString());
    command.add("scripts/test-endpoint");
    command.add(DemoJudge.path().toString());
    command.add(Integer.toString(port));
    command.addAll(List.of(key));
    Programs.Running server = Programs.serve(logs, Map.of(), port, command);
    HttpRequest health =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/health")).build();
    HttpClient client = HttpClient.newHttpClient();
    for (int i = 0; i < 300; i++) {
      if (client.send(health, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
        return server;
      }
      Thread.sleep(100);
    }
    server.close();
    throw new AssertionError("the endpoint is not ready");
  }
}
