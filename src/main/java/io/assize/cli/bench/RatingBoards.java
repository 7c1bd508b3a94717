package io.assize.cli.bench;

import io.assize.stats.Battles;
import io.assize.stats.BradleyTerry;
import io.assize.stats.Draws;
import io.assize.stats.Intervals;
import io.assize.stats.Pooling;
import io.assize.stats.Quantiles;
import io.assize.stats.Ranks;
import io.assize.stats.Resampling;
import io.assize.stats.StyleControl;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Boards of known strengths, each made of its draws alone, and what their intervals say of them.
 */
final class RatingBoards {
  private static final int REPLICATES = 500;

  private RatingBoards() {}

  /**
   * Ratings of ten models by 1,200 games.
   *
   * @param perPrompt games of each prompt
   * @param bootstrap whether the intervals are the bootstrap's, or the sandwich's
   */
  static Seen ratings(Draws draws, double ties, int perPrompt, boolean bootstrap) {
    int models = 10;
    double[] theta = SimulatedGames.strengths(draws, models, 0.6);
    SimulatedGames games = SimulatedGames.of(draws, theta, 1200, ties, perPrompt);
    Battles battles = games.battles(models);
    BradleyTerry.Fit fit = BradleyTerry.fit(battles, null);
    if (perPrompt > 1) {
      fit = BradleyTerry.fit(battles, games.dependence(fit.strength()));
    }
    double[][] replicates =
        bootstrap
            ? Resampling.bootstrap(battles, fit, null, REPLICATES, draws.below(1 << 30))
            : null;
    Seen seen = Seen.NOTHING;
    for (int i = 0; i < models; i++) {
      double half = Intervals.Z * fit.error(i);
      double low = fit.strength()[i] - half;
      double high = fit.strength()[i] + half;
      if (bootstrap) {
        int model = i;
        double[] sorted = Arrays.stream(replicates).mapToDouble(r -> r[model]).sorted().toArray();
        low = Quantiles.of(sorted, 0.025);
        high = Quantiles.of(sorted, 0.975);
      }
      seen = seen.plus(Seen.of(low, high, theta[i]));
    }
    return seen;
  }

  /** Twelve scenarios of 30 to 150 games, each off the whole by its own strengths. */
  static Seen thinScenarios(Draws draws) {
    int models = 8;
    int scenarios = 12;
    double spread = 0.15 + 0.3 * draws.uniform();
    double[] theta = SimulatedGames.strengths(draws, models, 0.6);
    double[][] own = new double[scenarios][models];
    List<SimulatedGames> games = new ArrayList<>();
    for (int s = 0; s < scenarios; s++) {
      double[] off = SimulatedGames.strengths(draws, models, spread);
      int scenario = s;
      Arrays.setAll(own[s], i -> theta[i] + off[i]);
      games.add(SimulatedGames.of(draws, own[scenario], 30 + draws.below(120), 0.2, 1));
    }
    BradleyTerry.Fit whole = BradleyTerry.fit(SimulatedGames.together(games, models), null);
    List<Pooling.Deviation> deviations = new ArrayList<>();
    for (SimulatedGames level : games) {
      deviations.add(Pooling.Deviation.of(level.battles(models), whole.strength()));
    }
    Pooling.Spread found = Pooling.spread(deviations, Math.pow(5 / BradleyTerry.ELO, 2));
    double[][] covariance = Pooling.ofMean(whole.covariance(), found);
    Seen seen = Seen.NOTHING;
    for (int s = 0; s < scenarios; s++) {
      BradleyTerry.Fit fit =
          BradleyTerry.fit(
              games.get(s).battles(models),
              new BradleyTerry.Prior(whole.strength(), found.variance(), covariance, found.error()),
              null);
      double mean = Arrays.stream(own[s]).average().orElse(0);
      for (int i = 0; i < models; i++) {
        double half = Intervals.Z * fit.error(i);
        double rating = fit.strength()[i];
        seen = seen.plus(Seen.of(rating - half, rating + half, own[s][i] - mean));
      }
    }
    return seen;
  }

  /** Ratings of five models beside a feature of style that decides, too, and its coefficient. */
  static Seen style(Draws draws) {
    int models = 5;
    double[] theta = SimulatedGames.strengths(draws, models, 0.5);
    double coefficient = draws.normal() * 0.5;
    int n = 800;
    int[] a = new int[n];
    int[] b = new int[n];
    double[] y = new double[n];
    double[][] z = new double[n][1];
    for (int i = 0; i < n; i++) {
      a[i] = draws.below(models);
      b[i] = (a[i] + 1 + draws.below(models - 1)) % models;
      z[i][0] = draws.normal() + 0.4 * (a[i] - b[i]);
      double p = BradleyTerry.logistic(theta[a[i]] - theta[b[i]] + coefficient * z[i][0]);
      y[i] = draws.uniform() < p ? 1 : 0;
    }
    StyleControl.Fit fit =
        StyleControl.fit(
                models,
                1,
                parameters -> {
                  StyleControl.Sums sums = StyleControl.Sums.of(models, 1);
                  for (int i = 0; i < n; i++) {
                    sums.add(parameters, a[i], b[i], y[i], z[i]);
                  }
                  return sums;
                })
            .orElseThrow();
    Seen seen = Seen.NOTHING;
    for (int i = 0; i <= models; i++) {
      double half = Intervals.Z * Math.sqrt(fit.covariance()[i][i]);
      double value = fit.parameters()[i];
      double truth = i < models ? theta[i] : coefficient;
      seen = seen.plus(Seen.of(value - half, value + half, truth));
    }
    return seen;
  }

  /** Twenty models of one population, 0.2 to 0.6 apart. */
  static Seen ranks(Draws draws, boolean simultaneous) {
    return ranks(
        draws, SimulatedGames.strengths(draws, 20, 0.2 + 0.4 * draws.uniform()), simultaneous);
  }

  /** Eight models of which none is better by more than nothing. */
  static Seen alike(Draws draws) {
    return ranks(draws, SimulatedGames.strengths(draws, 8, 1e-7), true);
  }

  private static Seen ranks(Draws draws, double[] theta, boolean simultaneous) {
    int models = theta.length;
    Battles battles = SimulatedGames.of(draws, theta, 150 * models, 0.2, 1).battles(models);
    BradleyTerry.Fit fit = BradleyTerry.fit(battles, null);
    Ranks ranks = Ranks.of(fit.strength(), fit.covariance(), 1000, draws.below(1 << 30));
    Seen seen = Seen.NOTHING;
    boolean right = true;
    for (int i = 0; i < models; i++) {
      int rank = 1;
      for (int j = 0; j < models; j++) {
        double[][] c = fit.covariance();
        double error = Math.sqrt(c[i][i] + c[j][j] - 2 * c[i][j]);
        boolean above = (fit.strength()[i] - fit.strength()[j]) / error > ranks.critical();
        rank += theta[j] > theta[i] ? 1 : 0;
        right &= !(i != j && above && theta[j] > theta[i]);
      }
      seen = seen.plus(Seen.of(ranks.low()[i] <= rank && rank <= ranks.high()[i]));
    }
    return simultaneous ? Seen.of(right) : seen;
  }
}
