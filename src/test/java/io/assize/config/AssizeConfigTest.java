package io.assize.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigUtil;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AssizeConfigTest {
  private static final String LEAST =
      "assize { corpus.path = a.parquet, judge.kind = length, output.dir = out }";

  @Test
  void whatAFileDoesNotNameHasItsDefault() {
    AssizeConfig config = AssizeConfig.parse(LEAST, Map.of());
    assertThat(config.corpus().paths()).containsExactly("a.parquet");
    assertThat(config.corpus().columns()).containsEntry("prompt", "prompt");
    assertThat(config.protocol()).isEqualTo("pairwise");
    assertThat(config.orders()).isEqualTo("both");
    assertThat(config.judge().settings(LengthConfig.class).margin()).isEqualTo(0.05);
    assertThat(config.store().pathIn("out")).isEqualTo("out/verdicts");
    assertThat(config.store().format()).isEqualTo("delta");
    assertThat(config.output().corpus()).isTrue();
    assertThat(config.run().maxFailedShare()).isEqualTo(0.1);
  }

  @Test
  void theCommandLineGoesBeforeTheFile() {
    AssizeConfig config =
        AssizeConfig.parse(
            LEAST,
            Map.of(
                "assize.corpus.path", "[\"s3a://bucket/a\", \"s3a://bucket/b\"]",
                "assize.output.dir", "s3a://bucket/out",
                "assize.judge.margin", "0.2",
                "assize.spark.\"spark.executor.cores\"", "4"));
    assertThat(config.corpus().paths()).isEqualTo(List.of("s3a://bucket/a", "s3a://bucket/b"));
    assertThat(config.output().dir()).isEqualTo("s3a://bucket/out");
    assertThat(config.judge().settings(LengthConfig.class).margin()).isEqualTo(0.2);
    assertThat(config.spark()).containsEntry("spark.executor.cores", "4");
  }

  @Test
  void whatAChatTemplateIsGivenIsOfTheKindThatTheFileHas() {
    String variables =
        "assize.judge.chat_variables { enable_thinking = false, documents = [{ title = T }],"
            + " date_string = \"26\", tools = null, n = 0.5 }";
    Map<String, Object> given = chatVariables(LEAST + "\n" + variables, Map.of());

    assertThat(given)
        .containsEntry("enable_thinking", false)
        .containsEntry("documents", List.of(Map.of("title", "T")))
        .containsEntry("date_string", "26")
        .containsEntry("tools", null)
        .containsEntry("n", 0.5)
        .hasSize(5);
    assertThat(chatVariables(LEAST, Map.of())).isEmpty();
  }

  @Test
  void aFlagOnTheCommandLineIsAFlagToAChatTemplate() {
    String key = "assize.judge.chat_variables.";
    Map<String, Object> given =
        chatVariables(
            LEAST,
            Map.of(
                key + "enable_thinking", "false",
                key + "n", "12",
                key + "date_string", "26 Jul 2024",
                key + "reasoning_effort", "high"));

    assertThat(given)
        .containsEntry("enable_thinking", false)
        .containsEntry("n", 12)
        .containsEntry("date_string", "26 Jul 2024")
        .containsEntry("reasoning_effort", "high");
  }

  @Test
  void whatAChatTemplateIsGivenIsInTheFingerprintOnlyWhereItIsSet() {
    DecodingConfig without = AssizeConfig.parse(LEAST, Map.of()).judge().decoding();
    DecodingConfig with =
        AssizeConfig.parse(LEAST + ", assize.judge.chat_variables { b = x, a = false }", Map.of())
            .judge()
            .decoding();

    assertThat(without.identity()).endsWith("length_normalised=false;greedy");
    assertThat(with.identity())
        .isEqualTo(without.identity() + ";chat_variables={\"a\":false,\"b\":\"x\"}");
    assertThat(with.again(1).chatVariables()).isEqualTo(with.chatVariables());
  }

  private static Map<String, Object> chatVariables(String hocon, Map<String, String> overrides) {
    return AssizeConfig.parse(hocon, overrides).judge().decoding().chatVariables();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "assize.judge.slot | 8 | unknown configuration key assize.judge.slot",
        "assize.corpus.columns.promt | text | unknown configuration key assize.corpus.columns.promt",
        "asize.judge.slots | 8 | unknown configuration key asize.judge.slots",
        "assize.judge.slots | 0 | assize.judge.slots is 0: it must be from 1 to 4096",
        "assize.judge.slots | many | assize.judge.slots must be a whole number",
        "assize.judge.margin | 2 | assize.judge.margin is 2.0: it must be from 0.0 to 1.0",
        "assize.judge.margin | NaN | assize.judge.margin",
        "assize.judge.kind | oracle | assize.judge.kind is \"oracle\": use one of",
        "assize.judge.kind | djl | assize.judge.model is missing",
        "assize.judge.kind | replay | assize.judge.recordings is missing",
        "assize.orders | all | assize.orders is \"all\": use one of both, ab, ba (given by -D)",
        "assize.judge | 3 | assize.judge must be a section { … } (given by -D)",
        "assize.output.corpus | perhaps | assize.output.corpus must be true or false",
        "assize.output.dir | null | assize.output.dir is missing",
        "assize.corpus.path | [] | assize.corpus.path is missing",
        "assize.judge.max_new_tokens | 4096 | it must be below assize.judge.context_length",
        "assize.run.max_failed_share | 1.5 | assize.run.max_failed_share is 1.5",
      })
  void aWrongValueStopsWithItsKey(String key, String value, String message) {
    assertThatThrownBy(() -> AssizeConfig.parse(LEAST, Map.of(key, value)))
        .isInstanceOf(UserError.class)
        .hasMessageContaining(message)
        .satisfies(e -> assertThat(((UserError) e).exitCode()).isEqualTo(2))
        .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "assize.scenarios",
        "assize.protocol",
        "assize.corpus.default_scenario",
        "assize.judge.name",
        "assize.judge.model",
        "assize.judge.model_cache",
        "assize.judge.recordings",
        "assize.judge.http.url",
        "assize.judge.http.key_variable",
        "assize.output.dir",
        "assize.store.path",
        "assize.summary.baseline",
        "assize.summary.anchor",
        "assize.summary.reference"
      })
  void aBlankTextIsNoTextWhereverOneIsWanted(String key) {
    for (String blank : List.of("\"\"", "\"  \"", "")) {
      assertThatThrownBy(() -> AssizeConfig.parse(LEAST, Map.of(key, blank)))
          .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
          .hasMessageStartingWith(key + " is blank");
    }
  }

  @Test
  void aJudgesNameIsOneThatFoldersAndTablesCanCarry() {
    for (String good : List.of("org/model:free = best", "007", "..", "Größe 🙂", "x".repeat(200))) {
      assertThat(named(good)).isEqualTo(good);
    }
    for (String bad :
        List.of(
            " a",
            "a ",
            "\ta",
            "a\nb",
            "a\u0000b",
            "x".repeat(201),
            "é".repeat(101),
            "/".repeat(67),
            "__HIVE_DEFAULT_PARTITION__")) {
      assertThatThrownBy(() -> named(bad))
          .isInstanceOfSatisfying(UserError.class, e -> assertThat(e.exitCode()).isEqualTo(2))
          .hasMessageStartingWith("assize.judge.name ")
          .hasMessageEndingWith(": choose another name");
    }
  }

  private static String named(String name) {
    Map<String, String> settings = Map.of("assize.judge.name", ConfigUtil.quoteString(name));
    return AssizeConfig.parse(LEAST, settings).judge().name();
  }

  @Test
  void whatAFileIncludesLiesBesideItWhateverTheFileIsCalled() throws IOException {
    Path folder = Path.of("").toAbsolutePath();
    Path included = Files.createTempFile(folder, "included", ".conf");
    Path file = Files.createTempFile(folder, "including", ".conf");
    try {
      Files.writeString(
          included, "assize { corpus.path = c, output.dir = o, judge.kind = length }");
      Files.writeString(file, "include \"" + included.getFileName() + "\"");
      for (Path name : List.of(file.getFileName(), Path.of(".", file.getFileName().toString()))) {
        assertThat(AssizeConfig.load(name, Map.of()).judge().kind()).isEqualTo("length");
      }
    } finally {
      Files.delete(included);
      Files.delete(file);
    }
  }

  @Test
  void anUnknownKeyIsToldWithItsLineAndTheNearestKnownOne(@TempDir Path dir) throws IOException {
    Path file = dir.resolve("run.conf");
    Files.writeString(file, "assize {\n  judge.max_new_token = 8\n}");
    assertThatThrownBy(() -> AssizeConfig.load(file, Map.of()))
        .hasMessageContaining("did you mean assize.judge.max_new_tokens?")
        .hasMessageContaining("run.conf: 2");
  }

  @Test
  void aFileThatIsNotThereOrIsNoHoconIsOneLine(@TempDir Path dir) throws IOException {
    assertThatThrownBy(() -> AssizeConfig.load(dir.resolve("none.conf"), Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("none.conf cannot be read");
    Path broken = Files.writeString(dir.resolve("broken.conf"), "assize { judge { ");
    assertThatThrownBy(() -> AssizeConfig.load(broken, Map.of()))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("broken.conf");
  }

  @ParameterizedTest
  @ValueSource(strings = {"demo.conf", "laptop.conf", "cluster.conf"})
  void theConfigurationsThatComeWithAssizeAreValid(String name) {
    Map<String, String> filledIn =
        Map.of(
            "assize.corpus.path", "x", "assize.judge.model", "m.gguf", "assize.output.dir", "out");
    assertThat(AssizeConfig.load(Path.of("conf", name), filledIn).judge().kind()).isEqualTo("djl");
  }
}
