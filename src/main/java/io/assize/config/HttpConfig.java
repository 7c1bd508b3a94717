package io.assize.config;

/**
 * An OpenAI-compatible endpoint.
 *
 * @param url its base, up to and with {@code /v1}
 * @param keyVariable the environment variable that holds the key; null: none is sent
 * @param concurrency most requests under way from one JVM
 * @param timeoutSeconds for one request and its whole answer; also the longest wait that an
 *     endpoint may ask for
 * @param attempts most tries of one request
 * @param backoffMillis wait before the second try; doubled, with jitter, before each later one
 * @param topLogprobs alternatives asked for where probabilities are read
 * @param maxReplyMegabytes the longest answer that is read
 */
public record HttpConfig(
    String url,
    String keyVariable,
    int concurrency,
    int timeoutSeconds,
    int attempts,
    int backoffMillis,
    int topLogprobs,
    int maxReplyMegabytes)
    implements JudgeSettings {

  /** Reads it from {@code assize.judge.http}. */
  public static HttpConfig of(Settings settings) {
    String keyVariable = settings.optionalText("key_variable");
    if (keyVariable != null) {
      Secrets.keepVariable(keyVariable);
    }
    return new HttpConfig(
        settings.optionalText("url"),
        keyVariable,
        settings.integer("concurrency", 1, 4096),
        settings.integer("timeout_seconds", 1, 86400),
        settings.integer("attempts", 1, 100),
        settings.integer("backoff_millis", 1, 600000),
        settings.integer("top_logprobs", 1, 100),
        settings.integer("max_reply_megabytes", 1, 1024));
  }

  @Override
  public void check(JudgeConfig judge) {
    JudgeSettings.require(
        judge.model(), "assize.judge.model", "the model as the endpoint calls it");
    JudgeSettings.require(url, "assize.judge.http.url", "the endpoint, as http://host:8000/v1");
  }

  /** Fingerprints do not tell endpoints apart: wherever it is, a model is the same. */
  @Override
  public Object place() {
    return this;
  }

  /** The address may bear credentials. */
  @Override
  public String toString() {
    return Secrets.hide(url);
  }
}
