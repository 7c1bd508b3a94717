package io.assize.stats;

import java.io.Serializable;

/**
 * How far a judge's probabilities are what happens: bins of equal width over 0…1.
 *
 * @param counts rows, {@code [bins]}
 * @param predicted the sum of the probabilities, {@code [bins]}
 * @param seen the sum of what people said (1 for a, ½ a tie, 0 for b), {@code [bins]}
 */
@SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
public record Calibration(long[] counts, double[] predicted, double[] seen)
    implements Serializable {
  public static final int BINS = 10;

  /** Empty. */
  public static Calibration empty() {
    return new Calibration(new long[BINS], new double[BINS], new double[BINS]);
  }

  /** The bin of a probability. */
  public static int bin(double p) {
    return Math.min(BINS - 1, Math.max(0, (int) (p * BINS)));
  }

  /** Adds a row. */
  public void add(double probability, double outcome) {
    int bin = bin(probability);
    counts[bin]++;
    predicted[bin] += probability;
    seen[bin] += outcome;
  }

  /** Adds another's rows. */
  public void add(Calibration other) {
    for (int i = 0; i < BINS; i++) {
      counts[i] += other.counts[i];
      predicted[i] += other.predicted[i];
      seen[i] += other.seen[i];
    }
  }

  public long n() {
    long n = 0;
    for (long count : counts) {
      n += count;
    }
    return n;
  }

  /** The expected calibration error Σ n_b/n·|seen_b − predicted_b| (Guo et al. 2017, eq. 3). */
  public double error() {
    double sum = 0;
    for (int i = 0; i < BINS; i++) {
      sum += Math.abs(seen[i] - predicted[i]);
    }
    return sum / n();
  }
}
