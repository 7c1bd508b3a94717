package io.assize.stats;

import java.io.Serializable;
import java.util.Arrays;
import java.util.Collection;
import org.hipparchus.distribution.continuous.NormalDistribution;

/**
 * Ratings of models from games between pairs: P(a beats b) = σ(θ_a − θ_b) (Bradley &amp; Terry
 * 1952), fitted by maximum likelihood, with scores as weights of a win (a tie is half of one, a
 * soft verdict its probability).
 *
 * <p>Scores that are no coin flips (ties, soft verdicts, several games with one prompt) leave the
 * estimate consistent but not the inverse information; the covariance is therefore the sandwich
 * H⁻¹·M·H⁻¹ (Huber 1967; White 1982), M being the sum of the squared gradients of games or of
 * clusters of games.
 */
public final class BradleyTerry {
  /** Elo points of one unit of θ: 400 / ln 10. */
  public static final double ELO = 400 / Math.log(10);

  /** (16·√3 / 15π)². */
  private static final double FLATTER = Math.pow(16 * Math.sqrt(3) / (15 * Math.PI), 2);

  /** Below so many degrees of freedom the normal distribution of τ² says nothing any more. */
  private static final int LEAST_FREEDOM = 10;

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
   *     [models][models]}, as {@link #cross}; null: games are independent
   */
  public static Fit fit(Battles battles, double[][] dependence) {
    return fit(battles, null, dependence);
  }

  /** The same with a prior, or null; with one, any games have finite ratings. */
  public static Fit fit(Battles battles, Prior prior, double[][] dependence) {
    double[] theta = prior == null ? new double[battles.models()] : prior.mean().clone();
    double[][] information = climb(battles, prior, theta);
    double[][] bread = Matrices.inverse(positive(information));
    double[][] meat = meat(battles, theta);
    if (dependence != null) {
      add(meat, dependence, 1);
    }
    add(meat, meat.clone(), inflation(battles, prior, bread) - 1);
    if (prior != null) {
      addPrior(meat, prior);
    }
    double[][] covariance = Matrices.product(Matrices.product(bread, meat), bread);
    centre(covariance);
    if (prior != null && prior.varianceError() > 0) {
      widen(covariance, prior);
    }
    double mean = Arrays.stream(theta).average().orElse(0);
    for (int i = 0; i < theta.length; i++) {
      theta[i] -= mean;
    }
    return new Fit(theta, mean, covariance, bread);
  }

  /**
   * n / (n − d): residuals of what was fitted are too small by the d parameters that follow the
   * games (MacKinnon &amp; White 1985, HC1). With a prior d = tr(bread·(bread⁻¹ − prior's)).
   */
  private static double inflation(Battles battles, Prior prior, double[][] bread) {
    double n = Arrays.stream(battles.n()).sum();
    double followed = bread.length;
    for (int i = 0; i < bread.length; i++) {
      followed -= prior == null ? 0 : bread[i][i] / prior.variance();
    }
    return n > 2 * followed ? n / (n - followed) : 2;
  }

  /**
   * Errors that are t/z larger, for what is not known of τ²: the posterior variance V of a strength
   * moves with τ² by (V/τ²)², so it has 2V² / ((V/τ²)⁴·var(τ²)) degrees of freedom (Satterthwaite
   * 1946).
   */
  private static void widen(double[][] covariance, Prior prior) {
    double[] factor = new double[covariance.length];
    for (int i = 0; i < factor.length; i++) {
      double v = Math.min(covariance[i][i], prior.variance());
      double slope = Math.pow(v / prior.variance(), 2);
      double moved = slope * prior.varianceError();
      long df = (long) Math.min(1e6, Math.max(LEAST_FREEDOM, 2 * v * v / (moved * moved)));
      factor[i] = Intervals.t(df) / Intervals.Z;
    }
    for (int i = 0; i < factor.length; i++) {
      for (int j = 0; j < factor.length; j++) {
        covariance[i][j] *= factor[i] * factor[j];
      }
    }
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

  private static double[] gradient(Battles battles, Prior prior, double[] theta) {
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
  private record Weights(double[][] sum, double trace) {
    static Weights of(Battles battles, double[] theta) {
      double[][] sum = new double[theta.length][theta.length];
      double trace = 0;
      for (int i = 0; i < battles.pairs(); i++) {
        double p = logistic(theta[battles.a()[i]] - theta[battles.b()[i]]);
        double w = battles.n()[i] * p * (1 - p);
        trace += 2 * w;
        addPair(sum, battles.a()[i], battles.b()[i], w);
      }
      return new Weights(sum, trace);
    }
  }

  /** M of independent games: Σ (y − p)² at each pair. */
  private static double[][] meat(Battles battles, double[] theta) {
    double[][] sum = new double[theta.length][theta.length];
    for (int i = 0; i < battles.pairs(); i++) {
      double p = logistic(theta[battles.a()[i]] - theta[battles.b()[i]]);
      double squares = battles.squares()[i] - 2 * p * battles.score()[i] + p * p * battles.n()[i];
      addPair(sum, battles.a()[i], battles.b()[i], Math.max(0, squares));
    }
    return sum;
  }

  private static void addPair(double[][] m, int a, int b, double w) {
    m[a][a] += w;
    m[b][b] += w;
    m[a][b] -= w;
    m[b][a] -= w;
  }

  /**
   * What two games of one cluster add to M: r·r′·(x·x′ᵀ + x′·xᵀ), x being +1 at a game's first
   * model and −1 at its second, r its score less the expected one.
   */
  public static void cross(double[][] m, int a, int b, double r, int a2, int b2, double r2) {
    double w = r * r2;
    addTo(m, a, a2, w);
    addTo(m, a, b2, -w);
    addTo(m, b, a2, -w);
    addTo(m, b, b2, w);
  }

  private static void addTo(double[][] m, int i, int j, double w) {
    m[i][j] += w;
    m[j][i] += w;
  }

  private static void add(double[][] to, double[][] from, double times) {
    for (int i = 0; i < to.length; i++) {
      for (int j = 0; j < to.length; j++) {
        to[i][j] += times * from[i][j];
      }
    }
  }

  /** The prior's own part of the squared error: P + P·Cov(mean)·P with P = I / variance. */
  private static void addPrior(double[][] meat, Prior prior) {
    double precision = 1 / prior.variance();
    for (int i = 0; i < meat.length; i++) {
      meat[i][i] += precision;
    }
    if (prior.covariance() != null) {
      add(meat, prior.covariance(), precision * precision);
    }
  }

  /** The covariance of differences to the mean of all. */
  private static void centre(double[][] m) {
    int size = m.length;
    double[] rows = new double[size];
    double all = 0;
    for (int i = 0; i < size; i++) {
      rows[i] = Arrays.stream(m[i]).sum() / size;
      all += rows[i] / size;
    }
    for (int i = 0; i < size; i++) {
      for (int j = 0; j < size; j++) {
        m[i][j] += all - rows[i] - rows[j];
      }
    }
  }

  /**
   * What a scenario tells of how far its ratings lie from those over all scenarios.
   *
   * @param squares ‖g‖² of the gradient g at the ratings over all
   * @param noise tr M, what ‖g‖² would be without any difference
   * @param curvature tr H², by which a variance τ² of the difference raises ‖g‖²
   * @param eigenvalue tr H by its rank
   * @param rank one less than the scenario's models
   */
  public record Deviation(
      double squares, double noise, double curvature, double eigenvalue, int rank)
      implements Serializable {

    /** Of a scenario's games at given strengths. */
    public static Deviation of(Battles battles, double[] theta) {
      double[] gradient = gradient(battles, null, theta);
      double[][] h = Weights.of(battles, theta).sum();
      double[][] m = meat(battles, theta);
      double noise = 0;
      double trace = 0;
      double curvature = 0;
      int met = 0;
      for (int i = 0; i < theta.length; i++) {
        noise += m[i][i];
        trace += h[i][i];
        met += h[i][i] > 0 ? 1 : 0;
        for (double v : h[i]) {
          curvature += v * v;
        }
      }
      int rank = Math.max(1, met - 1);
      double squares = Arrays.stream(gradient).map(g -> g * g).sum();
      return new Deviation(squares, noise, curvature, trace / rank, rank);
    }
  }

  /**
   * How scenarios lie about the whole.
   *
   * @param variance τ² of a scenario's strengths about those over all
   * @param error the standard error of τ²
   * @param concentration Σ w² of the scenarios' shares of the information: the error of the whole
   *     as a mean of scenarios is τ² times that
   */
  public record Spread(double variance, double error, double concentration)
      implements Serializable {}

  /**
   * The spread of scenarios by moments: at the true strengths E‖g‖² = tr M + τ²·tr H². The
   * strengths over all were fitted to the same games, a share w of them this scenario's, which
   * leaves tr M·(1 − w) and tr H²·(1 − 2w) + w²·Σ tr H². Chances that vary by 2τ² on the logit's
   * scale have a flatter mean curve, by 1/√(1 + 0.346·2τ²) (Zeger, Liang &amp; Albert 1988). Each
   * scenario is weighted by the inverse of its approximate variance. As a negative τ² is
   * impossible, and a τ² of 0 would hide what is not known of it, the result is the mean of the
   * normal distribution about the estimate, cut at 0; never below {@code least}.
   */
  public static Spread spread(Collection<Deviation> deviations, double least) {
    double information = 0;
    for (Deviation d : deviations) {
      information += d.eigenvalue() * d.rank();
    }
    double concentration = 0;
    double curvatures = 0;
    for (Deviation d : deviations) {
      double w = d.eigenvalue() * d.rank() / information;
      concentration += w * w;
      curvatures += d.curvature();
    }
    double estimate = 0;
    double error = 0;
    for (int round = 0; round < 10; round++) {
      double sum = 0;
      double weights = 0;
      for (Deviation d : deviations) {
        double w = d.eigenvalue() * d.rank() / information;
        double noise = d.noise() * (1 - w);
        double before = Math.max(0, estimate);
        double curvature =
            (d.curvature() * (1 - 2 * w) + w * w * curvatures) / (1 + FLATTER * 2 * before);
        if (curvature > 0) {
          double spread = noise / d.rank() / (d.eigenvalue() * d.eigenvalue()) + before;
          double weight = d.rank() / (spread * spread);
          sum += weight * (d.squares() - noise) / curvature;
          weights += weight;
        }
      }
      estimate = weights > 0 ? sum / weights : 0;
      error = weights > 0 ? Math.sqrt(2 / weights) : 0;
    }
    double variance = error > 0 ? cutMean(estimate, error) : Math.max(0, estimate);
    return new Spread(Math.max(least, variance), error, concentration);
  }

  /** The covariance of strengths over all as the mean of scenarios: their own error and τ²·Σ w². */
  public static double[][] ofMean(double[][] covariance, Spread spread) {
    double[][] sum = new double[covariance.length][];
    for (int i = 0; i < sum.length; i++) {
      sum[i] = covariance[i].clone();
      sum[i][i] += spread.variance() * spread.concentration();
    }
    return sum;
  }

  /** The mean of N(m, s²) given that it is above 0. */
  private static double cutMean(double m, double s) {
    NormalDistribution normal = new NormalDistribution();
    double z = m / s;
    double above = normal.cumulativeProbability(z);
    // Far below 0 the mean is s/|z|, to first order.
    return above < 1e-12 ? s / Math.abs(z) : m + s * normal.density(z) / above;
  }

  /**
   * Replicates of the strengths by resampling the sufficient statistics: each kind of score of each
   * pair is drawn anew (Poisson with the count seen, the Poisson bootstrap of Hanley &amp;
   * MacGibbon 2006; soft scores by their mean and variance), and the ratings are fitted to what was
   * drawn. The cost does not depend on the number of games. Games are taken as independent.
   *
   * @param prior of the fit, or null; its mean is drawn anew as well
   * @return {@code [replicates][models]}, each with mean 0
   */
  public static double[][] bootstrap(
      Battles battles, Fit fit, Prior prior, int replicates, long seed) {
    return new Resampling(battles, fit, prior).replicates(replicates, seed);
  }

  /**
   * Replicates where games depend on each other: the fit moved by draws with its covariance, which
   * is the bootstrap by normal multipliers of the clusters' gradients, to first order.
   */
  public static double[][] multiplied(Fit fit, int replicates, long seed) {
    int models = fit.strength().length;
    double[][] root = Matrices.root(fit.covariance());
    double[][] samples = new double[replicates][models];
    Draws draws = new Draws(seed);
    for (double[] sample : samples) {
      draws.normal(root, sample);
      for (int i = 0; i < models; i++) {
        sample[i] += fit.strength()[i];
      }
    }
    return samples;
  }

  /** The covariance of replicates, {@code [replicates][models]}. */
  public static double[][] covariance(double[][] replicates) {
    int models = replicates[0].length;
    double[] mean = new double[models];
    for (double[] replicate : replicates) {
      for (int i = 0; i < models; i++) {
        mean[i] += replicate[i] / replicates.length;
      }
    }
    double[][] sum = new double[models][models];
    for (double[] replicate : replicates) {
      for (int i = 0; i < models; i++) {
        double off = (replicate[i] - mean[i]) / (replicates.length - 1);
        for (int j = 0; j < models; j++) {
          sum[i][j] += off * (replicate[j] - mean[j]);
        }
      }
    }
    return sum;
  }
}
