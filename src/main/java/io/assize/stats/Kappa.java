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
    Margins margins = Margins.of(counts);
    double same = 0;
    double chance = 0;
    for (int i = 0; i < counts.length; i++) {
      same += counts[i][i];
      chance += margins.product(i) / margins.square();
    }
    return chance >= 1 ? Double.NaN : (same / margins.total() - chance) / (1 - chance);
  }

  /**
   * The agreement of two raters with these margins who know nothing of each other.
   *
   * @return 0…1; NaN where nothing was counted
   */
  public static double chance(long[][] counts) {
    Margins margins = Margins.of(counts);
    double same = 0;
    for (int i = 0; i < counts.length; i++) {
      same += margins.product(i);
    }
    return same / margins.square();
  }

  /** How often each rater gave each category. */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  private record Margins(double[] rows, double[] columns, double total) {
    static Margins of(long[][] counts) {
      double total = 0;
      double[] rows = new double[counts.length];
      double[] columns = new double[counts.length];
      for (int i = 0; i < counts.length; i++) {
        for (int j = 0; j < counts.length; j++) {
          total += counts[i][j];
          rows[i] += counts[i][j];
          columns[j] += counts[i][j];
        }
      }
      return new Margins(rows, columns, total);
    }

    /** Of both for a category. */
    double product(int category) {
      return rows[category] * columns[category];
    }

    double square() {
      return total * total;
    }
  }
}
