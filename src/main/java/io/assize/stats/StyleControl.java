package io.assize.stats;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Function;

/**
 * Bradley–Terry ratings beside coefficients of style: logit P(a beats b) = θ_a − θ_b + β·z, where z
 * holds differences of the responses' style, each (s_a − s_b) / (s_a + s_b) and scaled to a root
 * mean square of 1 (after the style control of Chatbot Arena, Li, Angelopoulos &amp; Chiang 2024).
 * A rating is then what the model is worth where both responses have the same style.
 *
 * <p>One iteration of Newton's method is one pass over the games, whose {@link Sums} add up.
 */
public final class StyleControl {
  /** Newton's steps at most. */
  private static final int MOST_STEPS = 30;

  /** Steps end when no parameter moves further. */
  private static final double CLOSE = 1e-8;

  private StyleControl() {}

  /**
   * A fit.
   *
   * @param parameters θ with mean 0, then the coefficients, {@code [models + features]}
   * @param covariance of the parameters
   */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  public record Fit(double[] parameters, double[][] covariance) {}

  /**
   * Fits; none where the games do not tell models and style apart.
   *
   * @param pass all games' sums at some parameters
   */
  public static Optional<Fit> fit(int models, int features, Function<double[], Sums> pass) {
    double[] parameters = new double[models + features];
    Sums sums = null;
    for (int step = 0; step < MOST_STEPS; step++) {
      sums = pass.apply(parameters);
      double moved = step(sums, parameters);
      if (Double.isNaN(moved)) {
        return Optional.empty();
      }
      if (moved < CLOSE) {
        break;
      }
    }
    double mean = Arrays.stream(parameters, 0, models).average().orElse(0);
    for (int i = 0; i < models; i++) {
      parameters[i] -= mean;
    }
    return Optional.ofNullable(covariance(sums)).map(covariance -> new Fit(parameters, covariance));
  }

  /**
   * One iteration's sums over games, as integers of a fixed scale: their order changes no digit.
   * Matrices are of models and features together, {@code [(models + features)²]}.
   *
   * @param gradient {@code [models + features]}
   * @param information Σ p(1 − p)·x·xᵀ, its lower triangle used
   * @param meat Σ (y − p)²·x·xᵀ
   */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  public record Sums(int models, int features, long[] gradient, long[] information, long[] meat)
      implements Serializable {
    /** Of nothing. */
    public static Sums of(int models, int features) {
      int size = models + features;
      return new Sums(
          models, features, new long[size], new long[size * size], new long[size * size]);
    }

    /** Adds one game: a's score y, and z, {@code [features]}. */
    public void add(double[] parameters, int a, int b, double y, double[] z) {
      double eta = parameters[a] - parameters[b];
      for (int f = 0; f < features; f++) {
        eta += parameters[models + f] * z[f];
      }
      double p = BradleyTerry.logistic(eta);
      double r = y - p;
      gradient[a] += FixedPoint.GRADIENTS.of(r);
      gradient[b] -= FixedPoint.GRADIENTS.of(r);
      add(information, a, b, p * (1 - p), z);
      add(meat, a, b, r * r, z);
      for (int f = 0; f < features; f++) {
        gradient[models + f] += FixedPoint.GRADIENTS.of(r * z[f]);
      }
    }

    private void add(long[] m, int a, int b, double w, double[] z) {
      int size = models + features;
      long whole = FixedPoint.GRADIENTS.of(w);
      m[a * size + a] += whole;
      m[b * size + b] += whole;
      m[Math.max(a, b) * size + Math.min(a, b)] -= whole;
      for (int f = 0; f < features; f++) {
        int row = (models + f) * size;
        long part = FixedPoint.GRADIENTS.of(w * z[f]);
        m[row + a] += part;
        m[row + b] -= part;
        for (int g = 0; g <= f; g++) {
          m[row + models + g] += FixedPoint.GRADIENTS.of(w * z[f] * z[g]);
        }
      }
    }

    /** Adds another's. */
    public Sums add(Sums other) {
      FixedPoint.add(gradient, other.gradient);
      FixedPoint.add(information, other.information);
      FixedPoint.add(meat, other.meat);
      return this;
    }

    private double[][] matrix(long[] m) {
      int size = models + features;
      double[][] out = new double[size][size];
      for (int i = 0; i < size; i++) {
        for (int j = 0; j <= i; j++) {
          out[i][j] = out[j][i] = FixedPoint.GRADIENTS.value(m[i * size + j]);
        }
      }
      return out;
    }
  }

  /**
   * Moves the parameters by one Newton step.
   *
   * @param parameters θ, then β, {@code [models + features]}
   * @return the largest move; NaN where the games do not tell the parameters apart
   */
  private static double step(Sums sums, double[] parameters) {
    double[][] factor = Matrices.cholesky(held(sums));
    if (factor == null) {
      return Double.NaN;
    }
    double[] move = Arrays.stream(sums.gradient).mapToDouble(FixedPoint.GRADIENTS::value).toArray();
    Matrices.solve(factor, move);
    double largest = 0;
    for (double m : move) {
      largest = Math.max(largest, Math.abs(m));
    }
    double part = Math.min(1, 2 / Math.max(2, largest));
    for (int i = 0; i < move.length; i++) {
      parameters[i] += part * move[i];
    }
    return largest;
  }

  /**
   * The sandwich covariance of θ (of differences to the mean) and β; null where the games do not
   * tell the parameters apart.
   */
  private static double[][] covariance(Sums sums) {
    double[][] factor = Matrices.cholesky(held(sums));
    if (factor == null) {
      return null;
    }
    double[][] bread = Matrices.inverse(factor);
    double[][] meat = sums.matrix(sums.meat);
    return Matrices.sandwich(bread, meat);
  }

  /** The information with the sum of all θ held at 0. */
  private static double[][] held(Sums sums) {
    double[][] h = sums.matrix(sums.information);
    double trace = 0;
    for (int i = 0; i < sums.models; i++) {
      trace += h[i][i];
    }
    double ridge = trace / sums.models / sums.models;
    for (int i = 0; i < sums.models; i++) {
      for (int j = 0; j < sums.models; j++) {
        h[i][j] += ridge;
      }
    }
    return h;
  }
}
