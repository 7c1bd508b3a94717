package io.assize.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What this project's documents, README.md first, tell their readers to type and to save. */
public final class Documents {
  private static final Pattern FENCE = Pattern.compile("^ *```(\\w*) *$");
  private static final Pattern NOT_RUN = Pattern.compile("^<!-- not run: *(.*?) *-->$");
  private static final Pattern FILE = Pattern.compile("`([\\w-]+\\.(?:conf|py))`");
  private static final Pattern CODE = Pattern.compile("`([^`\\n]+)`");

  private Documents() {}

  /**
   * A fenced block.
   *
   * @param where file and line
   * @param language what stands behind the fence
   * @param notRun why it is not run; null where no mark says so
   * @param file the last file that the text right before it names: where it is to be saved; or null
   */
  public record Block(String where, String language, String text, String notRun, String file) {
    @Override
    public String toString() {
      return where + " " + text.lines().findFirst().orElse("");
    }
  }

  /** The documents, in the order of reading. */
  public static List<Path> all() {
    List<Path> all = new ArrayList<>(List.of(Path.of("README.md"), Path.of("CONTRIBUTING.md")));
    try (Stream<Path> docs = Files.walk(Path.of("docs"))) {
      docs.filter(file -> file.toString().endsWith(".md")).sorted().forEach(all::add);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return all;
  }

  /** A document's lines. */
  public static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The fenced blocks of a document. */
  public static List<Block> blocks(Path file) {
    List<Block> blocks = new ArrayList<>();
    List<String> lines = lines(file);
    int previous = 0;
    for (int i = 0; i < lines.size(); i++) {
      Matcher fence = FENCE.matcher(lines.get(i));
      if (!fence.matches()) {
        continue;
      }
      int end = i + 1;
      while (!FENCE.matcher(lines.get(end)).matches()) {
        end++;
      }
      blocks.add(
          new Block(
              file + ":" + (i + 1),
              fence.group(1),
              String.join("\n", lines.subList(i + 1, end)) + "\n",
              i == 0 ? null : first(NOT_RUN, lines.get(i - 1)),
              named(lines.subList(previous, i))));
      i = end;
      previous = end + 1;
    }
    return blocks;
  }

  /** The texts between single backticks outside fenced blocks. */
  public static List<String> inline(Path file) {
    List<String> found = new ArrayList<>();
    boolean fenced = false;
    for (String line : lines(file)) {
      if (FENCE.matcher(line).matches()) {
        fenced = !fenced;
      } else if (!fenced) {
        CODE.matcher(line).results().forEach(code -> found.add(code.group(1)));
      }
    }
    return found;
  }

  private static String first(Pattern pattern, String line) {
    Matcher matcher = pattern.matcher(line);
    return matcher.matches() ? matcher.group(1) : null;
  }

  /** In the last paragraph. */
  private static String named(List<String> before) {
    int begin = before.size();
    while (begin > 0 && (before.get(begin - 1).isBlank() == (begin == before.size()))) {
      begin--;
    }
    Matcher matcher = FILE.matcher(String.join("\n", before.subList(begin, before.size())));
    String file = null;
    while (matcher.find()) {
      file = matcher.group(1);
    }
    return file;
  }
}
