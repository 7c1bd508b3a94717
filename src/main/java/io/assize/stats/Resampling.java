package io.assize.stats;

import java.util.Arrays;
import java.util.SplittableRandom;

/** Replicates of Bradley–Terry strengths: of games drawn anew, or of a fit and its covariance. */
public final class Resampling {
  private static final int MOST_STEPS = 12;

  private final Battles battles;
  private final BradleyTerry.Fit fit;
  private final BradleyTerry.Prior prior;
  private final double[] start;
  private final double[] expected;
  private final double[] never;
  private final double near;

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
      Battles battles, BradleyTerry.Fit fit, BradleyTerry.Prior prior, int replicates, long seed) {
    return new Resampling(battles, fit, prior).replicates(replicates, seed);
  }

  /**
   * Replicates where games depend on each other: the fit moved by draws with its covariance, which
   * is the bootstrap by normal multipliers of the clusters' gradients, to first order.
   */
  public static double[][] multiplied(BradleyTerry.Fit fit, int replicates, long seed) {
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

  private Resampling(Battles battles, BradleyTerry.Fit fit, BradleyTerry.Prior prior) {
    this.battles = battles;
    this.fit = fit;
    this.prior = prior;
    this.start = fit.strength().clone();
    for (int i = 0; prior != null && i < start.length; i++) {
      start[i] += fit.shift();
    }
    // What all replicates share: the chances at the fit, and those of drawing no game of a kind.
    this.expected = new double[battles.pairs()];
    Arrays.setAll(
        expected, i -> BradleyTerry.logistic(start[battles.a()[i]] - start[battles.b()[i]]));
    this.never = Arrays.stream(battles.atoms()).map(count -> Math.exp(-count)).toArray();
    // A step leaves about a third of the way, so what is left is a hundredth of an error.
    double least = Double.POSITIVE_INFINITY;
    for (int i = 0; i < start.length; i++) {
      least = Math.min(least, fit.error(i));
    }
    this.near = Math.max(1e-4, 0.03 * least);
  }

  private double[][] replicates(int count, long seed) {
    double[][] samples = new double[count][];
    double[][] root =
        prior == null || prior.covariance() == null ? null : Matrices.root(prior.covariance());
    SplittableRandom seeds = new SplittableRandom(seed);
    for (int r = 0; r < count; r++) {
      Draws draws = new Draws(seeds.split());
      samples[r] = replicate(drawnMean(root, draws), draws);
    }
    return samples;
  }

  /** The prior's mean, drawn anew; null without a prior. */
  private double[] drawnMean(double[][] root, Draws draws) {
    if (prior == null) {
      return null;
    }
    double[] mean = prior.mean().clone();
    double[] z = new double[mean.length];
    for (int i = 0; i < mean.length; i++) {
      z[i] = draws.normal();
      mean[i] += Math.sqrt(prior.variance()) * draws.normal();
      for (int k = 0; root != null && k <= i; k++) {
        mean[i] += root[i][k] * z[k];
      }
    }
    return mean;
  }

  private double[] replicate(double[] priorMean, Draws draws) {
    int pairs = battles.pairs();
    double[] n = new double[pairs];
    double[] score = new double[pairs];
    for (int i = 0; i < pairs; i++) {
      double soft = battles.n()[i];
      double softScore = battles.score()[i];
      double softSquares = battles.squares()[i];
      for (int k = 0; k < Battles.ATOMS; k++) {
        double count = battles.atoms()[i * Battles.ATOMS + k];
        if (count > 0) {
          double value = k / 4.0;
          double drawn = draws.poisson(count, never[i * Battles.ATOMS + k]);
          n[i] += drawn;
          score[i] += drawn * value;
          soft -= count;
          softScore -= count * value;
          softSquares -= count * value * value;
        }
      }
      if (soft > 0.5) {
        double drawn = draws.poisson(soft, Math.exp(-soft));
        double mean = softScore / soft;
        double variance = Math.max(0, softSquares / soft - mean * mean);
        double sum = drawn * mean + Math.sqrt(drawn * variance) * draws.normal();
        n[i] += drawn;
        score[i] += Math.min(drawn, Math.max(0, sum));
      }
    }
    return fitted(n, score, priorMean);
  }

  /** Newton's steps with the information of the fit, which is near that of the replicate. */
  private double[] fitted(double[] n, double[] score, double[] priorMean) {
    double[] theta = start.clone();
    double[] move = new double[theta.length];
    double last = Double.POSITIVE_INFINITY;
    for (int step = 0; step < MOST_STEPS; step++) {
      double[] gradient = gradient(n, score, step == 0 ? null : theta);
      for (int i = 0; priorMean != null && i < theta.length; i++) {
        gradient[i] -= (theta[i] - priorMean[i]) / prior.variance();
      }
      Matrices.multiply(fit.bread(), gradient, move);
      if (priorMean == null) {
        BradleyTerry.centre(move);
      }
      double size = Arrays.stream(move).map(Math::abs).max().orElse(0);
      // A replicate in which a model never loses has no optimum: it stays where it still moved
      // less.
      if (!(size < last)) {
        break;
      }
      for (int i = 0; i < theta.length; i++) {
        theta[i] += move[i];
      }
      if (size < near) {
        break;
      }
      last = size;
    }
    BradleyTerry.centre(theta);
    return theta;
  }

  /** At θ, or (null) at the start, where the chances are known. */
  private double[] gradient(double[] n, double[] score, double[] theta) {
    double[] gradient = new double[start.length];
    for (int i = 0; i < n.length; i++) {
      if (n[i] > 0) {
        int a = battles.a()[i];
        int b = battles.b()[i];
        double p = theta == null ? expected[i] : BradleyTerry.logistic(theta[a] - theta[b]);
        double part = score[i] - n[i] * p;
        gradient[a] += part;
        gradient[b] -= part;
      }
    }
    return gradient;
  }
}
