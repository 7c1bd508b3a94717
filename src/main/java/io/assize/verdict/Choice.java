package io.assize.verdict;

/**
 * What a judge decides about two responses, in the order in which they were shown to it; {@link
 * Order} turns it into terms of the corpus's a and b.
 */
public enum Choice {
  FIRST,
  SECOND,
  TIE;

  /** The choice of an answer to the question for a decision, which has them in this order. */
  public static Choice of(int answer) {
    return values()[answer];
  }
}
