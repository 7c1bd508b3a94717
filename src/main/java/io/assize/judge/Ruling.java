package io.assize.judge;

/**
 * A verdict without a text to be parsed, in terms of the order shown.
 *
 * @param choice pairwise: the decision; null for single
 * @param probabilityFirst pairwise: the probability that the first shown is better, 0…1; null where
 *     the judge gives none
 * @param rating single: 1…10; null for pairwise
 */
public record Ruling(Choice choice, Double probabilityFirst, Double rating) {
  public static Ruling of(Choice choice) {
    return new Ruling(choice, null, null);
  }

  public static Ruling ofRating(double rating) {
    return new Ruling(null, null, rating);
  }
}
