package io.assize.cli.bench;

import io.assize.stats.Battles;
import io.assize.stats.BradleyTerry;
import io.assize.stats.Draws;
import io.assize.stats.Sandwich;
import java.util.Arrays;
import java.util.List;

/**
 * Games between models of known strengths, one by one; arrays are {@code [games]}.
 *
 * @param a the first model of each
 * @param b the second
 * @param y a's score: 0, ½ or 1
 * @param prompt its number; games of one prompt stand together
 */
@SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
record SimulatedGames(int[] a, int[] b, double[] y, int[] prompt) {

  /** Strengths with mean 0. */
  static double[] strengths(Draws draws, int models, double spread) {
    double[] theta = new double[models];
    Arrays.setAll(theta, i -> spread * draws.normal());
    double mean = Arrays.stream(theta).average().orElse(0);
    Arrays.setAll(theta, i -> theta[i] - mean);
    return theta;
  }

  /**
   * Games of random pairs.
   *
   * @param theta strengths
   * @param ties the chance of one between models alike
   * @param perPrompt games of each prompt; of several, the scores depend on each other
   */
  static SimulatedGames of(Draws draws, double[] theta, int count, double ties, int perPrompt) {
    int models = theta.length;
    int[] a = new int[count];
    int[] b = new int[count];
    int[] prompts = new int[count];
    double[] y = new double[count];
    double prompt = 0;
    for (int i = 0; i < count; i++) {
      if (i % perPrompt == 0) {
        prompt = draws.normal();
      }
      prompts[i] = i / perPrompt;
      int one = draws.below(models);
      int other = (one + 1 + draws.below(models - 1)) % models;
      // A prompt favours the models of smaller numbers, or harms them.
      a[i] = Math.min(one, other);
      b[i] = Math.max(one, other);
      double p = BradleyTerry.logistic(theta[a[i]] - theta[b[i]]);
      double tie = ties * 2 * Math.min(p, 1 - p);
      y[i] = DependentScores.draw(draws, prompt, perPrompt > 1 ? 0.5 : 0, p - tie / 2, tie);
    }
    return new SimulatedGames(a, b, y, prompts);
  }

  /** The games of several, added up by pair. */
  static Battles together(List<SimulatedGames> levels, int models) {
    int count = levels.stream().mapToInt(games -> games.a.length).sum();
    int[] a = new int[count];
    int[] b = new int[count];
    double[] y = new double[count];
    int at = 0;
    for (SimulatedGames games : levels) {
      int more = games.a.length;
      System.arraycopy(games.a, 0, a, at, more);
      System.arraycopy(games.b, 0, b, at, more);
      System.arraycopy(games.y, 0, y, at, more);
      at += more;
    }
    return Battles.of(models, a, b, y);
  }

  /** These added up by pair. */
  Battles battles(int models) {
    return Battles.of(models, a, b, y);
  }

  /**
   * What the games that share prompts add to the sandwich's middle.
   *
   * @param theta strengths that were fitted
   * @return {@code [models][models]}
   */
  double[][] dependence(double[] theta) {
    double[][] m = new double[theta.length][theta.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = i + 1; j < a.length && prompt[j] == prompt[i]; j++) {
        Sandwich.cross(m, a[i], b[i], residual(theta, i), a[j], b[j], residual(theta, j));
      }
    }
    return m;
  }

  private double residual(double[] theta, int i) {
    return y[i] - BradleyTerry.logistic(theta[a[i]] - theta[b[i]]);
  }
}
