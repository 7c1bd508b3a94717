package io.assize.judge.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.Secrets;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;

/**
 * An endpoint's answer that refuses a request.
 *
 * @param status HTTP's
 * @param said the endpoint's own text, on one line, at most {@value #LONGEST} characters
 * @param to of meaning for redirections: the host that is pointed to
 */
record Refusal(int status, String said, String to) {
  private static final int LONGEST = 300;
  private static final String ELSEWHERE = "another place";

  private static final List<String> TOO_LONG =
      List.of(
          "context_length",
          "exceeds the available context",
          "exceed_context_size",
          "prompt is too large",
          "input is too large",
          "input token count",
          "reduce the length",
          "maximum allowed number of input tokens",
          "context length",
          "context window",
          "context size",
          "maximum context",
          "too long",
          "too many tokens",
          "longer than the maximum");

  static Refusal of(HttpResponse<String> response) {
    return new Refusal(
        response.statusCode(),
        line(response.body()),
        response.headers().firstValue("Location").map(Refusal::host).orElse(ELSEWHERE));
  }

  /** An error inside an answer of status 200, as gateways hand on what a provider said. */
  static Refusal inside(JsonNode error) {
    int code = error.path("code").asInt(error.path("status").asInt(400));
    String said = error.path("message").isTextual() ? error.get("message").asText() : "" + error;
    return new Refusal(code >= 400 && code < 600 ? code : 400, line(said), ELSEWHERE);
  }

  private static String line(String body) {
    String start = body.substring(0, Math.min(body.length(), 20 * LONGEST));
    String line = Secrets.hide(start).replaceAll("\\s++", " ").strip();
    return line.length() > LONGEST ? line.substring(0, LONGEST) + "…" : line;
  }

  /** Whether it may be another answer a moment later. */
  boolean passing() {
    return (status == 408 || status == 429 || status >= 500) && !spent();
  }

  /** Whether it is about this prompt's length. */
  boolean tooLong() {
    String text = said.toLowerCase(Locale.ROOT);
    return status == 413
        || ((status == 400 || status == 422) && TOO_LONG.stream().anyMatch(text::contains));
  }

  /** Whether a request of another form may be taken: it is the request that is refused. */
  boolean concernsForm() {
    return status == 400 || status == 422 || status == 501 || status == 500;
  }

  /** Whether it says one of some words, in any case. */
  boolean says(String... words) {
    String text = said.toLowerCase(Locale.ROOT);
    return List.of(words).stream().anyMatch(text::contains);
  }

  /** Whether any other request would be answered so: key, address or account are not right. */
  boolean concernsAll() {
    return List.of(401, 402, 403, 404, 405).contains(status) || redirects() || spent();
  }

  @Override
  public String toString() {
    return redirects()
        ? String.format(
            Locale.ROOT, "answered %d, pointing to %s: the key is not sent there", status, to)
        : String.format(Locale.ROOT, "answered %d: %s", status, said);
  }

  private boolean redirects() {
    return status >= 300 && status < 400;
  }

  private boolean spent() {
    return status == 429 && said.contains("insufficient_quota");
  }

  private static String host(String location) {
    try {
      String host = URI.create(location).getHost();
      return host == null ? ELSEWHERE : host;
    } catch (IllegalArgumentException e) {
      return ELSEWHERE;
    }
  }
}
