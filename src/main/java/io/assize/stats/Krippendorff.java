package io.assize.stats;

import java.util.Arrays;
import java.util.List;

/**
 * Krippendorff's alpha of nominal data: agreement of any number of raters, some of whose values may
 * be missing, beyond chance (Krippendorff 2011, <i>Computing Krippendorff's Alpha-Reliability</i>,
 * section C).
 */
public final class Krippendorff {
  private static final double LOW = 0.025;
  private static final double HIGH = 0.975;

  private Krippendorff() {}

  /**
   * Units that stay together where units are drawn anew, such as those of one prompt.
   *
   * @param times how often units like these were seen
   * @param disagreement the sum of their {@link #disagreement}
   * @param values how often each value was given, in units with two values or more
   */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  public record Units(double times, double disagreement, double[] values) {}

  /**
   * A unit's pairs of different values, Σ n_c·n_k / (m − 1) over c ≠ k, of m values.
   *
   * @param counts how often each value was given
   * @return 0 where fewer than two values were
   */
  public static double disagreement(long[] counts) {
    long m = Arrays.stream(counts).sum();
    long same = Arrays.stream(counts).map(n -> n * n).sum();
    return m < 2 ? 0 : (double) (m * m - same) / (m - 1);
  }

  /**
   * Alpha, 1 − (n − 1)·Σ_u disagreement / Σ_{c ≠ k} n_c·n_k.
   *
   * @return at most 1; NaN where all values are the same, or there are none
   */
  public static double alpha(List<Units> units) {
    double[] weights = units.stream().mapToDouble(Units::times).toArray();
    return alpha(units, weights);
  }

  private static double alpha(List<Units> units, double[] weights) {
    double disagreement = 0;
    double[] values = new double[units.isEmpty() ? 0 : units.get(0).values().length];
    for (int i = 0; i < weights.length; i++) {
      Units seen = units.get(i);
      disagreement += weights[i] * seen.disagreement();
      for (int c = 0; c < values.length; c++) {
        values[c] += weights[i] * seen.values()[c];
      }
    }
    double n = Arrays.stream(values).sum();
    double chance = n * n - Arrays.stream(values).map(v -> v * v).sum();
    return chance <= 0 ? Double.NaN : 1 - (n - 1) * disagreement / chance;
  }

  /**
   * Alpha's 95 % interval by the bootstrap: units are drawn anew (Poisson with the count seen,
   * Hanley &amp; MacGibbon 2006), together with those that they stay with, and the interval is
   * between the 2.5 % and 97.5 % quantiles of alpha. Draws of nothing but the same value are left
   * out.
   *
   * @return low and high; NaN below two clusters, or where alpha is
   */
  public static double[] interval(List<Units> units, int replicates, long seed) {
    double clusters = units.stream().mapToDouble(Units::times).sum();
    if (clusters < 2 || Double.isNaN(alpha(units))) {
      return new double[] {Double.NaN, Double.NaN};
    }
    Draws draws = new Draws(seed);
    double[] found = new double[replicates];
    double[] weights = new double[units.size()];
    for (int r = 0; r < replicates; r++) {
      Arrays.setAll(weights, i -> draws.poisson(units.get(i).times()));
      found[r] = alpha(units, weights);
    }
    double[] sorted = Arrays.stream(found).filter(Double::isFinite).sorted().toArray();
    return new double[] {Quantiles.of(sorted, LOW), Quantiles.of(sorted, HIGH)};
  }
}
