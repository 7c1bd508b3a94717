package io.assize.prompt;

/** How the verdict is read from a judge's answer. */
public enum DecisionRule {
  /** The last "final decision is Response 1 / Response 2 / Tie". */
  FINAL_DECISION,
  /** The last "Rating: [[x]]", 1 to 10. */
  RATING,
  /** There is no text: a reward model scores each response, and the higher score wins. */
  SCORE
}
