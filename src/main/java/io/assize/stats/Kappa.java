package io.assize.stats;

/** Cohen's kappa (Cohen 1960, eq. 1): agreement beyond what the two margins give by chance. */
public final class Kappa {
  private Kappa() {}

  /**
   * Kappa of two raters.
   *
   * @param counts {@code [first rater's category][second rater's category]}, square
   * @return −1…1; NaN where chance alone agrees always, or nothing was counted
   */
  public static double of(long[][] counts) {
    double total = 0;
    double same = 0;
    for (int i = 0; i < counts.length; i++) {
      for (long count : counts[i]) {
        total += count;
      }
      same += counts[i][i];
    }
    double chance = chance(counts);
    return chance >= 1 ? Double.NaN : (same / total - chance) / (1 - chance);
  }

  /**
   * The agreement of two raters with these margins who know nothing of each other.
   *
   * @return 0…1; NaN where nothing was counted
   */
  public static double chance(long[][] counts) {
    double total = 0;
    double same = 0;
    for (int i = 0; i < counts.length; i++) {
      double row = 0;
      double column = 0;
      for (int j = 0; j < counts.length; j++) {
        row += counts[i][j];
        column += counts[j][i];
      }
      total += row;
      same += row * column;
    }
    return same / (total * total);
  }
}
