package io.assize.stats;

import java.io.Serializable;
import java.util.Arrays;
import java.util.function.Function;

/**
 * The length-controlled win rate of AlpacaEval 2 (Dubois et al. 2024, eq. 1 and 2): what a model's
 * win rate against the baseline would be were its responses as long as the baseline's.
 *
 * <p>For model m and prompt x, logit P(m is preferred) = θ_m + φ_m·tanh(Δ_x / sd_m) + ψ_m·γ_x,
 * where Δ is the baseline's length less the model's in characters, sd_m its standard deviation, and
 * γ_x the prompt's difficulty. AlpacaEval takes γ from a fit over its whole leaderboard; here it is
 * a standard normal effect of the prompt, integrated over by Gauss–Hermite quadrature, and all is
 * fitted together by marginal maximum likelihood (EM with a Newton step, as for two-parameter item
 * response models, Bock &amp; Aitkin 1981). Where a prompt was answered by fewer than three models,
 * difficulty cannot be told from noise, and ψ is 0. φ has the prior N(0, 0.40²), the spread of that
 * coefficient over AlpacaEval's published fits; it keeps length from explaining what quality does.
 *
 * <p>One iteration of {@link #fit} is one pass over the prompts, whose {@link Sums} add up.
 */
public final class LengthControl {
  /** The terms of a model: θ, φ, ψ. */
  public static final int TERMS = 3;

  /** Models that must share a prompt for its difficulty to be fitted. */
  public static final int LEAST_MODELS = 3;

  /** EM's iterations at most. */
  private static final int MOST_STEPS = 300;

  /** Steps end when no parameter moves further. */
  private static final double CLOSE = 1e-5;

  private static final double PRECISION = 1 / (0.40 * 0.40);
  private static final int NODES = 31;
  private static final double[] NODE = new double[NODES];
  private static final double[] LOG_WEIGHT = new double[NODES];

  static {
    hermite();
  }

  private LengthControl() {}

  /**
   * One iteration's sums over prompts, as integers of a fixed scale: their order changes no digit.
   *
   * @param gradient posterior mean of the score, {@code [models · 3]}
   * @param curvature of the complete data, {@code [models · 6]}: the lower triangle
   * @param missing the posterior variance of the score, {@code [models · 6]}
   * @param squares of the score's posterior mean, {@code [models · 6]}
   */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  public record Sums(long[] gradient, long[] curvature, long[] missing, long[] squares)
      implements Serializable {
    /** Of nothing. */
    public static Sums of(int models) {
      return new Sums(
          new long[models * 3], new long[models * 6], new long[models * 6], new long[models * 6]);
    }

    /** Adds another's. */
    public Sums add(Sums other) {
      FixedPoint.add(gradient, other.gradient);
      FixedPoint.add(curvature, other.curvature);
      FixedPoint.add(missing, other.missing);
      FixedPoint.add(squares, other.squares);
      return this;
    }

    private static double[][] matrix(long[] triangles, int model) {
      double[][] m = new double[TERMS][TERMS];
      int at = model * 6;
      for (int i = 0; i < TERMS; i++) {
        for (int j = 0; j <= i; j++) {
          m[i][j] = m[j][i] = FixedPoint.GRADIENTS.value(triangles[at++]);
        }
      }
      return m;
    }
  }

  /**
   * A fit.
   *
   * @param parameters {@code [models · 3]}
   * @param covariances of each model's parameters, {@code [models][3][3]}
   */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  public record Fit(double[] parameters, double[][][] covariances) {}

  /**
   * Fits.
   *
   * @param difficulty whether prompts' difficulty is fitted
   * @param pass all prompts' sums at some parameters
   */
  public static Fit fit(int models, boolean difficulty, Function<double[], Sums> pass) {
    double[] parameters = start(models, difficulty);
    Sums sums = null;
    for (int step = 0; step < MOST_STEPS; step++) {
      sums = pass.apply(parameters);
      if (step(sums, parameters, difficulty) < CLOSE) {
        break;
      }
    }
    double[][][] covariances = new double[models][][];
    for (int m = 0; m < models; m++) {
      covariances[m] = covariance(sums, m, difficulty);
    }
    return new Fit(parameters, covariances);
  }

