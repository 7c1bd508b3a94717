package io.assize.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import io.assize.config.AssizeConfig;
import io.assize.prompt.Protocol;
import io.assize.scenario.Taxonomy;
import io.assize.testing.Documents;
import io.assize.testing.Documents.Block;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;

/** What README.md and docs name is there: commands, flags, keys, files. */
class DocumentsTest {
  /** Words of a placeholder's kind end a command's name. */
  private static final Pattern WORD = Pattern.compile("[a-z][a-z-]*");

  private static final Pattern KEY = Pattern.compile("assize(\\.[a-z_]+)+");
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)");

  @TempDir private Path dir;

  static Stream<Block> blocks() {
    return Documents.all().stream().flatMap(file -> Documents.blocks(file).stream());
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void aBlockIsRunOrSavedOrSaysWhyNot(Block block) throws IOException {
    if (block.notRun() != null) {
      assertThat(block.notRun()).as("the reason why " + block + " is not run").isNotBlank();
      return;
    }
    assertThat(block.language()).as(block.toString()).isIn("sh", "hocon", "python");
    if (block.language().equals("hocon")) {
      Path file = Files.writeString(dir.resolve(block.file()), block.text());
      if (block.text().startsWith("assize")) {
        AssizeConfig.load(file, Map.of());
      } else if (block.text().startsWith("extends")) {
        Taxonomy.load(file.toString());
      } else {
        Protocol.load(file.toString());
      }
    }
  }

  @ParameterizedTest
  @MethodSource("blocks")
  void aBlocksCommandsAndFlagsAreThere(Block block) {
    block
        .text()
        .replace("\\\n", " ")
        .lines()
        .map(line -> line.replaceAll("\\s#.*", ""))
        .filter(line -> line.startsWith("scripts/assize ") || line.contains(".jar run"))
        .forEach(line -> check(block.where(), line.replaceFirst("^.*?(assize|\\.jar) ", "")));
  }

  @Test
  void commandsAndFlagsThatTheTextNamesAreThere() {
    List<String> commands = new ArrayList<>();
    for (Path file : Documents.all()) {
      for (String code : Documents.inline(file)) {
        if (code.matches("(.* )?(scripts/)?assize [a-z].*")) {
          commands.add(code);
          check(file.toString(), code.replaceFirst("^(.* )?(scripts/)?assize ", ""));
        }
      }
    }
    assertThat(commands).contains("scripts/assize compact --store DIR");
  }

  @Test
  void theTableOfCommandsHasEachOfThem() {
    List<String> rows =
        Documents.lines(Path.of("README.md")).stream()
            .filter(line -> line.startsWith("| `"))
            .map(line -> line.split("\\|", -1)[1])
            .toList();
    for (String row : rows) {
      // The last of several commands may tell the flags of all.
      String flags = row.replaceAll(".*`(--[^`]*)`.*", " $1");
      for (String code : row.split("`", -1)) {
        if (!code.isBlank() && WORD.matcher(code.split(" ", 2)[0]).matches()) {
          check("README.md", flags.equals(row) ? code : code + flags);
        }
      }
    }
    Set<String> all = Assize.commandLine(new Assize()).getSubcommands().keySet();
    assertThat(all)
        .allSatisfy(
            name ->
                assertThat(name.equals("help") || rows.toString().contains("`" + name)).isTrue());
  }

  @Test
  void keysThatTheTextNamesAreThere() throws IOException {
    Config reference = ConfigFactory.parseString(Files.readString(Path.of("conf/reference.conf")));
    for (Path file : Documents.all()) {
      String text = String.join("\n", Documents.lines(file));
      KEY.matcher(
              text.replaceAll(
                  "(io|scripts)[./]assize[.\\w]*|assize\\.(jar|log|test|write)[.\\w]*", ""))
          .results()
          .forEach(
              key ->
                  assertThat(reference.hasPathOrNull(key.group()))
                      .as(key.group() + " of " + file)
                      .isTrue());
    }
  }

  @Test
  void filesThatTheTextLinksToAreThere() {
    for (Path file : Documents.all()) {
      LINK.matcher(String.join("\n", Documents.lines(file)))
          .results()
          .forEach(
              link ->
                  assertThat(file.toAbsolutePath().resolveSibling(link.group(1)))
                      .as("linked by " + file)
                      .exists());
    }
  }

  /** Finds the command, and each of the flags in it. */
  private static void check(String where, String command) {
    CommandLine line = Assize.commandLine(new Assize());
    boolean name = true;
    for (String word : command.trim().split("[ =]+", -1)) {
      name = name && WORD.matcher(word).matches() && !line.getSubcommands().isEmpty();
      if (name) {
        line = line.getSubcommands().get(word);
        assertThat(line).as(word + " of " + command + " in " + where).isNotNull();
      } else if (word.matches("--?[a-zA-Z][a-z-]*")) {
        // The judge of the demo and of bench is filled in by scripts/assize; all else is picocli's.
        assertThat(line.getCommandSpec().findOption(word))
            .as(word + " of " + command + " in " + where)
            .isNotNull();
      }
    }
  }
}
