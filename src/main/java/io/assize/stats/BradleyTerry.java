package io.assize.stats;

import java.util.Arrays;

/**
 * Ratings of models from games between pairs: P(a beats b) = σ(θ_a − θ_b) (Bradley &amp; Terry
 * 1952), fitted by maximum likelihood, with scores as weights of a win (a tie is half of one, a
 * soft verdict its probability).
 *
 * <p>The covariance is the {@link Sandwich}. What scenarios tell of each other is {@link
 * Pooling}'s, replicates are {@link Resampling}'s.
 */
public final class BradleyTerry {
  /** Elo points of one unit of θ: 400 / ln 10. */
  public static final double ELO = 400 / Math.log(10);

  private static final int MOST_STEPS = 100;
  private static final double CLOSE = 1e-10;

  private BradleyTerry() {}

  /**
   * What is known of the ratings before these games: θ ~ N(mean, variance·I). Partial pooling takes
   * the ratings over all scenarios as the mean of a scenario's.
   *
   * @param covariance of the mean itself, {@code [models][models]}; null: it is known exactly
   * @param varianceError the standard error of the variance; 0: it is known exactly
   */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  public record Prior(double[] mean, double variance, double[][] covariance, double varianceError) {
    /** With a mean and a variance that are known. */
    public static Prior known(double[] mean, double variance) {
      return new Prior(mean, variance, null, 0);
    }
  }

  /**
   * Fitted strengths.
   *
   * @param strength θ, with mean 0, {@code [models]}
   * @param covariance of θ, of differences to the mean, {@code [models][models]}
   * @param shift what was taken from the strengths to make their mean 0
   * @param bread the inverse of the information (or of the penalised one), by which a gradient
   *     becomes a step
   */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  public record Fit(double[] strength, double shift, double[][] covariance, double[][] bread) {
    /** The standard error of a strength. */
    public double error(int model) {
      return Math.sqrt(Math.max(0, covariance[model][model]));
    }
  }

  /**
   * Maximum likelihood.
   *
   * @param battles games whose graph is connected both ways ({@link Battles#bounded})
   * @param dependence what games of one cluster add to M beyond their own squares, {@code
   *     [models][models]}, as {@link Sandwich#cross}; null: games are independent
   */
  public static Fit fit(Battles battles, double[][] dependence) {
    return fit(battles, null, dependence);
  }

  /** The same with a prior, or null; with one, any games have finite ratings. */
  public static Fit fit(Battles battles, Prior prior, double[][] dependence) {
    double[] theta = prior == null ? new double[battles.models()] : prior.mean().clone();
    double[][] information = climb(battles, prior, theta);
    double[][] bread = Matrices.inverse(positive(information));
    double[][] covariance = Sandwich.covariance(battles, prior, theta, bread, dependence);
    double mean = centre(theta);
    return new Fit(theta, mean, covariance, bread);
  }

  /** Newton's method with halved steps; theta is the start and becomes the optimum. */
  private static double[][] climb(Battles battles, Prior prior, double[] theta) {
    double value = logLikelihood(battles, prior, theta);
    double[][] information = null;
    for (int step = 0; step < MOST_STEPS; step++) {
      double[] move = gradient(battles, prior, theta);
      information = information(battles, prior, theta);
      Matrices.solve(positive(information), move);
      double size = Arrays.stream(move).map(Math::abs).max().orElse(0);
      double part = 1;
      double[] next = moved(theta, move, part);
      double better = logLikelihood(battles, prior, next);
      while (better < value - 1e-12 * Math.abs(value) && part > 1e-6) {
        part /= 2;
        next = moved(theta, move, part);
        better = logLikelihood(battles, prior, next);
      }
      System.arraycopy(next, 0, theta, 0, theta.length);
      value = better;
      if (size < CLOSE) {
        break;
      }
    }
    return information;
  }

  private static double[][] positive(double[][] information) {
    double[][] factor = Matrices.cholesky(information);
    if (factor == null) {
      throw new IllegalArgumentException(
          "the games hardly join the models: their information is singular");
    }
    return factor;
  }

  private static double[] moved(double[] theta, double[] move, double part) {
    double[] next = theta.clone();
    for (int i = 0; i < next.length; i++) {
      next[i] += part * move[i];
    }
    return next;
  }

  /** Takes the mean off; gives it. */
  static double centre(double[] values) {
    double mean = Arrays.stream(values).average().orElse(0);
    for (int i = 0; i < values.length; i++) {
      values[i] -= mean;
    }
    return mean;
  }

  private static double logLikelihood(Battles battles, Prior prior, double[] theta) {
    double sum = 0;
    for (int i = 0; i < battles.pairs(); i++) {
      double d = theta[battles.a()[i]] - theta[battles.b()[i]];
      sum += battles.score()[i] * d - battles.n()[i] * softplus(d);
    }
    for (int i = 0; prior != null && i < theta.length; i++) {
      double off = theta[i] - prior.mean()[i];
      sum -= off * off / (2 * prior.variance());
    }
    return sum;
  }

  static double softplus(double x) {
    return Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
  }

  /** σ(x). */
  public static double logistic(double x) {
    return x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x));
  }

  /** The gradient of the log-likelihood, less the prior's pull where there is one. */
  static double[] gradient(Battles battles, Prior prior, double[] theta) {
    double[] gradient = new double[theta.length];
    for (int i = 0; i < battles.pairs(); i++) {
      int a = battles.a()[i];
      int b = battles.b()[i];
      double part = battles.score()[i] - battles.n()[i] * logistic(theta[a] - theta[b]);
      gradient[a] += part;
      gradient[b] -= part;
    }
    for (int i = 0; prior != null && i < theta.length; i++) {
      gradient[i] -= (theta[i] - prior.mean()[i]) / prior.variance();
    }
    return gradient;
  }

  /**
   * The information; without a prior, ratings are known up to a constant, which a ridge along (1,
   * …, 1) holds without touching their differences.
   */
  private static double[][] information(Battles battles, Prior prior, double[] theta) {
    int size = theta.length;
    Weights weights = Weights.of(battles, theta);
    double[][] sum = weights.sum();
    double ridge = prior == null ? weights.trace() / size / size : 0;
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        sum[i][j] += ridge;
      }
      sum[i][i] += prior == null ? 0 : 1 / prior.variance();
    }
    return sum;
  }

  /**
   * H: Σ n·p(1 − p) at each pair.
   *
   * @param trace of it, added up pair by pair
   */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  record Weights(double[][] sum, double trace) {
    static Weights of(Battles battles, double[] theta) {
      double[][] sum = new double[theta.length][theta.length];
      double trace = 0;
      for (int i = 0; i < battles.pairs(); i++) {
        double p = logistic(theta[battles.a()[i]] - theta[battles.b()[i]]);
        double w = battles.n()[i] * p * (1 - p);
        trace += 2 * w;
        Matrices.addPair(sum, battles.a()[i], battles.b()[i], w);
      }
      return new Weights(sum, trace);
    }
  }
}
