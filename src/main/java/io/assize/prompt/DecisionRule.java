package io.assize.prompt;

import java.io.Serializable;
import java.util.Locale;

/**
 * How the verdict is read from a judge's answer.
 *
 * @param kind what is read
 * @param patterns a protocol's own, by which alone texts are read; null: the kind's usual words
 */
public record DecisionRule(Kind kind, AnswerPatterns patterns) implements Serializable {
  /** The last "final decision is Response 1 / Response 2 / Tie". */
  public static final DecisionRule FINAL_DECISION = new DecisionRule(Kind.FINAL_DECISION, null);

  /** The last "Rating: [[x]]", 1 to 10. */
  public static final DecisionRule RATING = new DecisionRule(Kind.RATING, null);

  /** There is no text: a reward model scores each response, and the higher score wins. */
  public static final DecisionRule SCORE = new DecisionRule(Kind.SCORE, null);

  /** What is read. */
  public enum Kind {
    FINAL_DECISION,
    RATING,
    SCORE
  }

  /** The rule of a name, as protocols have it: {@code final_decision}, {@code rating}, score. */
  public static DecisionRule of(String name) {
    return new DecisionRule(Kind.valueOf(name.toUpperCase(Locale.ROOT)), null);
  }

  /** Its name in protocols. */
  public String text() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  /** Whether texts are read for a rating. */
  public boolean rates() {
    return kind == Kind.RATING;
  }

  /** Whether there are no texts. */
  public boolean scores() {
    return kind == Kind.SCORE;
  }
}