  /** Where the fit starts: {@code [models · 3]}. */
  private static double[] start(int models, boolean difficulty) {
    double[] parameters = new double[models * TERMS];
    for (int m = 0; difficulty && m < models; m++) {
      parameters[m * TERMS + 2] = 1;
    }
    return parameters;
  }

  /**
   * Adds one prompt.
   *
   * @param models who answered it
   * @param y the preferences for them, 0…1, a draw ½
   * @param t their tanh terms
   * @param count how many entries are used
   */
  public static void add(
      Sums sums, double[] parameters, int[] models, double[] y, double[] t, int count) {
    double[] posterior = posterior(parameters, models, y, t, count);
    for (int i = 0; i < count; i++) {
      addOne(sums, parameters, posterior, models[i], y[i], t[i]);
    }
  }

  private static void addOne(
      Sums sums, double[] parameters, double[] posterior, int model, double y, double t) {
    double[] score = new double[TERMS];
    double[] products = new double[6];
    double[] curvature = new double[6];
    double[] x = {1, t, 0};
    for (int k = 0; k < NODES; k++) {
      x[2] = NODE[k];
      double p = BradleyTerry.logistic(eta(parameters, model, t, NODE[k]));
      double r = y - p;
      double w = posterior[k];
      int at = 0;
      for (int i = 0; i < TERMS; i++) {
        score[i] += w * r * x[i];
        for (int j = 0; j <= i; j++) {
          products[at] += w * r * r * x[i] * x[j];
          curvature[at++] += w * p * (1 - p) * x[i] * x[j];
        }
      }
    }
    int at = model * 6;
    for (int i = 0, k = 0; i < TERMS; i++) {
      sums.gradient[model * TERMS + i] += FixedPoint.GRADIENTS.of(score[i]);
      for (int j = 0; j <= i; j++, k++) {
        sums.curvature[at + k] += FixedPoint.GRADIENTS.of(curvature[k]);
        sums.missing[at + k] += FixedPoint.GRADIENTS.of(products[k] - score[i] * score[j]);
        sums.squares[at + k] += FixedPoint.GRADIENTS.of(score[i] * score[j]);
      }
    }
  }

  /**
   * Moves the parameters by one Newton step of the complete data.
   *
   * @return the largest move
   */
  private static double step(Sums sums, double[] parameters, boolean difficulty) {
    double largest = 0;
    for (int m = 0; m < parameters.length / TERMS; m++) {
      double[][] h = penalised(Sums.matrix(sums.curvature, m), difficulty);
      double[] move = new double[TERMS];
      for (int i = 0; i < TERMS; i++) {
        move[i] = FixedPoint.GRADIENTS.value(sums.gradient[m * TERMS + i]);
      }
      move[1] -= PRECISION * parameters[m * TERMS + 1];
      move[2] = difficulty ? move[2] : 0;
      double[][] factor = Matrices.cholesky(h);
      if (factor == null) {
        continue;
      }
      Matrices.solve(factor, move);
      for (int i = 0; i < TERMS; i++) {
        double part = Math.max(-1, Math.min(1, move[i]));
        parameters[m * TERMS + i] += part;
        largest = Math.max(largest, Math.abs(part));
      }
    }
    return largest;
  }

  /** The parameters' covariance of one model: the sandwich, by Louis's (1982) information. */
  private static double[][] covariance(Sums sums, int model, boolean difficulty) {
    double[][] information = Sums.matrix(sums.curvature, model);
    double[][] missing = Sums.matrix(sums.missing, model);
    double[][] complete = penalised(information, difficulty);
    double[][] observed = new double[TERMS][TERMS];
    for (int i = 0; i < TERMS; i++) {
      for (int j = 0; j < TERMS; j++) {
        observed[i][j] = complete[i][j] - (difficulty ? missing[i][j] : 0);
      }
    }
    double[][] factor = Matrices.cholesky(observed);
    factor = factor == null ? Matrices.cholesky(complete) : factor;
    if (factor == null) {
      double[][] unknown = new double[TERMS][TERMS];
      for (double[] row : unknown) {
        Arrays.fill(row, Double.NaN);
      }
      return unknown;
    }
    double[][] bread = Matrices.inverse(factor);
    double[][] meat = Sums.matrix(sums.squares, model);
    meat[1][1] += PRECISION;
    return Matrices.sandwich(bread, meat);
  }

