package io.assize.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import io.assize.config.Secrets;
import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import picocli.CommandLine;

/** How a command's result is shown: as text, or as one JSON object where a program reads it. */
public final class Output {
  private static final ObjectMapper JSON =
      new ObjectMapper()
          .setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
          .configure(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS, false)
          .registerModule(
              new SimpleModule()
                  .addSerializer(Instant.class, ToStringSerializer.instance)
                  .addSerializer(Double.class, new Finite())
                  .addSerializer(double.class, new Finite()));

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
  public void print(Object result, String text) {
    print(result, Map.of(), text);
  }

  /** The same; the JSON object has further keys. */
  void print(Object result, Map<String, Object> more, String text) {
    if (!json()) {
      System.out.println(harmless(text.stripTrailing()));
      return;
    }
    try {
      ObjectNode object = JSON.valueToTree(result);
      more.forEach((key, value) -> object.set(key, JSON.valueToTree(value)));
      System.out.println(JSON.writeValueAsString(object));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A number that JSON has no word for is null. */
  private static final class Finite extends StdSerializer<Double> {
    private static final long serialVersionUID = 1L;

    Finite() {
      super(Double.class);
    }

    @Override
    public void serialize(Double value, JsonGenerator json, SerializerProvider provider)
        throws IOException {
      if (Double.isFinite(value)) {
        json.writeNumber(value);
      } else {
        json.writeNull();
      }
    }
  }

  /** A line of progress, apart from the result. */
  public static void progress(String line) {
    System.err.println("assize: " + harmless(Secrets.hide(line).replace('\n', ' ')));
  }

  /** Names and texts of a corpus may not steer a terminal: no control signs but lines and tabs. */
  private static String harmless(String text) {
    return text.replaceAll("[\\p{Cc}\\u202A-\\u202E\\u2066-\\u2069&&[^\\n\\t]]", "?");
  }
}
