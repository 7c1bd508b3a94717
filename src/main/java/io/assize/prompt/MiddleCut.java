package io.assize.prompt;

import java.util.ArrayList;
import java.util.List;

/**
 * Cuts texts in their middles: the longest first, so that all are at most of one length and no more
 * is lost than must be.
 */
public final class MiddleCut {
  /** What stands where something was cut. */
  static final String MARK = " […] ";

  private MiddleCut() {}

  /**
   * The texts with {@code share} of their characters, about; each keeps as much of its beginning as
   * of its end.
   *
   * @param share of all characters together, 0…1
   */
  public static List<String> keep(List<String> texts, double share) {
    long all = texts.stream().mapToLong(String::length).sum();
    int most = level(texts, (long) Math.floor(all * Math.max(0, Math.min(1, share))));
    List<String> kept = new ArrayList<>();
    for (String text : texts) {
      kept.add(cut(text, most));
    }
    return List.copyOf(kept);
  }

  /** The length to which all longer texts go, so that together they have {@code wanted}. */
  private static int level(List<String> texts, long wanted) {
    int low = 0;
    int high = texts.stream().mapToInt(String::length).max().orElse(0);
    while (low < high) {
      int middle = low + (high - low + 1) / 2;
      long sum = texts.stream().mapToLong(text -> Math.min(text.length(), middle)).sum();
      if (sum <= wanted) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private static String cut(String text, int most) {
    if (text.length() <= most) {
      return text;
    }
    int each = Math.max(0, (most - MARK.length()) / 2);
    return text.substring(0, whole(text, each))
        + MARK
        + text.substring(whole(text, text.length() - each));
  }

  /** A place near an index that splits no surrogate pair. */
  private static int whole(String text, int index) {
    boolean splits =
        index > 0
            && index < text.length()
            && Character.isHighSurrogate(text.charAt(index - 1))
            && Character.isLowSurrogate(text.charAt(index));
    return splits ? index - 1 : index;
  }
}
