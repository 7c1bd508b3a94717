package io.assize.judge.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/judges.md says which architectures the engine knows, and which it does not. */
class JudgesPageTest {
  private static final Path PAGE = Path.of("docs", "judges.md");
  private static final Pattern NAME = Pattern.compile("`(\\w+)`");

  /** All that the engine knows. */
  private static final List<String> KNOWN =
      Architectures.ALL.stream().map(Architecture::name).toList();

  @Test
  void theJudgesThatAreListedAreInTheEngine() throws IOException {
    assertThat(architectures("Judges that write")).hasSizeGreaterThan(10).isSubsetOf(names(false));
    assertThat(architectures("Reward models")).hasSizeGreaterThan(5).isSubsetOf(names(true));
  }

  @Test
  void whatIsNotInTheEngineIsListedAsThat() throws IOException {
    assertThat(architectures("Not yet"))
        .as("move the rows of a family that has arrived to the tables above")
        .isNotEmpty()
        .doesNotContainAnyElementsOf(KNOWN);
    assertThat(architectures("Not at all")).isNotEmpty().doesNotContainAnyElementsOf(KNOWN);
  }

  private static List<String> names(boolean scores) {
    return Architectures.ALL.stream()
        .filter(architecture -> architecture.scores() == scores)
        .map(Architecture::name)
        .toList();
  }

  /** The second column of the table below a heading. */
  private static List<String> architectures(String heading) throws IOException {
    String page = Files.readString(PAGE);
    String section = page.substring(page.indexOf("\n## " + heading + "\n") + 1);
    int end = section.indexOf("\n## ", 1);
    return section
        .substring(0, end)
        .lines()
        .filter(line -> line.startsWith("| ") && !line.startsWith("| judge |"))
        .map(
            line ->
                NAME.matcher(line.split("\\|", -1)[2])
                    .results()
                    .map(found -> found.group(1))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no architecture in " + line)))
        .toList();
  }
}