  private static double[][] penalised(double[][] h, boolean difficulty) {
    double[][] sum = new double[TERMS][];
    for (int i = 0; i < TERMS; i++) {
      sum[i] = h[i].clone();
    }
    sum[0][0] += 1e-9;
    sum[1][1] += PRECISION;
    sum[2][2] += 1e-9;
    if (!difficulty) {
      sum[2] = new double[] {0, 0, 1};
      sum[0][2] = sum[1][2] = 0;
    }
    return sum;
  }

  /**
   * The length-controlled preference for a model on a prompt: the posterior mean of σ(θ + ψ·γ).
   *
   * @param posterior of the prompt's difficulty, {@link #posterior}
   * @param slope receives its derivative by θ, φ, ψ, {@code [3]}
   */
  public static double controlled(
      double[] parameters, double[] posterior, int model, double[] slope) {
    double mean = 0;
    slope[0] = slope[1] = slope[2] = 0;
    for (int k = 0; k < NODES; k++) {
      double p = BradleyTerry.logistic(eta(parameters, model, 0, NODE[k]));
      mean += posterior[k] * p;
      slope[0] += posterior[k] * p * (1 - p);
      slope[2] += posterior[k] * p * (1 - p) * NODE[k];
    }
    return mean;
  }

  /** What a prompt's outcomes tell of its difficulty: weights of the quadrature's nodes. */
  public static double[] posterior(
      double[] parameters, int[] models, double[] y, double[] t, int count) {
    double[] log = LOG_WEIGHT.clone();
    double most = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < NODES; k++) {
      for (int i = 0; i < count; i++) {
        double z = eta(parameters, models[i], t[i], NODE[k]);
        log[k] += y[i] * z - BradleyTerry.softplus(z);
      }
      most = Math.max(most, log[k]);
    }
    double sum = 0;
    for (int k = 0; k < NODES; k++) {
      log[k] = Math.exp(log[k] - most);
      sum += log[k];
    }
    for (int k = 0; k < NODES; k++) {
      log[k] /= sum;
    }
    return log;
  }

  private static double eta(double[] parameters, int model, double t, double difficulty) {
    int at = model * TERMS;
    return parameters[at] + parameters[at + 1] * t + parameters[at + 2] * difficulty;
  }

  /** Nodes and weights for the standard normal: Newton's method on the Hermite polynomials. */
  private static void hermite() {
    double[] found = new double[NODES];
    for (int i = 0; i < (NODES + 1) / 2; i++) {
      found[i] = root(i, found);
    }
    for (int i = 0; i < NODES; i++) {
      double x = i < (NODES + 1) / 2 ? found[i] : -found[NODES - 1 - i];
      double[] h = polynomials(x);
      NODE[i] = x;
      // w = n! / (n·He_{n−1}(x))².
      LOG_WEIGHT[i] = -Math.log(NODES) - 2 * Math.log(Math.abs(h[0]));
    }
  }

  /** The roots come from the largest on, each polished from a start between known neighbours. */
  private static double root(int i, double[] found) {
    if (i == (NODES - 1) / 2) {
      return 0;
    }
    double x = i == 0 ? 2 * Math.sqrt(NODES + 0.5) : found[i - 1] - 0.5;
    for (int step = 0; step < 200; step++) {
      double[] h = polynomials(x);
      // Deflated by the roots found already, so that no root comes twice.
      double sum = 0;
      for (int j = 0; j < i; j++) {
        sum += 1 / (x - found[j]) + 1 / (x + found[j]);
      }
      double move = 1 / (NODES * h[0] / h[1] - sum);
      x -= move;
      if (Math.abs(move) < 1e-14 * Math.max(1, Math.abs(x))) {
        break;
      }
    }
    return x;
  }

  /** He_{n−1}(x) and He_n(x), divided by √((n−1)!) to stay small. */
  private static double[] polynomials(double x) {
    double before = 0;
    double h = 1;
    for (int k = 0; k < NODES - 1; k++) {
      double next = (x * h - Math.sqrt(k) * before) / Math.sqrt(k + 1);
      before = h;
      h = next;
    }
    return new double[] {h, x * h - Math.sqrt(NODES - 1) * before};
  }
}
