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
    double[] rows = new double[counts.length];
    double[] columns = new double[counts.length];
    for (int i = 0; i < counts.length; i++) {
      for (int j = 0; j < counts.length; j++) {
        total += counts[i][j];
        rows[i] += counts[i][j];
        columns[j] += counts[i][j];
      }
      same += counts[i][i];
    }
    double chance = 0;
    for (int i = 0; i < counts.length; i++) {
      chance += rows[i] * columns[i] / (total * total);
    }
    return chance >= 1 ? Double.NaN : (same / total - chance) / (1 - chance);
  }
}
