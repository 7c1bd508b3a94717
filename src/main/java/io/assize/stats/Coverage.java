package io.assize.stats;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.hipparchus.distribution.continuous.NormalDistribution;

/**
 * How often 95 % intervals hold the truth, on leaderboards that were made from a known one. Games
 * of one prompt are made dependent by a Gaussian copula, which leaves each game's own chances as
 * they are, so the truth stays exact.
 */
public final class Coverage {
  private static final NormalDistribution NORMAL = new NormalDistribution();
  private static final int REPLICATES = 500;

  private Coverage() {}

  /**
   * What one board showed.
   *
   * @param intervals how many were made
   * @param covered how many held the truth
   * @param width the sum of their widths
   */
  public record Seen(int intervals, int covered, double width) {
    static Seen of(double low, double high, double truth) {
      return new Seen(1, low <= truth && truth <= high ? 1 : 0, high - low);
    }

    static Seen of(boolean covered) {
      return new Seen(1, covered ? 1 : 0, Double.NaN);
    }

    Seen plus(Seen o) {
      return new Seen(intervals + o.intervals, covered + o.covered, width + o.width);
    }
  }

  /**
   * One condition over all boards.
   *
   * @param name what was simulated
   * @param least the least share that is wanted
   * @param most the largest
   * @param boards leaderboards
   * @param intervals in all
   * @param coverage the share that held the truth
   * @param error the Monte-Carlo standard error of the share, boards being independent
   * @param meanWidth NaN where an interval has none
   */
  public record Result(
      String name,
      double least,
      double most,
      int boards,
      long intervals,
      double coverage,
      double error,
      double meanWidth) {
    /** Whether the coverage is as wanted. */
    public boolean holds() {
      return coverage >= least && coverage <= most;
    }
  }

  private record Condition(double least, double most, Function<Draws, Seen> board) {
    static Condition nominal(Function<Draws, Seen> board) {
      return new Condition(0.94, 0.96, board);
    }
  }

  /** All conditions. */
  public static List<Result> run(int boards, long seed) {
    List<Result> results = new ArrayList<>();
    conditions().forEach((name, condition) -> results.add(run(name, condition, boards, seed)));
    return results;
  }

  private static Map<String, Condition> conditions() {
    Map<String, Condition> all = new LinkedHashMap<>();
    all.put("win rate: decisions", Condition.nominal(d -> winRate(d, 0, 1)));
    all.put("win rate: a third ties", Condition.nominal(d -> winRate(d, 0.33, 1)));
    all.put("win rate: soft verdicts", Condition.nominal(Coverage::softWinRate));
    all.put("win rate: prompts recur", Condition.nominal(d -> winRate(d, 0.2, 5)));
    all.put("paired difference of two models", Condition.nominal(Coverage::pairedDifference));
    all.put("rating: sandwich", Condition.nominal(d -> ratings(d, 0.2, 1, false)));
    all.put("rating: bootstrap", Condition.nominal(d -> ratings(d, 0.2, 1, true)));
    all.put("rating: prompts recur", Condition.nominal(d -> ratings(d, 0.2, 6, false)));
    all.put("rating: thin scenarios, pooled", Condition.nominal(Coverage::thinScenarios));
    all.put("rating: style controlled", Condition.nominal(Coverage::style));
    all.put("judge biased, corrected by labels (PPI++)", Condition.nominal(Coverage::corrected));
    all.put("rank of a model", new Condition(0.935, 0.965, d -> ranks(d, false)));
    all.put("\"A is above B\", all pairs at once", new Condition(0.95, 1, d -> ranks(d, true)));
    all.put("the same, models alike", new Condition(0.95, 1, Coverage::alike));
    return all;
  }

  private static Result run(String name, Condition condition, int boards, long seed) {
    Seen[] seen =
        IntStream.range(0, boards)
            .parallel()
            .mapToObj(i -> condition.board.apply(new Draws(seed * 1_000_003 + 31L * i)))
            .toArray(Seen[]::new);
    Seen all = Arrays.stream(seen).reduce(new Seen(0, 0, 0), Seen::plus);
    double coverage = (double) all.covered / all.intervals;
    double squares = 0;
    for (Seen one : seen) {
      double off = one.covered - coverage * one.intervals;
      squares += off * off;
    }
    return new Result(
        name,
        condition.least,
        condition.most,
        boards,
        all.intervals,
        coverage,
        Math.sqrt(squares) / all.intervals,
        all.width / all.intervals);
  }

