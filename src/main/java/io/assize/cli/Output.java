package io.assize.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.assize.config.Secrets;
import java.io.IOException;
import java.time.Instant;
import picocli.CommandLine;

/** How a command's result is shown: as text, or as one JSON object where a program reads it. */
final class Output {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .configure(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, false)
          .registerModule(
              new SimpleModule().addSerializer(Instant.class, ToStringSerializer.instance));

  /** The forms. */
  enum Format {
    TEXT,
    JSON
  }

  @CommandLine.Option(
      names = "--format",
      description = "text or json (default: ${DEFAULT-VALUE})",
      defaultValue = "text")
  private Format format;

  boolean json() {
    return format == Format.JSON;
  }

  /** Prints the result: its text, or as JSON. */
  void print(Object result, String text) {
    if (!json()) {
      System.out.println(text.stripTrailing());
      return;
    }
    try {
      System.out.println(JSON.writeValueAsString(result));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A line of progress, apart from the result. */
  static void progress(String line) {
    System.err.println("assize: " + Secrets.hide(line));
  }
}
