package io.assize.judge.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.HttpConfig;
import io.assize.config.Secrets;
import io.assize.config.UserError;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which server an endpoint says it is, and how it is therefore asked. */
final class ServerKind {
  private static final Logger LOG = LoggerFactory.getLogger(ServerKind.class);
  private static final Duration LIMIT = Duration.ofSeconds(10);

  /** By what the list of models says of its owner. */
  private static final Map<String, String> QUESTIONS =
      Map.of("llamacpp", HttpConfig.LLAMA_SERVER, "vllm", HttpConfig.VLLM);

  private ServerKind() {}

  /**
   * How questions are put to an endpoint; asks it for its models.
   *
   * @throws UserError where it cannot be reached
   */
  static String question(HttpConfig http, UnaryOperator<String> environment) {
    Endpoint endpoint = Endpoint.of(http, environment);
    HttpRequest request =
        Requests.authorized(HttpRequest.newBuilder(endpoint.models()).GET(), endpoint);
    String owner = "";
    try {
      HttpResponse<String> response = new Exchange(LIMIT, http.limits().mostBytes()).send(request);
      if (response.statusCode() == 200) {
        JsonNode models = Reply.json(response.body(), endpoint).path("data");
        owner = models.path(0).path("owned_by").asText();
      }
    } catch (IOException e) {
      throw UserError.failure(
          "%s",
          Secrets.hide(
              String.format(
                  Locale.ROOT,
                  "the judge's endpoint %s cannot be reached from here to see how it can be asked"
                      + " (%s): start it, or set assize.judge.http.question to what it was",
                  endpoint,
                  Exchange.reason(e))));
    } catch (io.assize.judge.JudgeException e) {
      owner = "";
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    String question = QUESTIONS.getOrDefault(owner, HttpConfig.FIRST_TOKEN);
    LOG.info("questions are put to {} by {}", endpoint, question);
    return question;
  }
}