  /** Uniform, and dependent within a prompt: √ρ·(the prompt's) + √(1 − ρ)·(the game's own). */
  private static double uniform(Draws draws, double prompt, double correlation) {
    double own = draws.normal();
    return NORMAL.cumulativeProbability(
        Math.sqrt(correlation) * prompt + Math.sqrt(1 - correlation) * own);
  }

  private static double score(double u, double win, double tie) {
    return u < win ? 1 : u < win + tie ? 0.5 : 0;
  }

  private static Seen winRate(Draws draws, double ties, int mostGames) {
    double p = 0.15 + 0.7 * draws.uniform();
    double half = ties * Math.min(p, 1 - p);
    int prompts = 40 + draws.below(360);
    ScoreSums sums = ScoreSums.NONE;
    for (int i = 0; i < prompts; i++) {
      int games = 1 + draws.below(mostGames);
      double prompt = draws.normal();
      double sum = 0;
      double squares = 0;
      for (int g = 0; g < games; g++) {
        double s = score(uniform(draws, prompt, mostGames > 1 ? 0.5 : 0), p - half, 2 * half);
        sum += s;
        squares += s * s;
      }
      sums = sums.plus(ScoreSums.cluster(games, sum, squares, games));
    }
    WinRate rate = WinRate.of(sums);
    return Seen.of(rate.low(), rate.high(), p);
  }

