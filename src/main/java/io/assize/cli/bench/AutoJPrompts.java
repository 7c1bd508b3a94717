package io.assize.cli.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.UserError;
import io.assize.judge.Prompt;
import io.assize.prompt.PromptFields;
import io.assize.prompt.PromptTemplate;
import io.assize.prompt.Protocol;
import io.assize.scenario.Taxonomy;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Prompts for benchmarks, from Auto-J's pairs as its authors publish them (JSON lines). */
final class AutoJPrompts {
  private AutoJPrompts() {}

  /** One prompt a pair, in the file's order, as the protocol {@code pairwise} renders them. */
  static List<Prompt> read(Path pairs) {
    Protocol protocol = Protocol.load("pairwise");
    PromptTemplate template = new PromptTemplate(protocol);
    Taxonomy taxonomy = Taxonomy.load("default");
    List<Prompt> prompts = new ArrayList<>();
    try {
      for (String line : Files.readAllLines(pairs)) {
        JsonNode pair = new ObjectMapper().readTree(line);
        String scenario = pair.path("scenario").asText();
        List<String> responses =
            List.of(pair.path("response 1").asText(), pair.path("response 2").asText());
        PromptFields fields =
            new PromptFields(
                pair.path("prompt").asText(),
                responses,
                null,
                scenario,
                taxonomy.criteriaOf(scenario, Taxonomy.Criteria.GROUP));
        prompts.add(
            new Prompt(
                "pair " + prompts.size(),
                template.render(fields),
                "model",
                protocol.decision(),
                responses,
                null));
      }
    } catch (IOException e) {
      throw UserError.configuration("%s cannot be read: %s", pairs, e.getMessage());
    }
    return prompts;
  }
}
