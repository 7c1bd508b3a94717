package io.assize.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.UserError;
import io.assize.scenario.Taxonomy.Criteria;
import io.assize.testing.PublicData;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TaxonomyTest {

  @Test
  void theBuiltInTaxonomyHas58ScenariosInEightGroups() {
    Taxonomy taxonomy = Taxonomy.load("default");
    assertThat(taxonomy.groups()).hasSize(58);
    assertThat(taxonomy.criteria()).hasSize(8);
    assertThat(taxonomy.criteriaOf("text_summarization", Criteria.GROUP))
        .startsWith("- It keeps the main points");
    assertThat(taxonomy.criteriaOf("text_summarization", Criteria.NONE)).isNull();
    assertThat(taxonomy.criteriaOf("default", Criteria.SCENARIO)).isNull();
  }

  @Test
  void eachScenarioHasADescriptionAndThreeToEightCriteriaOfItsOwn() {
    Taxonomy taxonomy = Taxonomy.load("default");
    assertThat(taxonomy.scenarios().keySet()).isEqualTo(taxonomy.groups().keySet());
    taxonomy
        .scenarios()
        .forEach(
            (name, scenario) -> {
              assertThat(scenario.description()).as(name).endsWith(".");
              assertThat(scenario.criteria()).as(name).hasSizeBetween(3, 8).doesNotHaveDuplicates();
            });
    assertThat(taxonomy.scenarios().values().stream().map(Scenario::text).distinct()).hasSize(58);
  }

  @Test
  void aScenariosCriteriaStandByWeightWithTheSetsThatItNames() {
    Taxonomy taxonomy =
        Taxonomy.parse(
            """
            basics { all = ["2 It is short."] }
            groups { A { criteria = [x], scenarios = [s, t] } }
            scenarios { s { basics = [all], criteria = ["5 It is right.", "2 It is kind."] } }
            """,
            "mine.conf");
    assertThat(taxonomy.criteriaOf("s", Criteria.SCENARIO))
        .isEqualTo(
            "- It is right. (weight 5)\n- It is short. (weight 2)\n- It is kind. (weight 2)");
    assertThat(taxonomy.criteriaOf("t", Criteria.SCENARIO)).isEqualTo("- x");
  }

  @Test
  void aFileThatExtendsTheBuiltInOneAddsAndReplaces() {
    Taxonomy taxonomy =
        Taxonomy.parse(
            """
            extends = default
            groups { Medicine { criteria = ["It does no harm."], scenarios = [triage] } }
            scenarios {
              triage { description = "Wie dringend ist es?", criteria = ["5 Die Stufe stimmt."] }
              chitchat { criteria = ["3 It is brief."] }
            }
            """,
            "mine.conf");
    assertThat(taxonomy.groups()).hasSize(59).containsEntry("triage", "Medicine");
    assertThat(taxonomy.scenarios().get("triage").text()).contains("Die Stufe stimmt.");
    assertThat(taxonomy.scenarios().get("chitchat").criteria())
        .containsExactly(new Criterion(3, "It is brief."));
    assertThat(taxonomy.scenarios().get("ranking"))
        .isEqualTo(Taxonomy.load("default").scenarios().get("ranking"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "6 It is right. | scenarios.s.criteria is \"6 It is right.\": write a weight from 1 to 5",
        "It is right. | write a weight from 1 to 5",
        "5 | write a weight from 1 to 5"
      })
  void aWeightThatIsNoneIsRefused(String criterion, String message) {
    String taxonomy = "groups {}, scenarios { s { criteria = [\"" + criterion + "\"] } }";
    assertThatThrownBy(() -> Taxonomy.parse(taxonomy, "mine.conf"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("mine.conf: ")
        .hasMessageContaining(message);
  }

  @Test
  void aSetThatIsNotThereIsRefused() {
    assertThatThrownBy(
            () -> Taxonomy.parse("groups {}, scenarios { s { basics = [b] } }", "mine.conf"))
        .hasMessageContaining("mine.conf: scenarios.s.basics names b");
  }

  @Test
  void itsGroupsAreThoseOfAutoJ() throws IOException {
    JsonNode theirs =
        new ObjectMapper().readTree(PublicData.autoJ().resolve("scenarios.json").toFile());
    Map<String, String> groups = new HashMap<>();
    theirs
        .get("scenarios")
        .fields()
        .forEachRemaining(
            entry -> {
              String group = entry.getValue().path("group").asText(null);
              if (group != null) {
                groups.put(entry.getKey(), group);
              }
            });
    assertThat(Taxonomy.load("default").groups()).isEqualTo(groups);
  }

  @Test
  void aScenarioBelongsToOneGroup() {
    String twice =
        "groups { A { criteria = [x], scenarios = [s] }, B { criteria = [y], scenarios = [s] } }";
    assertThatThrownBy(() -> Taxonomy.parse(twice, "mine.conf"))
        .isInstanceOf(UserError.class)
        .hasMessageContaining("scenario s stands in two groups, A and B");
  }
}
