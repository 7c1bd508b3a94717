package io.assize.config;

import java.io.Serializable;
import java.time.Duration;

/**
 * An OpenAI-compatible endpoint.
 *
 * @param url its base, up to and with {@code /v1}
 * @param keyVariable the environment variable that holds the key; null: none is sent
 * @param concurrency most requests under way from one JVM
 * @param question how a question with allowed answers is put: {@code llama_server}, {@code vllm} or
 *     {@code first_token}; {@code auto}: as the endpoint's kind of server can
 * @param topLogprobs alternatives asked for where the first token's probabilities are read
 * @param limits of one request
 */
public record HttpConfig(
    String url,
    String keyVariable,
    int concurrency,
    String question,
    int topLogprobs,
    Limits limits)
    implements JudgeSettings {
  public static final String AUTO = "auto";
  public static final String LLAMA_SERVER = "llama_server";
  public static final String VLLM = "vllm";
  public static final String FIRST_TOKEN = "first_token";

  /**
   * What one request may take.
   *
   * @param timeoutSeconds for it and its whole answer; also the longest wait that an endpoint may
   *     ask for
   * @param attempts most tries
   * @param backoffMillis wait before the second try; doubled, with jitter, before each later one
   * @param maxReplyMegabytes the longest answer that is read
   */
  public record Limits(int timeoutSeconds, int attempts, int backoffMillis, int maxReplyMegabytes)
      implements Serializable {
    private static Limits of(Settings settings) {
      return new Limits(
          settings.integer("timeout_seconds", 1, 86400),
          settings.integer("attempts", 1, 100),
          settings.integer("backoff_millis", 1, 600000),
          settings.integer("max_reply_megabytes", 1, 1024));
    }

    /** Of one exchange. */
    public Duration timeout() {
      return Duration.ofSeconds(timeoutSeconds);
    }

    /** Of an answer. */
    public long mostBytes() {
      return (long) maxReplyMegabytes << 20;
    }
  }

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
        settings.choice("question", AUTO, LLAMA_SERVER, VLLM, FIRST_TOKEN),
        settings.integer("top_logprobs", 1, 100),
        Limits.of(settings));
  }

  /** The same, with a question put so. */
  public HttpConfig asking(String other) {
    return new HttpConfig(url, keyVariable, concurrency, other, topLogprobs, limits);
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
