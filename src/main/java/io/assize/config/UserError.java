package io.assize.config;

import com.google.errorprone.annotations.FormatMethod;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Something the user can mend: the message says what is wrong, where, and what to do. It is shown
 * as one line without a stack trace and without {@link Secrets}; every other exception is a bug of
 * ours and keeps its trace.
 */
public final class UserError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Characters of a message. */
  private static final int MOST = 2000;

  private final boolean configuration;

  private UserError(String message, boolean configuration, Throwable cause) {
    super(message, cause);
    this.configuration = configuration;
  }

  /** Wrong usage, configuration or input, found before any work: exit code 2. */
  @FormatMethod
  public static UserError configuration(String format, Object... arguments) {
    return new UserError(oneLine(format, arguments), true, null);
  }

  /** A job that could not be done: exit code 1. */
  @FormatMethod
  public static UserError failure(String format, Object... arguments) {
    return new UserError(oneLine(format, arguments), false, null);
  }

  /** The exit code of a process that ends with this error. */
  public int exitCode() {
    return configuration ? 2 : 1;
  }

  @FormatMethod
  private static String oneLine(String format, Object... arguments) {
    String text =
        Secrets.hide(String.format(Locale.ROOT, format, arguments))
            .lines()
            .map(String::strip)
            .filter(line -> !line.isEmpty())
            .collect(Collectors.joining(" "))
            // Names come from strangers' files: nothing in them may steer a terminal.
            .replaceAll("[\\p{Cc}\\p{Cf}\\u2028\\u2029]", "?");
    return text.length() > MOST ? text.substring(0, MOST) + " …" : text;
  }
}
