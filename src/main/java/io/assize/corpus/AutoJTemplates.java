package io.assize.corpus;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The exact prompts of the Auto-J judge, read from a checkout of its repository ({@code
 * codes/usage/constants_prompt.py}) or from a folder with {@code pairwise.txt}, {@code single.txt}
 * and {@code llama2_wrapper.txt}. Their {@code {placeholders}} become Jinja's.
 *
 * @param pairwise the pairwise user message as a Jinja template
 * @param single the single-response user message as a Jinja template
 * @param chat the chat format as a Jinja template
 */
public record AutoJTemplates(String pairwise, String single, String chat) {
  private static final String SOURCE = "codes/usage/constants_prompt.py";

  private static final Map<String, String> FIELDS_PAIRWISE =
      Map.of("prompt", "prompt", "response", "response_1", "response_another", "response_2");
  private static final Map<String, String> FIELDS_SINGLE =
      Map.of("prompt", "prompt", "response", "response");

  /** Reads the templates of a checkout or folder. */
  public static AutoJTemplates read(Path dir) {
    try {
      if (Files.isReadable(dir.resolve(SOURCE))) {
        String python = Files.readString(dir.resolve(SOURCE));
        return of(
            text(python, "pairwise_tie", dir),
            text(python, "single", dir),
            text(python, "PROMPT_INPUT_WO_SYSTEM", dir));
      }
      return of(
          Files.readString(dir.resolve("pairwise.txt")),
          Files.readString(dir.resolve("single.txt")),
          Files.readString(dir.resolve("llama2_wrapper.txt")));
    } catch (IOException e) {
      throw UserError.configuration(
          "%s holds neither %s nor pairwise.txt, single.txt and llama2_wrapper.txt: name a checkout"
              + " of Auto-J or its templates",
          dir, SOURCE);
    }
  }

  private static AutoJTemplates of(String pairwise, String single, String wrapper) {
    String chat =
        wrapper.replace(
            "{input}", "{% for message in messages %}{{ message['content'] }}{% endfor %}");
    return new AutoJTemplates(
        jinja(pairwise, FIELDS_PAIRWISE), jinja(single, FIELDS_SINGLE), "{{ bos_token }}" + chat);
  }

  private static String jinja(String template, Map<String, String> fields) {
    Matcher placeholder = Pattern.compile("\\{(\\w+)\\}").matcher(template);
    StringBuilder jinja = new StringBuilder();
    while (placeholder.find()) {
      String field = fields.get(placeholder.group(1));
      if (field == null) {
        throw UserError.configuration(
            "Auto-J's template has an unknown placeholder {%s}", placeholder.group(1));
      }
      placeholder.appendReplacement(jinja, Matcher.quoteReplacement("{{ " + field + " }}"));
    }
    return placeholder.appendTail(jinja).toString();
  }

  /** A string constant of a Python file, in triple or in double quotes. */
  private static String text(String python, String name, Path dir) {
    Matcher constant =
        Pattern.compile(
                "^" + name + "(?::\\s*str)?\\s*=\\s*(?:\"\"\"(.*?)\"\"\"(?!\")|\"([^\"\\n]*)\")",
                Pattern.MULTILINE | Pattern.DOTALL)
            .matcher(python);
    if (!constant.find()) {
      throw UserError.configuration("%s in %s has no text named %s", SOURCE, dir, name);
    }
    return constant.group(1) != null ? constant.group(1) : constant.group(2);
  }
}
