package io.assize.stats;

/**
 * The yardstick that needs no model: the longer response is the better one, and responses of about
 * the same length tie. Lengths are counted in words: runs of characters between white space, and in
 * scripts that put no blanks between words what Unicode's word breaks find.
 */
public final class LengthBaseline {
  /** The margin at which tables report the baseline. */
  public static final double MARGIN = 0.05;

  private LengthBaseline() {}

  /** The number of words of a text; 0 for null. */
  public static int words(String text) {
    return Words.count(text);
  }

  /** Above 0: a is better; below 0: b is; 0: a tie, within {@code margin} of the longer's words. */
  public static int compare(int wordsA, int wordsB, double margin) {
    boolean tie = Math.abs(wordsA - wordsB) <= margin * Math.max(wordsA, wordsB);
    return tie ? 0 : Integer.compare(wordsA, wordsB);
  }
}
