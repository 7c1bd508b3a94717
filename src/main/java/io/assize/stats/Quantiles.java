package io.assize.stats;

/** Sample quantiles by linear interpolation (Hyndman &amp; Fan 1996, type 7). */
public final class Quantiles {
  private Quantiles() {}

  /**
   * One quantile.
   *
   * @param sorted values in rising order, at least one
   * @param p 0…1
   */
  public static double of(double[] sorted, double p) {
    double place = (sorted.length - 1) * p;
    int below = (int) Math.floor(place);
    int above = Math.min(sorted.length - 1, below + 1);
    return sorted[below] + (place - below) * (sorted[above] - sorted[below]);
  }
}
