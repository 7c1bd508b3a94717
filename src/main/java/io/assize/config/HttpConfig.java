package io.assize.config;

import java.io.Serializable;

/**
 * An OpenAI-compatible endpoint.
 *
 * @param url its base, up to and with {@code /v1}
 * @param keyVariable the environment variable that holds the key; null: none is sent
 * @param concurrency most requests under way from one JVM
 * @param timeoutSeconds for one request
 * @param attempts most tries of one request
 * @param backoffMillis wait before the second try; doubled, with jitter, before each later one
 * @param topLogprobs alternatives asked for where probabilities are read
 */
public record HttpConfig(
    String url,
    String keyVariable,
    int concurrency,
    int timeoutSeconds,
    int attempts,
    int backoffMillis,
    int topLogprobs)
    implements Serializable {

  static HttpConfig of(Settings settings) {
    return new HttpConfig(
        settings.optionalText("url"),
        settings.optionalText("key_variable"),
        settings.integer("concurrency", 1, 4096),
        settings.integer("timeout_seconds", 1, 86400),
        settings.integer("attempts", 1, 100),
        settings.integer("backoff_millis", 1, 600000),
        settings.integer("top_logprobs", 1, 100));
  }
}
