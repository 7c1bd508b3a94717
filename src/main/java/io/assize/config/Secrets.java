package io.assize.config;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * What no text may carry out of this process: keys, passwords, and the credentials of addresses.
 * Who learns one says so here; messages of errors, and what is logged of others' errors, pass
 * {@link #hide}. Texts of others that Spark shows are hidden by {@link #settings}.
 */
public final class Secrets {
  /** What stands in a secret's place. */
  public static final String HIDDEN = "***";

  private static final String SETTINGS =
      "(?i)secret|passw|token|credential|authorization"
          + "|(access|account|api|private|shared|auth)[._-]?key|_key$|://[^/?#\\s\"'<>]*@";

  private static final Pattern SETTING = Pattern.compile(SETTINGS);

  /** The credentials of an address, as a regular expression. */
  public static final String CREDENTIALS = "(?<=://)[^/?#\\s\"'<>]*@";

  private static final Pattern OF_ADDRESSES = Pattern.compile(CREDENTIALS);

  /** Shorter ones are parts of other words: to hide them would spoil texts and guard nothing. */
  private static final int SHORTEST = 4;

  private static final int SHORTEST_OF_A_SETTING = 6;
  private static final Pattern NO_SECRET =
      Pattern.compile("true|false|[0-9.]+[a-z]*|([a-z]+[.])+[A-Z].*");

  /** The longest first, since one may be part of another. */
  private static final ConcurrentSkipListSet<String> KNOWN =
      new ConcurrentSkipListSet<>(
          Comparator.comparingInt(String::length).reversed().thenComparing(String::compareTo));

  private static final ConcurrentSkipListSet<String> VARIABLES = new ConcurrentSkipListSet<>();

  private Secrets() {}

  /** From now on, an environment variable of that name is known to hold a secret. */
  public static void keepVariable(String name) {
    VARIABLES.add(name);
  }

  /**
   * For {@code spark.redaction.regex}: settings, by name or value, that hold a secret. Executors'
   * variables are settings too.
   */
  public static String settings() {
    return VARIABLES.stream()
        .map(name -> "|executorEnv[.]" + Pattern.quote(name) + "$")
        .collect(Collectors.joining("", SETTINGS, ""));
  }

  /** From now on, a secret is hidden; null and what is too short are not. */
  public static void keep(String secret) {
    if (secret == null || secret.strip().length() < SHORTEST) {
      return;
    }
    String plain = secret.strip();
    for (String form : List.of(secret, plain)) {
      KNOWN.add(form);
      KNOWN.add(URLEncoder.encode(form, StandardCharsets.UTF_8));
      KNOWN.add(form.replace("\\", "\\\\").replace("\"", "\\\""));
    }
    // A library's message may show one line of what it refuses.
    secret.lines().filter(line -> line.strip().length() >= SHORTEST).forEach(KNOWN::add);
  }

  /** From now on, a user's name with the password, in all forms that travel, is hidden. */
  public static void keepCredentials(String user, String password) {
    keep(password);
    keep(user + ":" + password);
    keep(basic(user, password));
  }

  /** From now on, the values of settings whose names tell that they hold secrets are hidden. */
  public static void keepSettings(Map<String, String> settings) {
    settings.forEach(
        (name, value) -> {
          if (SETTING.matcher(name).find()
              && value.length() >= SHORTEST_OF_A_SETTING
              && !NO_SECRET.matcher(value).matches()) {
            keep(value);
          }
        });
  }

  /** A text without secrets; null for null. */
  public static String hide(String text) {
    if (text == null) {
      return null;
    }
    String hidden = text;
    for (String secret : KNOWN) {
      hidden = hidden.replace(secret, HIDDEN);
    }
    return OF_ADDRESSES.matcher(hidden).replaceAll(Matcher.quoteReplacement(HIDDEN + "@"));
  }

  /** What HTTP's basic authentication sends. */
  public static String basic(String user, String password) {
    return Base64.getEncoder()
        .encodeToString((user + ":" + password).getBytes(StandardCharsets.UTF_8));
  }
}
