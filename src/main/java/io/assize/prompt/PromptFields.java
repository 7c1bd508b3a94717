package io.assize.prompt;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What a template may show of a row.
 *
 * @param prompt the query
 * @param responses the responses in the order shown: two for pairwise, one for single
 * @param reference a reference answer; null where there is none
 * @param scenario the scenario's name
 * @param criteria the scenario's criteria as text; null where there are none
 */
public record PromptFields(
    String prompt, List<String> responses, String reference, String scenario, String criteria) {

  /** How many characters the fields have together. */
  long characters() {
    return byName().values().stream().mapToLong(String::length).sum();
  }

  /** The fields that the row has. */
  Map<String, String> byName() {
    Map<String, String> fields = new HashMap<>();
    fields.put("prompt", prompt);
    fields.put("reference", reference);
    fields.put("scenario", scenario);
    fields.put("criteria", criteria);
    if (responses.size() == 1) {
      fields.put("response", responses.get(0));
    } else {
      fields.put("response_1", responses.get(0));
      fields.put("response_2", responses.get(1));
    }
    fields.values().removeIf(Objects::isNull);
    return fields;
  }
}
