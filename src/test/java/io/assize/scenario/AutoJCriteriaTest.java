package io.assize.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.assize.config.UserError;
import io.assize.testing.PublicData;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AutoJCriteriaTest {
  private static final String CRITERIA = "other_resources/scenario_criteria";

  @TempDir private Path checkout;

  @Test
  void allOfAutoJsScenariosAreReadWithTheBasicSetsThatTheyInclude() throws IOException {
    Path theirs = PublicData.autoJ().resolve("criteria");
    for (String folder : new String[] {"basics", "specials"}) {
      Path target = Files.createDirectories(checkout.resolve(CRITERIA).resolve(folder));
      try (Stream<Path> files = Files.list(theirs.resolve(folder))) {
        for (Path file : files.toList()) {
          Files.copy(file, target.resolve(file.getFileName()));
        }
      }
    }
    Map<String, Scenario> scenarios = AutoJCriteria.read(checkout);
    assertThat(scenarios.keySet()).isEqualTo(Taxonomy.load("default").groups().keySet());
    // Each file states its criteria by one "content:"; a set that is included counts wherever it
    // is.
    int criteria = scenarios.values().stream().mapToInt(one -> one.criteria().size()).sum();
    assertThat(criteria).isEqualTo(contents(theirs));
    assertThat(scenarios.get("code_generation").criteria())
        .first()
        .satisfies(
            one -> {
              assertThat(one.weight()).isEqualTo(5);
              assertThat(one.text()).startsWith("The written code should produce the expected");
            });
    Taxonomy taxonomy = Taxonomy.parse(Taxonomy.extending(scenarios), "autoj-scenarios.conf");
    assertThat(taxonomy.groups()).isEqualTo(Taxonomy.load("default").groups());
    scenarios.forEach(
        (name, scenario) ->
            assertThat(taxonomy.scenarios().get(name).criteria()).isEqualTo(scenario.criteria()));
  }

  private static long contents(Path theirs) throws IOException {
    long all = 0;
    try (Stream<Path> files = Files.list(theirs.resolve("specials"))) {
      for (Path file : files.toList()) {
        for (String line : Files.readAllLines(file)) {
          if (line.contains("!include")) {
            String name = line.replaceAll(".*/", "").replace("\"", "").strip();
            all += count(theirs.resolve("basics").resolve(name));
          }
        }
        all += count(file);
      }
    }
    return all;
  }

  private static long count(Path file) throws IOException {
    return Files.readAllLines(file).stream().filter(l -> l.strip().startsWith("content:")).count();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a: !include ./none.yaml | none.yaml cannot be read, which",
        "a: !include ./other_resources/scenario_criteria/specials/x.yaml | x.yaml includes itself",
        "a: !include ../../etc/passwd | lies outside",
        "a: !include /etc/passwd | lies outside",
        "a: {content: Good., weight: 6} | x.yaml: a.weight is 6: a whole number from 1 to 5",
        "a: {content: Good., weight: much} | x.yaml: a.weight is much",
        "a: {content: Good.} | x.yaml: a.weight is null",
        "a: {content: 5, weight: 5} | x.yaml: a.content is no text",
        "a: Good. | x.yaml: a is no section",
        "a: {b: {c: [1]}} | x.yaml: a.b.c is no section",
        "a: !!javax.script.ScriptEngineManager [] | x.yaml is no YAML of criteria",
        "'{' | x.yaml is no YAML of criteria",
        "'{}' | x.yaml has no criteria"
      })
  void whatIsWrongIsNamedByFileAndKey(String yaml, String message) throws IOException {
    Path folder = Files.createDirectories(checkout.resolve(CRITERIA).resolve("specials"));
    Files.writeString(folder.resolve("x.yaml"), yaml);
    assertThatThrownBy(() -> AutoJCriteria.read(checkout))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(e.getMessage().lines()).hasSize(1));
  }

  @Test
  void whatIsNoCheckoutIsRefused() {
    assertThatThrownBy(() -> AutoJCriteria.read(checkout))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("give --input the folder of a checkout of Auto-J");
  }
}
