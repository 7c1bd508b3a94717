package io.assize.prompt;

import static org.assertj.core.api.Assertions.assertThat;

import io.assize.prompt.jinja.Limits;
import io.assize.prompt.jinja.Template;
import io.assize.testing.PublicData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Chat templates that went wrong once: equal to Jinja2 under Hugging Face's settings. */
class ChatCasesTest {
  private static final Clock DAY =
      Clock.fixed(Instant.parse("2026-11-26T12:00:00Z"), ZoneOffset.UTC);

  @TestFactory
  Stream<DynamicTest> theTextIsJinja2s() throws IOException {
    Path cases = PublicData.cases("chat");
    List<DynamicTest> tests = new ArrayList<>();
    for (String line : Files.readAllLines(cases.resolve("expected.tsv"))) {
      String[] fields = line.split("\t", 3);
      String template = Files.readString(cases.resolve(fields[0]));
      tests.add(
          DynamicTest.dynamicTest(
              fields[0] + " " + fields[1],
              () ->
                  assertThat(inOneLine(render(template, fields[1].equals("sys"))))
                      .isEqualTo(fields[2])));
    }
    return tests.stream();
  }

  private static String inOneLine(String text) {
    return text.replace("\\", "\\\\").replace("\n", "\\n");
  }

  private static String render(String template, boolean system) {
    List<Map<String, String>> messages = new ArrayList<>();
    if (system) {
      messages.add(message("system", "SYS text"));
    }
    messages.add(message("user", "USER text"));
    Map<String, Object> values = new HashMap<>();
    values.put("messages", messages);
    values.put("tools", null);
    values.put("documents", null);
    values.put("add_generation_prompt", true);
    values.put("bos_token", "<s>");
    values.put("eos_token", "</s>");
    return Template.parse(template).render(values, Limits.DEFAULT, DAY).toString();
  }

  private static Map<String, String> message(String role, String content) {
    Map<String, String> message = new LinkedHashMap<>();
    message.put("role", role);
    message.put("content", content);
    return message;
  }
}
