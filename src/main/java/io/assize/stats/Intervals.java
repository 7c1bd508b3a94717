package io.assize.stats;

import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.distribution.continuous.TDistribution;

/** Quantiles of intervals at the 95 % level. */
public final class Intervals {
  /** The level of all intervals. */
  public static final double LEVEL = 0.95;

  /** The normal quantile at (1 + 0.95) / 2. */
  public static final double Z =
      new NormalDistribution().inverseCumulativeProbability((1 + LEVEL) / 2);

  private static final int KEPT = 256;
  private static final double[] T = new double[KEPT];

  static {
    for (int df = 1; df < KEPT; df++) {
      T[df] = computed(df);
    }
  }

  private Intervals() {}

  /** Student's quantile at (1 + 0.95) / 2; for over 100,000 degrees of freedom the normal one. */
  static double t(long df) {
    return df < KEPT ? T[(int) df] : df > 100_000 ? Z : expansion((double) df);
  }

  /** Cornish and Fisher's expansion (Abramowitz &amp; Stegun 26.7.5), exact to 1e-9 from 256 on. */
  private static double expansion(double df) {
    double z2 = Z * Z;
    return Z
        + Z * (z2 + 1) / 4 / df
        + Z * ((5 * z2 + 16) * z2 + 3) / 96 / (df * df)
        + Z * (((3 * z2 + 19) * z2 + 17) * z2 - 15) / 384 / (df * df * df);
  }

  private static double computed(double df) {
    return new TDistribution(df).inverseCumulativeProbability((1 + LEVEL) / 2);
  }
}
