package io.assize.summary;

import io.assize.stats.FixedPoint;
import io.assize.stats.LengthControl;
import io.assize.stats.ScoreSums;
import java.io.Serializable;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;

/**
 * One judge's length-controlled win rates against its baseline. Each iteration is one pass over the
 * answers, on the executors; a few answers are fetched once instead.
 *
 * @param baseline the baseline's number
 * @param parameters {@code [models · 3]}
 * @param covariances of each model's parameters
 * @param levels what each level's rates are made of
 * @param difficulty whether prompts' difficulty was fitted
 */
@SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
record LengthControlled(
    int baseline,
    double[] parameters,
    double[][][] covariances,
    Map<String, LongTable> levels,
    boolean difficulty)
    implements Serializable {
  private static final FixedPoint SCALE = FixedPoint.RATES;
  private static final int FETCHED = 100_000;

  /** Columns by model: answers, Σp, Σp², Σ∂p/∂θ, Σ∂p/∂ψ. */
  private static final int WIDTH = 5;

  /** Prompts, and those that enough models answered, under this key. */
  private static final long PROMPTS = -1;

  /** A rate and its error; the error is NaN below two answers. */
  record Rate(double rate, double error) {}

  /** The answers of a block: {@code models, y, t} by prompt. */
  private record Answers(String scenario, int[] prompts, int[] models, double[] y, double[] t)
      implements Serializable {}

  /** Fits; null where no model is in every game, or none was named. */
  static LengthControlled fit(
      JavaRDD<GameBlock> blocks,
      String judge,
      int baseline,
      Broadcast<Names> names,
      Levels tree,
      SummaryOptions options) {
    int models = names.value().of(judge).size();
    JavaRDD<GameBlock> games = blocks.filter(block -> block.judge.equals(judge));
    LongTable lengths =
        games
            .mapPartitions(
                partition -> {
                  LongTable sums = new LongTable(3);
                  partition.forEachRemaining(
                      b -> addLengths(sums, b, names.value().of(b), baseline, options));
                  return List.of(sums).iterator();
                })
            .fold(new LongTable(3), LongTable::add);
    double[] spread = spread(lengths, models);
    boolean difficulty = difficulty(lengths);
    JavaRDD<Answers> answers =
        games.map(b -> answers(b, names.value().of(b), baseline, spread, options));
    List<Answers> few = answered(lengths) <= FETCHED ? answers.collect() : null;
    LengthControl.Fit fit =
        LengthControl.fit(
            models, difficulty, at -> few == null ? pass(answers, at) : pass(few, at));
    double[] parameters = fit.parameters();
    Map<String, LongTable> levels = new HashMap<>();
    if (few == null) {
      answers
          .mapToPair(a -> new scala.Tuple2<>(a.scenario, controlled(a, parameters)))
          .reduceByKey(LongTable::add)
          .collect()
          .forEach(pair -> addLevels(levels, tree, pair._1(), pair._2()));
    } else {
      few.forEach(a -> addLevels(levels, tree, a.scenario, controlled(a, parameters)));
    }
    return new LengthControlled(baseline, parameters, fit.covariances(), levels, difficulty);
  }

  private static void addLevels(
      Map<String, LongTable> levels, Levels tree, String scenario, LongTable sums) {
    for (String level : tree.of(scenario)) {
      levels.computeIfAbsent(level, l -> new LongTable(WIDTH)).add(sums);
    }
  }

  /** The baseline's number: the one named, or the only one that is in every game; −1: none. */
  static int baseline(LevelSums all, List<String> models, SummaryOptions options) {
    if (options.baseline() != null) {
      return models.indexOf(options.baseline());
    }
    long games = 0;
    long[] each = new long[models.size()];
    for (int m = 0; m < each.length; m++) {
      each[m] = all.of(PairSums.class).of(m).n();
      games += each[m];
    }
    int found = -1;
    for (int m = 0; m < each.length; m++) {
      if (2 * each[m] == games) {
        if (found >= 0) {
          return -1;
        }
        found = m;
      }
    }
    return found;
  }

  private static void addLengths(
      LongTable sums, GameBlock block, int[] number, int baseline, SummaryOptions options) {
    int[] models = new int[block.games()];
    for (int p = 0; p + 1 < block.prompts.length; p++) {
      int count = 0;
      for (int i = block.prompts[p]; i < block.prompts[p + 1]; i++) {
        int other = other(block, i, number, baseline);
        if (other >= 0 && !Double.isNaN(Scores.of(block, i, options.outcomes()))) {
          long d = longer(block, i, number, baseline);
          int at = sums.row(other);
          sums.values()[at]++;
          sums.values()[at + 1] += d;
          sums.values()[at + 2] += d * d;
          models[count++] = other;
        }
      }
      int at = sums.row(PROMPTS);
      long distinct = Arrays.stream(models, 0, count).distinct().count();
      sums.values()[at] += count > 0 ? 1 : 0;
      sums.values()[at + 1] += distinct >= LengthControl.LEAST_MODELS ? 1 : 0;
    }
  }

  private static int other(GameBlock block, int game, int[] number, int baseline) {
    int x = number[block.x[game]];
    int y = number[block.y[game]];
    return x == baseline ? y : y == baseline ? x : -1;
  }

  /** The baseline's characters less the model's. */
  private static int longer(GameBlock block, int game, int[] number, int baseline) {
    int d = block.characters[game];
    return number[block.x[game]] == baseline ? d : -d;
  }

  private static double[] spread(LongTable lengths, int models) {
    double[] spread = new double[models];
    for (int m = 0; m < models; m++) {
      int at = lengths.find(m);
      if (at >= 0) {
        double n = lengths.values()[at];
        double sum = lengths.values()[at + 1];
        double squares = lengths.values()[at + 2];
        spread[m] = n < 2 ? 0 : Math.sqrt(Math.max(0, squares - sum * sum / n) / (n - 1));
      }
    }
    return spread;
  }

  private static boolean difficulty(LongTable lengths) {
    int at = lengths.find(PROMPTS);
    return at >= 0 && 2 * lengths.values()[at + 1] > lengths.values()[at];
  }

  private static long answered(LongTable lengths) {
    long[] sum = {0};
    lengths.forEachKey(key -> sum[0] += key == PROMPTS ? 0 : lengths.values()[lengths.find(key)]);
    return sum[0];
  }

  private static Answers answers(
      GameBlock block, int[] number, int baseline, double[] spread, SummaryOptions options) {
    int prompts = block.prompts.length - 1;
    int[] ends = new int[prompts + 1];
    int[] models = new int[block.games()];
    double[] y = new double[block.games()];
    double[] t = new double[block.games()];
    int count = 0;
    for (int p = 0; p < prompts; p++) {
      for (int i = block.prompts[p]; i < block.prompts[p + 1]; i++) {
        int other = other(block, i, number, baseline);
        double score = Scores.of(block, i, options.outcomes());
        if (other >= 0 && !Double.isNaN(score)) {
          double d = longer(block, i, number, baseline);
          models[count] = other;
          y[count] = number[block.x[i]] == baseline ? 1 - score : score;
          t[count] = spread[other] > 0 ? Math.tanh(d / spread[other]) : 0;
          count++;
        }
      }
      ends[p + 1] = count;
    }
    return new Answers(
        block.scenario,
        ends,
        Arrays.copyOf(models, count),
        Arrays.copyOf(y, count),
        Arrays.copyOf(t, count));
  }

  private static LengthControl.Sums pass(JavaRDD<Answers> answers, double[] parameters) {
    int models = parameters.length / LengthControl.TERMS;
    return answers
        .mapPartitions(
            partition -> {
              LengthControl.Sums sums = LengthControl.Sums.of(models);
              partition.forEachRemaining(a -> add(sums, a, parameters));
              return List.of(sums).iterator();
            })
        .reduce(LengthControl.Sums::add);
  }

  private static LengthControl.Sums pass(List<Answers> answers, double[] parameters) {
    LengthControl.Sums sums = LengthControl.Sums.of(parameters.length / LengthControl.TERMS);
    answers.forEach(a -> add(sums, a, parameters));
    return sums;
  }

  private static void add(LengthControl.Sums sums, Answers a, double[] parameters) {
    for (int p = 0; p + 1 < a.prompts.length; p++) {
      int from = a.prompts[p];
      int to = a.prompts[p + 1];
      if (to > from) {
        LengthControl.add(
            sums,
            parameters,
            Arrays.copyOfRange(a.models, from, to),
            Arrays.copyOfRange(a.y, from, to),
            Arrays.copyOfRange(a.t, from, to),
            to - from);
      }
    }
  }

  private static LongTable controlled(Answers a, double[] parameters) {
    LongTable sums = new LongTable(WIDTH);
    double[] slope = new double[LengthControl.TERMS];
    for (int p = 0; p + 1 < a.prompts.length; p++) {
      int from = a.prompts[p];
      int to = a.prompts[p + 1];
      if (to > from) {
        double[] posterior =
            LengthControl.posterior(
                parameters,
                Arrays.copyOfRange(a.models, from, to),
                Arrays.copyOfRange(a.y, from, to),
                Arrays.copyOfRange(a.t, from, to),
                to - from);
        for (int i = from; i < to; i++) {
          double rate = LengthControl.controlled(parameters, posterior, a.models[i], slope);
          int at = sums.row(a.models[i]);
          sums.values()[at]++;
          sums.values()[at + 1] += SCALE.of(rate);
          sums.values()[at + 2] += SCALE.of(rate * rate);
          sums.values()[at + 3] += SCALE.of(slope[0]);
          sums.values()[at + 4] += SCALE.of(slope[2]);
        }
      }
    }
    return sums;
  }

  /**
   * A model's rate against an opponent (−1: all) at a level; null where it is not defined: only
   * games with the baseline have one.
   */
  Rate rate(String level, int model, int opponent) {
    LongTable sums = levels.get(level);
    if (sums == null || (model != baseline && opponent != baseline && opponent >= 0)) {
      return null;
    }
    if (model != baseline) {
      return rate(sums, model);
    }
    if (opponent >= 0) {
      Rate other = rate(sums, opponent);
      return other == null ? null : new Rate(1 - other.rate, other.error);
    }
    return null;
  }

  private Rate rate(LongTable sums, int model) {
    int at = sums.find(model);
    if (at < 0) {
      return null;
    }
    long[] v = sums.values();
    double n = v[at];
    ScoreSums spread =
        ScoreSums.independent(v[at], SCALE.value(v[at + 1]), SCALE.value(v[at + 2]), 0);
    double[] slope = {SCALE.value(v[at + 3]) / n, 0, SCALE.value(v[at + 4]) / n};
    double fitted = 0;
    for (int i = 0; i < slope.length; i++) {
      for (int j = 0; j < slope.length; j++) {
        fitted += slope[i] * covariances[model][i][j] * slope[j];
      }
    }
    return new Rate(spread.mean(), Math.sqrt(spread.variance() + Math.max(0, fitted)));
  }
}
