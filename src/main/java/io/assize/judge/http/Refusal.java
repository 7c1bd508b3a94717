package io.assize.judge.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.assize.config.Secrets;
import io.assize.judge.JudgeException;
import io.assize.judge.JudgeException.Reason;
import java.net.URI;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.Locale;

/**
 * An endpoint's answer that refuses a request.
 *
 * @param status HTTP's
 * @param said the endpoint's own text, on one line, at most {@value #LONGEST} characters, of which
 *     {@value #SHOWN} are shown
 * @param to of meaning for redirections: the host that is pointed to
 */
record Refusal(int status, String said, String to) {
  private static final int LONGEST = 2000;
  private static final int SHOWN = 300;
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

  /** How providers say that a text is not to their liking. */
  private static final String[] MODERATED = {
    "content_filter",
    "content management policy",
    "contentfilter",
    "data_inspection_failed",
    "content_policy",
    "usage policy",
    "requires moderation",
    "was flagged"
  };

  static Refusal of(HttpResponse<String> response) {
    return new Refusal(
        response.statusCode(),
        line(response.body()),
        response.headers().firstValue("Location").map(Refusal::host).orElse(ELSEWHERE));
  }

  /** An error inside an answer of status 200, as gateways hand on what a provider said. */
  static Refusal inside(JsonNode error) {
    int code = error.path("code").asInt(error.path("status").asInt(400));
    JsonNode raw = error.path("metadata").path("raw");
    String said = error.path("message").isTextual() ? error.get("message").asText() : "" + error;
    said = raw.isTextual() ? said + ": " + raw.asText() : said;
    return new Refusal(code >= 400 && code < 600 ? code : 400, line(said), ELSEWHERE);
  }

  /** The same with the status of the answer that it came in. */
  Refusal withStatus(int other) {
    return new Refusal(other, said, to);
  }

  /** Why a request has no answer. */
  JudgeException failure(String what) {
    return new JudgeException(tooLong() ? Reason.TOO_LONG : Reason.ENGINE_ERROR, what);
  }

  private static String line(String body) {
    String start = body.substring(0, Math.min(body.length(), 3 * LONGEST));
    String line = Secrets.hide(start).replaceAll("\\s++", " ").strip();
    return line.substring(0, Math.min(line.length(), LONGEST));
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

  /** Whether it is this prompt's text that is refused, as another one's would not be. */
  boolean concernsText() {
    return (status == 400 || status == 403 || status == 422) && says(MODERATED);
  }

  /** Whether a model spent its tokens before it said anything, which some call an error. */
  boolean outOfTokens() {
    return status == 400 && says("model output limit was reached");
  }

  /** Whether it says one of some words, in any case. */
  boolean says(String... words) {
    String text = said.toLowerCase(Locale.ROOT);
    return List.of(words).stream().anyMatch(text::contains);
  }

  /** Whether any other request would be answered so: key, address or account are not right. */
  boolean concernsAll() {
    return (List.of(401, 402, 403, 404, 405).contains(status) && !concernsText())
        || redirects()
        || spent();
  }

  @Override
  public String toString() {
    return redirects()
        ? String.format(
            Locale.ROOT, "answered %d, pointing to %s: the key is not sent there", status, to)
        : String.format(Locale.ROOT, "answered %d: %s", status, shown());
  }

  private String shown() {
    return said.length() > SHOWN ? said.substring(0, SHOWN) + "…" : said;
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