  private static Seen softWinRate(Draws draws) {
    double mean = 0.15 + 0.7 * draws.uniform();
    double size = 1 + 4 * draws.uniform();
    int n = 40 + draws.below(360);
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double s = draws.beta(mean * size, (1 - mean) * size);
      sum += s;
      squares += s * s;
    }
    WinRate rate = WinRate.of(n, sum, squares, 0);
    return Seen.of(rate.low(), rate.high(), mean);
  }

  private static Seen pairedDifference(Draws draws) {
    double p = 0.2 + 0.6 * draws.uniform();
    double q = 0.2 + 0.6 * draws.uniform();
    int prompts = 40 + draws.below(260);
    ScoreSums sums = ScoreSums.NONE;
    for (int i = 0; i < prompts; i++) {
      double prompt = draws.normal();
      double d =
          score(uniform(draws, prompt, 0.6), p, 0) - score(uniform(draws, prompt, 0.6), q, 0);
      sums = sums.plus(ScoreSums.cluster(1, d, d * d, 0));
    }
    MeanDifference found = MeanDifference.of(sums);
    return Seen.of(found.low(), found.high(), p - q);
  }

  /** Strengths with mean 0. */
  private static double[] strengths(Draws draws, int models, double spread) {
    double[] theta = new double[models];
    Arrays.setAll(theta, i -> spread * draws.normal());
    double mean = Arrays.stream(theta).average().orElse(0);
    Arrays.setAll(theta, i -> theta[i] - mean);
    return theta;
  }

  /** Games, and what those of one prompt have in common. */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  private record Games(int[] a, int[] b, double[] y, int[] prompt) {
    Battles battles(int models) {
      return Battles.of(models, a, b, y);
    }
  }

  private static Games games(Draws draws, double[] theta, int count, double ties, int perPrompt) {
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
      y[i] = score(uniform(draws, prompt, perPrompt > 1 ? 0.5 : 0), p - tie / 2, tie);
    }
    return new Games(a, b, y, prompts);
  }

  private static double[][] dependence(Games games, double[] theta) {
    double[][] m = new double[theta.length][theta.length];
    for (int i = 0; i < games.a.length; i++) {
      for (int j = i + 1; j < games.a.length && games.prompt[j] == games.prompt[i]; j++) {
        Sandwich.cross(
            m,
            games.a[i],
            games.b[i],
            residual(games, theta, i),
            games.a[j],
            games.b[j],
            residual(games, theta, j));
      }
    }
    return m;
  }

  private static double residual(Games games, double[] theta, int i) {
    return games.y[i] - BradleyTerry.logistic(theta[games.a[i]] - theta[games.b[i]]);
  }

  private static Seen ratings(Draws draws, double ties, int perPrompt, boolean bootstrap) {
    int models = 10;
    double[] theta = strengths(draws, models, 0.6);
    Games games = games(draws, theta, 1200, ties, perPrompt);
    Battles battles = games.battles(models);
    BradleyTerry.Fit fit = BradleyTerry.fit(battles, null);
    if (perPrompt > 1) {
      fit = BradleyTerry.fit(battles, dependence(games, fit.strength()));
    }
    double[][] replicates =
        bootstrap
            ? Resampling.bootstrap(battles, fit, null, REPLICATES, draws.below(1 << 30))
            : null;
    Seen seen = new Seen(0, 0, 0);
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
  private static Seen thinScenarios(Draws draws) {
    int models = 8;
    int scenarios = 12;
    double spread = 0.15 + 0.3 * draws.uniform();
    double[] theta = strengths(draws, models, 0.6);
    double[][] own = new double[scenarios][models];
    List<Games> games = new ArrayList<>();
    for (int s = 0; s < scenarios; s++) {
      double[] off = strengths(draws, models, spread);
      int scenario = s;
      Arrays.setAll(own[s], i -> theta[i] + off[i]);
      games.add(games(draws, own[scenario], 30 + draws.below(120), 0.2, 1));
    }
    BradleyTerry.Fit whole = BradleyTerry.fit(together(games).battles(models), null);
    List<Pooling.Deviation> deviations = new ArrayList<>();
    for (Games some : games) {
      deviations.add(Pooling.Deviation.of(some.battles(models), whole.strength()));
    }
    Pooling.Spread found = Pooling.spread(deviations, Math.pow(5 / BradleyTerry.ELO, 2));
    double[][] covariance = Pooling.ofMean(whole.covariance(), found);
    Seen seen = new Seen(0, 0, 0);
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

  private static Games together(List<Games> some) {
    int count = some.stream().mapToInt(g -> g.a.length).sum();
    Games all = new Games(new int[count], new int[count], new double[count], new int[count]);
    int at = 0;
    for (Games g : some) {
      System.arraycopy(g.a, 0, all.a, at, g.a.length);
      System.arraycopy(g.b, 0, all.b, at, g.a.length);
      System.arraycopy(g.y, 0, all.y, at, g.a.length);
      at += g.a.length;
    }
    return all;
  }

  private static Seen style(Draws draws) {
    int models = 5;
    double[] theta = strengths(draws, models, 0.5);
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
    Seen seen = new Seen(0, 0, 0);
    for (int i = 0; i <= models; i++) {
      double half = Intervals.Z * Math.sqrt(fit.covariance()[i][i]);
      double value = fit.parameters()[i];
      double truth = i < models ? theta[i] : coefficient;
      seen = seen.plus(Seen.of(value - half, value + half, truth));
    }
    return seen;
  }

  /** People's win rate where a judge favours one side by up to 0.2, from 150 to 500 labels. */
  private static Seen corrected(Draws draws) {
    double bias = 0.4 * draws.uniform() - 0.2;
    double shape = 1 + 3 * draws.uniform();
    double truth = 0.3 + 0.4 * draws.uniform();
    int labelled = 150 + draws.below(350);
    PredictionPowered.Sums sums = PredictionPowered.Sums.NONE;
    for (int i = 0; i < labelled + 3000; i++) {
      double chance = draws.beta(shape * truth, shape * (1 - truth));
      double judge = Math.min(1, Math.max(0, chance + bias + 0.1 * draws.normal()));
      double person = draws.uniform() < chance ? 1 : 0;
      sums =
          sums.plus(
              i < labelled
                  ? PredictionPowered.Sums.labelled(person, judge)
                  : PredictionPowered.Sums.judged(judge));
    }
    PredictionPowered found = PredictionPowered.of(sums);
    return Seen.of(found.low(), found.high(), truth);
  }

  /** Twenty models of one population, 0.2 to 0.6 apart. */
  private static Seen ranks(Draws draws, boolean simultaneous) {
    return ranks(draws, strengths(draws, 20, 0.2 + 0.4 * draws.uniform()), simultaneous);
  }

  /** Eight models of which none is better by more than nothing. */
  private static Seen alike(Draws draws) {
    return ranks(draws, strengths(draws, 8, 1e-7), true);
  }

  private static Seen ranks(Draws draws, double[] theta, boolean simultaneous) {
    int models = theta.length;
    Battles battles = games(draws, theta, 150 * models, 0.2, 1).battles(models);
    BradleyTerry.Fit fit = BradleyTerry.fit(battles, null);
    Ranks ranks = Ranks.of(fit.strength(), fit.covariance(), 1000, draws.below(1 << 30));
    Seen seen = new Seen(0, 0, 0);
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
