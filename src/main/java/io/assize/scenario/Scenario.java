package io.assize.scenario;

import static java.util.stream.Collectors.joining;

import java.io.Serializable;
import java.util.Comparator;
import java.util.List;

/**
 * A kind of query.
 *
 * @param description what is asked for, a sentence
 * @param criteria what matters in an answer
 */
public record Scenario(String description, List<Criterion> criteria) implements Serializable {
  public Scenario {
    criteria = List.copyOf(criteria);
  }

  /** The criteria as a judge reads them, one a line, those that matter most first. */
  public String text() {
    return criteria.stream()
        .sorted(Comparator.comparingInt(Criterion::weight).reversed())
        .map(criterion -> "- " + criterion.text() + " (weight " + criterion.weight() + ")")
        .collect(joining("\n"));
  }
}
