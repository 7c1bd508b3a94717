package io.assize.judge.http;

import io.assize.config.HttpConfig;
import io.assize.config.Secrets;
import io.assize.config.UserError;
import java.net.URI;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * An endpoint's addresses, and the credentials that requests to it bear. What is secret is made
 * known to {@link Secrets}; the addresses hold none of it.
 *
 * @param root what the server's own paths are below: the base without {@code /v1}
 * @param chat takes requests for chat completions
 * @param models lists the models
 * @param authorization the header's value; null: none is sent
 */
record Endpoint(URI root, URI chat, URI models, String authorization) {

  /**
   * The endpoint of a configuration.
   *
   * @param environment gives a variable's value, null where it is not set
   * @throws UserError where address or key cannot be used; it shows neither's secret
   */
  static Endpoint of(HttpConfig http, UnaryOperator<String> environment) {
    URI base = base(http.url());
    String port = base.getPort() < 0 ? "" : ":" + base.getPort();
    String path = base.getRawPath() == null ? "" : base.getRawPath();
    String root = base.getScheme() + "://" + base.getHost() + port + withoutSlash(path);
    return new Endpoint(
        URI.create(root.replaceAll("/v1$", "") + "/"),
        URI.create(root + "/chat/completions"),
        URI.create(root + "/models"),
        authorization(base, http.keyVariable(), environment));
  }

  /** The address of chat completions, for messages. */
  @Override
  public String toString() {
    return chat.toString();
  }

  private static URI base(String url) {
    try {
      URI uri = URI.create(url.strip());
      boolean plain =
          uri.getRawQuery() == null
              && uri.getRawFragment() == null
              && uri.getRawPath().indexOf('@') < 0
              && uri.getPort() <= 65535;
      if (uri.getHost() != null && plain && List.of("http", "https").contains(uri.getScheme())) {
        return uri;
      }
    } catch (IllegalArgumentException e) {
      // Said below, in the same words.
    }
    // What stands before an @ or behind a ? may be secret, in whatever form.
    throw UserError.configuration(
        "assize.judge.http.url %s is no http:// or https:// address of a base: name it up to and with"
            + " /v1, without what a ? would begin",
        url.substring(url.lastIndexOf('@') + 1).replaceAll("[?#].*", "?" + Secrets.HIDDEN));
  }

  private static String authorization(
      URI base, String variable, UnaryOperator<String> environment) {
    String login = base.getUserInfo();
    if (login != null) {
      int colon = login.indexOf(':');
      String user = colon < 0 ? login : login.substring(0, colon);
      String password = colon < 0 ? "" : login.substring(colon + 1);
      Secrets.keep(base.getRawUserInfo());
      Secrets.keepCredentials(user, password);
      if (variable == null) {
        return "Basic " + Secrets.basic(user, password);
      }
    }
    return variable == null ? null : "Bearer " + key(variable, environment.apply(variable));
  }

  private static String key(String variable, String value) {
    if (value == null || value.isBlank()) {
      throw UserError.configuration(
          "environment variable %s, named by assize.judge.http.key_variable, is not set here: set it"
              + " on the driver and the executors",
          variable);
    }
    Secrets.keep(value);
    String key = value.strip();
    if (!key.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
      throw UserError.configuration(
          "environment variable %s holds a key with characters that a header cannot carry (a line"
              + " break, a blank, or none of ASCII): set it to the key alone",
          variable);
    }
    return key;
  }

  private static String withoutSlash(String path) {
    return path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }
}
