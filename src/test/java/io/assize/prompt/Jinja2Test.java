package io.assize.prompt;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.UserError;
import io.assize.prompt.jinja.Limits;
import io.assize.prompt.jinja.Template;
import io.assize.prompt.jinja.Text;
import io.assize.testing.Programs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a template's text is, Jinja2 says: of the tests' Python, set up as {@code transformers} sets
 * it up. An error is equal to an error, whatever they say.
 */
class Jinja2Test {
  private static final Clock NOON =
      Clock.fixed(Instant.parse("2026-11-26T12:00:00Z"), ZoneOffset.UTC);

  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path dir;

  @Test
  void templatesThatPackagesCarryAreJinja2sToTheCharacter() throws IOException {
    Path wheels = Programs.VENV.resolve("wheels");
    assumeTrue(Files.isDirectory(wheels), "skipped: there is no .venv/wheels: run scripts/test");

    Tally tally = compared(python("carried.py", wheels.toString()));

    assertThat(tally.templates).isGreaterThan(90);
    assertThat(tally.differences).as(tally.toString()).isEmpty();
  }

  @Test
  void templatesMadeUpAtRandomAreJinja2sToTheCharacter() throws IOException {
    String seed = System.getProperty("assize.test.seed", "1");
    String count = Boolean.getBoolean("assize.test.long") ? "10000" : "2000";

    Tally tally = compared(python("made_up.py", seed, count));

    assertThat(tally.texts).isGreaterThan(tally.templates / 2);
    assertThat(tally.differences).as(tally.toString()).isEmpty();
  }

  private String python(String script, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Programs.VENV.resolve("bin/python").toString());
    command.add(Path.of("src/test/resources/jinja2", script).toAbsolutePath().toString());
    command.addAll(List.of(arguments));
    assumeTrue(
        Files.isExecutable(Path.of(command.get(0))),
        "skipped: there is no .venv: run scripts/test");
    Programs.Ended ended =
        Programs.run(
            dir,
            Map.of("PYTHONDONTWRITEBYTECODE", "1", "PYTHONHASHSEED", "0"),
            Duration.ofMinutes(20),
            command);
    assertThat(ended.code()).as(ended.err()).isZero();
    return ended.out();
  }

  /** What was compared, and what was not equal. */
  private static final class Tally {
    private int templates;
    private int texts;
    private int errors;
    private final List<String> differences = new ArrayList<>();

    @Override
    public String toString() {
      int equal = texts + errors;
      return String.format(
          "%d templates; equal %d of %d (%d texts, %d errors)",
          templates, equal, equal + differences.size(), texts, errors);
    }
  }

  /** Compares renderings, as the scripts give them: a line of values, then a line a template. */
  private static Tally compared(String lines) throws IOException {
    Tally tally = new Tally();
    List<Map<String, Object>> values = new ArrayList<>();
    for (String line : lines.lines().toList()) {
      JsonNode read = JSON.readTree(line);
      if (read.has("values")) {
        read.get("values").forEach(given -> values.add(values(given)));
        continue;
      }
      tally.templates++;
      for (int i = 0; i < values.size(); i++) {
        String wanted = read.at("/expected/" + i + "/text").textValue();
        String template = read.get("template").textValue();
        Object got = rendered(template, values.get(i));
        if (wanted == null ? got instanceof UserError : wanted.equals(got)) {
          tally.texts += wanted == null ? 0 : 1;
          tally.errors += wanted == null ? 1 : 0;
        } else {
          tally.differences.add(
              String.format(
                  "%s with values %d%n  template %s%n  Jinja2   %s%n  here     %s",
                  read.get("name").textValue(),
                  i,
                  JSON.writeValueAsString(template),
                  read.at("/expected/" + i),
                  got instanceof UserError e ? e.getMessage() : JSON.writeValueAsString(got)));
        }
      }
    }
    System.out.println(tally);
    return tally;
  }

  /** The text, or the error in its place. */
  private static Object rendered(String template, Map<String, Object> values) {
    try {
      return Template.parse(template).render(values, Limits.DEFAULT, NOON).toString();
    } catch (UserError e) {
      return e;
    }
  }

  /** Values with the messages' contents marked as data, which may change no character. */
  private static Map<String, Object> values(JsonNode given) {
    Map<String, Object> values = new HashMap<>();
    for (Map.Entry<String, JsonNode> entry : fields(given).toList()) {
      values.put(entry.getKey(), value(entry.getValue(), false));
    }
    return values;
  }

  private static Object value(JsonNode node, boolean data) {
    if (node.isObject()) {
      Map<String, Object> map = new LinkedHashMap<>();
      fields(node)
          .forEach(
              entry ->
                  map.put(
                      entry.getKey(), value(entry.getValue(), entry.getKey().equals("content"))));
      return map;
    }
    if (node.isArray()) {
      List<Object> list = new ArrayList<>();
      node.forEach(item -> list.add(value(item, data)));
      return list;
    }
    if (node.isTextual()) {
      return data ? Text.data(node.textValue()) : node.textValue();
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isNull()) {
      return null;
    }
    return node.isIntegralNumber() ? (Object) node.bigIntegerValue() : node.doubleValue();
  }

  private static Stream<Map.Entry<String, JsonNode>> fields(JsonNode object) {
    List<Map.Entry<String, JsonNode>> fields = new ArrayList<>();
    for (Iterator<Map.Entry<String, JsonNode>> each = object.fields(); each.hasNext(); ) {
      fields.add(each.next());
    }
    return fields.stream();
  }
}
