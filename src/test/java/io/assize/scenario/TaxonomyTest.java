package io.assize.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.UserError;
import io.assize.testing.PublicData;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TaxonomyTest {

  @Test
  void theBuiltInTaxonomyHas58ScenariosInEightGroups() {
    Taxonomy taxonomy = Taxonomy.load("default");
    assertThat(taxonomy.groups()).hasSize(58);
    assertThat(taxonomy.criteria()).hasSize(8);
    assertThat(taxonomy.criteriaOf("text_summarization")).startsWith("- It keeps the main points");
    assertThat(taxonomy.criteriaOf("default")).isNull();
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
