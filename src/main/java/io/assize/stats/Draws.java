package io.assize.stats;

import java.util.SplittableRandom;

/** Random numbers of a few distributions, always the same for a seed. */
public final class Draws {
  private static final int TABLE = 32;
  private static final double SMALL = 12;

  private final SplittableRandom random;
  private double spare = Double.NaN;

  public Draws(SplittableRandom random) {
    this.random = random;
  }

  public Draws(long seed) {
    this(new SplittableRandom(seed));
  }

  /** Uniform in 0…1, 1 left out. */
  public double uniform() {
    return random.nextDouble();
  }

  /** Uniform in 0…bound − 1. */
  public int below(int bound) {
    return random.nextInt(bound);
  }

  /** Standard normal, by the polar method (Marsaglia &amp; Bray 1964). */
  public double normal() {
    if (!Double.isNaN(spare)) {
      double value = spare;
      spare = Double.NaN;
      return value;
    }
    while (true) {
      double x = 2 * random.nextDouble() - 1;
      double y = 2 * random.nextDouble() - 1;
      double s = x * x + y * y;
      if (s > 0 && s < 1) {
        double factor = Math.sqrt(-2 * Math.log(s) / s);
        spare = y * factor;
        return x * factor;
      }
    }
  }

  /**
   * Normal with mean 0 and the covariance L·Lᵀ.
   *
   * @param root L, lower ({@link Matrices#root})
   * @param out receives the draw
   */
  void normal(double[][] root, double[] out) {
    double[] z = new double[out.length];
    for (int i = 0; i < z.length; i++) {
      z[i] = normal();
      double sum = 0;
      for (int k = 0; k <= i; k++) {
        sum += root[i][k] * z[k];
      }
      out[i] = sum;
    }
  }

  /** Poisson: by inversion for small means, by the rounded normal distribution for larger ones. */
  public double poisson(double mean) {
    return poisson(mean, Math.exp(-mean));
  }

  /** The same where exp(−mean) is known. */
  double poisson(double mean, double never) {
    if (mean > SMALL) {
      // Cornish and Fisher's correction of the skewness keeps the third moment.
      double z = normal();
      return Math.max(0, Math.rint(mean + Math.sqrt(mean) * z + (z * z - 1) / 6));
    }
    double p = never;
    double u = random.nextDouble();
    int k = 0;
    double sum = p;
    while (u > sum && k < 4 * TABLE) {
      k++;
      p *= mean / k;
      sum += p;
    }
    return k;
  }

  /** Gamma with scale 1 (Marsaglia &amp; Tsang 2000). */
  public double gamma(double shape) {
    if (shape < 1) {
      return gamma(shape + 1) * Math.pow(1 - random.nextDouble(), 1 / shape);
    }
    double d = shape - 1.0 / 3;
    double c = 1 / Math.sqrt(9 * d);
    while (true) {
      double z = normal();
      double v = 1 + c * z;
      if (v > 0) {
        v = v * v * v;
        if (Math.log(1 - random.nextDouble()) < z * z / 2 + d - d * v + d * Math.log(v)) {
          return d * v;
        }
      }
    }
  }

  /** Beta. */
  public double beta(double a, double b) {
    double x = gamma(a);
    return x / (x + gamma(b));
  }
}
