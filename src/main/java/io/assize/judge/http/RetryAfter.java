package io.assize.judge.http;

import java.net.http.HttpHeaders;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.Optional;

/** How long an endpoint asks to be left alone (RFC 9110, section 10.2.3). */
final class RetryAfter {
  private RetryAfter() {}

  /**
   * The wait asked for, in seconds or until a date; empty where none is, or in no known form.
   *
   * @param most the wait is at most so long
   */
  static Optional<Duration> of(HttpHeaders headers, Instant now, Duration most) {
    return headers
        .firstValue("Retry-After")
        .map(String::strip)
        .flatMap(value -> wait(value, now))
        .map(wait -> wait.isNegative() ? Duration.ZERO : wait)
        .map(wait -> wait.compareTo(most) > 0 ? most : wait);
  }

  private static Optional<Duration> wait(String value, Instant now) {
    try {
      return Optional.of(
          value.matches("[0-9]{1,18}")
              ? Duration.ofSeconds(Long.parseLong(value))
              : Duration.between(
                  now,
                  ZonedDateTime.parse(value, DateTimeFormatter.RFC_1123_DATE_TIME).toInstant()));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }
}
