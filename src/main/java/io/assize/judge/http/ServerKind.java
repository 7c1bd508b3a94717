package io.assize.judge.http;

import io.assize.config.HttpConfig;
import io.assize.config.Secrets;
import io.assize.config.UserError;
import io.assize.judge.JudgeException;
import java.io.IOException;
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
   * How questions are put to an endpoint; asks it for its models. One that does not list them is
   * asked as any other; one that cannot say so now is not, since its verdicts would be others.
   *
   * @throws UserError where it cannot be reached, or is not ready
   */
  static String question(HttpConfig http, UnaryOperator<String> environment) {
    Endpoint endpoint = Endpoint.of(http, environment);
    String owner = "";
    try {
      HttpResponse<String> response = Requests.models(endpoint, http, LIMIT);
      Refusal refusal = Refusal.of(response);
      if (refusal.passing()) {
        throw unknown(endpoint, "it " + refusal);
      }
      owner = response.statusCode() == 200 ? owner(response.body(), endpoint) : "";
    } catch (IOException e) {
      throw unknown(endpoint, Exchange.reason(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unknown(endpoint, "interrupted");
    }
    String question = QUESTIONS.getOrDefault(owner, HttpConfig.FIRST_TOKEN);
    LOG.info("questions are put to {} by {}", endpoint, question);
    return question;
  }

  private static String owner(String body, Endpoint endpoint) {
    try {
      return Reply.json(body, endpoint.toString()).path("data").path(0).path("owned_by").asText();
    } catch (JudgeException e) {
      return "";
    }
  }

  private static UserError unknown(Endpoint endpoint, String why) {
    return UserError.failure(
        "%s",
        Secrets.hide(
            String.format(
                Locale.ROOT,
                "the judge's endpoint %s does not say from here how it can be asked (%s): start it, or"
                    + " set assize.judge.http.question to what it was",
                endpoint,
                why)));
  }
}
