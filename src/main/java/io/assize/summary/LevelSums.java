package io.assize.summary;

import io.assize.stats.Battles;
import io.assize.stats.Calibration;
import io.assize.stats.PredictionPowered;
import io.assize.stats.ScoreSums;
import io.assize.verdict.Decision;
import io.assize.verdict.OutcomePolicy;
import java.io.Serializable;
import java.util.HashMap;
import java.util.Map;

/**
 * What all tables of pairs need to know of one judge's verdicts at one level (a scenario, a group,
 * or all): its size depends on the models, not on the rows. Models are numbered by their names'
 * order; the key of a pair has the smaller number first.
 */
final class LevelSums implements Serializable {
  private static final long serialVersionUID = 1;
  private static final double SCALE = ClusteredScores.SCALE;

  /** What the quality table holds under its keys. */
  enum Quality {
    /** (score of x where x was first − where y was first) / 2. */
    POSITION(0),
    /** The longer response's score by the judge. */
    LONGER(1),
    /** By people. */
    LONGER_BY_PEOPLE(2),
    /** By the judge less by people, on the same rows. */
    LONGER_THAN_PEOPLE(3);

    private final long key;

    Quality(long key) {
      this.key = key;
    }
  }

  /** Counts for agreement. */
  enum Count {
    LABELLED(0),
    AGREE(1),
    AGREE_FIRST(2),
    AGREE_LENGTH(3),
    BOTH(4),
    CONSISTENT(5),
    DECIDED(6),
    FIRST_WON(7),
    VERDICTS(8),
    INVALID(9);

    private final int place;

    Count(int place) {
      this.place = place;
    }
  }

  /** The columns of {@link #cells}: wins of x and of y, then exact scores. */
  private static final int CELLS = 2 + Battles.ATOMS;

  private static final int PPI = 9;
  private static final int BIN = 3;
  private static final Decision[] LABELS = {Decision.A, Decision.B, Decision.TIE};
  private static final int CHOICES = Decision.values().length + 1;

  final String judge;
  final String level;
  final ClusteredScores pairs = new ClusteredScores();
  final ClusteredScores sides = new ClusteredScores();
  final ClusteredScores differences = new ClusteredScores();
  final ClusteredScores quality = new ClusteredScores();
  final LongTable cells = new LongTable(CELLS);
  private final LongTable labelled = new LongTable(PPI);
  private final LongTable bins = new LongTable(BIN);
  private final long[] counts = new long[Count.values().length];
  private final long[] confusion = new long[CHOICES * CHOICES];

  LevelSums(String judge, String level) {
    this.judge = judge;
    this.level = level;
  }

  /** A copy for another level. */
  LevelSums at(String other) {
    return new LevelSums(judge, other).add(this);
  }

  /** Adds another's games. */
  LevelSums add(LevelSums other) {
    pairs.add(other.pairs);
    sides.add(other.sides);
    differences.add(other.differences);
    quality.add(other.quality);
    cells.add(other.cells);
    labelled.add(other.labelled);
    bins.add(other.bins);
    for (int i = 0; i < counts.length; i++) {
      counts[i] += other.counts[i];
    }
    for (int i = 0; i < confusion.length; i++) {
      confusion[i] += other.confusion[i];
    }
    return this;
  }

  /**
   * Adds a block's games.
   *
   * @param number its models' numbers, {@code [block.models.length]}
   * @param twos whether to sum differences of two models, of which each prompt may have as many as
   *     the square of its games
   */
  void add(GameBlock block, int[] number, SummaryOptions options, boolean twos) {
    for (int p = 0; p + 1 < block.prompts.length; p++) {
      int from = block.prompts[p];
      int to = block.prompts[p + 1];
      boolean alone = to - from == 1;
      Map<Long, double[]> faced = alone || !twos ? null : new HashMap<>();
      for (int i = from; i < to; i++) {
        addGame(block, i, number, options, faced, alone);
      }
      if (faced != null) {
        addDifferences(faced);
      }
      if (!alone) {
        pairs.endPrompt();
        sides.endPrompt();
        quality.endPrompt();
      }
    }
  }

  private void addGame(
      GameBlock block,
      int i,
      int[] number,
      SummaryOptions options,
      Map<Long, double[]> faced,
      boolean alone) {
    Decision first = GameBlock.decision(block.first[i]);
    Decision second = GameBlock.decision(block.second[i]);
    Decision label = GameBlock.decision(block.labels[i]);
    double p = block.probability(i, 0);
    double q = block.probability(i, 1);
    agree(block, i, options.agreementOutcomes(), first, second, label, p, q);
    position(first, second, p, q, alone);
    double score = options.outcomes().score(first, second, p, q);
    if (Double.isNaN(score)) {
      return;
    }
    boolean soft =
        options.outcomes() != OutcomePolicy.STRICT && !(Double.isNaN(p) && Double.isNaN(q));
    int x = number[block.x[i]];
    int y = number[block.y[i]];
    put(pairs, LongTable.key(x, y), score, !soft, alone);
    put(sides, x, score, !soft, alone);
    put(sides, y, 1 - score, !soft, alone);
    count(x, y, score);
    lengths(GameBlock.decision(block.longer[i]), label, score, alone);
    people(x, label, score, false);
    people(y, label, score, true);
    if (soft && label != null) {
      calibrate(score, value(label));
      calibrate(1 - score, 1 - value(label));
    }
    if (faced != null) {
      face(faced, x, y, score);
      face(faced, y, x, 1 - score);
    }
  }

  private static void put(
      ClusteredScores sums, long key, double score, boolean decision, boolean alone) {
    if (alone) {
      sums.addAlone(key, score, decision);
    } else {
      sums.add(key, score, decision);
    }
  }

  private void count(int x, int y, double score) {
    int at = cells.row(LongTable.key(x, y));
    long[] values = cells.values();
    values[at] += score > 0.5 ? 1 : 0;
    values[at + 1] += score < 0.5 ? 1 : 0;
    int atom = Battles.atom(score);
    if (atom >= 0) {
      values[at + 2 + atom]++;
    }
  }

  private void agree(
      GameBlock block,
      int i,
      OutcomePolicy policy,
      Decision first,
      Decision second,
      Decision label,
      double p,
      double q) {
    boolean both = first != null && second != null;
    boolean same = both && first == second;
    count(Count.VERDICTS, (first == null ? 0 : 1) + (second == null ? 0 : 1));
    count(
        Count.INVALID, (first == Decision.INVALID ? 1 : 0) + (second == Decision.INVALID ? 1 : 0));
    count(Count.DECIDED, (chooses(first) ? 1 : 0) + (chooses(second) ? 1 : 0));
    count(Count.FIRST_WON, (first == Decision.A ? 1 : 0) + (second == Decision.B ? 1 : 0));
    count(Count.BOTH, both ? 1 : 0);
    count(Count.CONSISTENT, same && first != Decision.INVALID ? 1 : 0);
    Decision outcome = outcome(policy, first, second, p, q);
    if (label == null || outcome == null) {
      return;
    }
    boolean swapped = block.swapped[i] != 0;
    Decision given = swapped ? second : first;
    given = given == null ? (swapped ? first : second) : given;
    boolean agrees =
        (policy == OutcomePolicy.STRICT && both) ? same && first == label : outcome == label;
    count(Count.LABELLED, 1);
    count(Count.AGREE, agrees ? 1 : 0);
    count(Count.AGREE_FIRST, given == label ? 1 : 0);
    count(Count.AGREE_LENGTH, GameBlock.decision(block.longer[i]) == label ? 1 : 0);
    Decision mine = swapped ? outcome.swapped() : outcome;
    Decision theirs = swapped ? label.swapped() : label;
    confusion[mine.number() * CHOICES + theirs.number()]++;
  }

  /** The outcome as a decision; INVALID where no order gave one; null where the pair is dropped. */
  private static Decision outcome(
      OutcomePolicy policy, Decision first, Decision second, double p, double q) {
    if (!decides(first) && !decides(second)) {
      return Decision.INVALID;
    }
    double score = policy.score(first, second, p, q);
    return Double.isNaN(score)
        ? null
        : score > 0.5 ? Decision.A : score < 0.5 ? Decision.B : Decision.TIE;
  }

  private static boolean decides(Decision decision) {
    return decision != null && decision != Decision.INVALID;
  }

  private static boolean chooses(Decision decision) {
    return decision == Decision.A || decision == Decision.B;
  }

  private void count(Count what, int by) {
    counts[what.place] += by;
  }

  private void position(Decision first, Decision second, double p, double q, boolean alone) {
    if (decides(first) && decides(second)) {
      double one = OutcomePolicy.AVERAGE.score(first, null, p, Double.NaN);
      double other = OutcomePolicy.AVERAGE.score(second, null, q, Double.NaN);
      put(quality, Quality.POSITION.key, (one - other) / 2, false, alone);
    }
  }

  private void lengths(Decision longer, Decision label, double score, boolean alone) {
    if (longer == Decision.TIE) {
      return;
    }
    double judge = longer == Decision.A ? score : 1 - score;
    put(quality, Quality.LONGER.key, judge, false, alone);
    if (label != null) {
      double person = longer == Decision.A ? value(label) : 1 - value(label);
      put(quality, Quality.LONGER_BY_PEOPLE.key, person, true, alone);
      put(quality, Quality.LONGER_THAN_PEOPLE.key, judge - person, false, alone);
    }
  }

  private static double value(Decision label) {
    return label == Decision.A ? 1 : label == Decision.B ? 0 : 0.5;
  }

  private void people(int model, Decision label, double score, boolean mirrored) {
    double judge = mirrored ? 1 - score : score;
    int at = labelled.row(model);
    long[] v = labelled.values();
    if (label == null) {
      v[at + 6]++;
      v[at + 7] += ClusteredScores.fixed(judge);
      v[at + 8] += ClusteredScores.fixed(judge * judge);
      return;
    }
    double person = mirrored ? 1 - value(label) : value(label);
    v[at]++;
    v[at + 1] += ClusteredScores.fixed(person);
    v[at + 2] += ClusteredScores.fixed(judge);
    v[at + 3] += ClusteredScores.fixed(person * person);
    v[at + 4] += ClusteredScores.fixed(judge * judge);
    v[at + 5] += ClusteredScores.fixed(person * judge);
  }

  private void calibrate(double probability, double outcome) {
    int at = bins.row(Calibration.bin(probability));
    long[] v = bins.values();
    v[at]++;
    v[at + 1] += ClusteredScores.fixed(probability);
    v[at + 2] += ClusteredScores.fixed(outcome);
  }

  private static void face(Map<Long, double[]> faced, int model, int opponent, double score) {
    double[] sum = faced.computeIfAbsent(LongTable.key(opponent, model), k -> new double[2]);
    sum[0] += score;
    sum[1]++;
  }

  /** Two models that faced one opponent on one prompt make a pair, with their mean scores. */
  private void addDifferences(Map<Long, double[]> faced) {
    long[] keys = faced.keySet().stream().mapToLong(Long::longValue).sorted().toArray();
    int from = 0;
    while (from < keys.length) {
      int to = from;
      while (to < keys.length && LongTable.first(keys[to]) == LongTable.first(keys[from])) {
        to++;
      }
      for (int i = from; i < to; i++) {
        double[] mine = faced.get(keys[i]);
        for (int j = i + 1; j < to; j++) {
          double[] other = faced.get(keys[j]);
          differences.add(
              LongTable.key(LongTable.second(keys[i]), LongTable.second(keys[j])),
              mine[0] / mine[1] - other[0] / other[1],
              false);
        }
      }
      from = to;
    }
    differences.endPrompt();
  }

  long get(Count what) {
    return counts[what.place];
  }

  ScoreSums of(Quality what) {
    return quality.of(what.key);
  }

  /** Outcome × label, invalid in the last row. */
  long[][] confusion() {
    long[][] table = new long[CHOICES][CHOICES];
    for (int i = 0; i < CHOICES; i++) {
      for (Decision label : LABELS) {
        table[i][label.number()] = confusion[i * CHOICES + label.number()];
      }
    }
    return table;
  }

  /** What prediction-powered inference needs of a model; none where it has no game. */
  PredictionPowered.Sums labels(int model) {
    int at = labelled.find(model);
    if (at < 0) {
      return PredictionPowered.Sums.NONE;
    }
    long[] v = labelled.values();
    return new PredictionPowered.Sums(
        v[at],
        v[at + 1] / SCALE,
        v[at + 2] / SCALE,
        v[at + 3] / SCALE,
        v[at + 4] / SCALE,
        v[at + 5] / SCALE,
        v[at + 6],
        v[at + 7] / SCALE,
        v[at + 8] / SCALE);
  }

  Calibration calibration() {
    Calibration calibration = Calibration.empty();
    bins.forEachKey(
        key -> {
          int at = bins.find(key);
          long[] v = bins.values();
          calibration.counts()[(int) key] = v[at];
          calibration.predicted()[(int) key] = v[at + 1] / SCALE;
          calibration.seen()[(int) key] = v[at + 2] / SCALE;
        });
    return calibration;
  }

  /** All games as Bradley–Terry ratings need them. */
  Battles battles(int models) {
    int size = pairs.table().size();
    int[] a = new int[size];
    int[] b = new int[size];
    double[] n = new double[size];
    double[] score = new double[size];
    double[] squares = new double[size];
    double[] atoms = new double[size * Battles.ATOMS];
    int[] next = {0};
    pairs
        .table()
        .forEachKey(
            key -> {
              int i = next[0]++;
              ScoreSums sums = pairs.of(key);
              a[i] = LongTable.first(key);
              b[i] = LongTable.second(key);
              n[i] = sums.n();
              score[i] = sums.sum();
              squares[i] = sums.squares();
              int at = cells.find(key) + 2;
              for (int k = 0; k < Battles.ATOMS; k++) {
                atoms[i * Battles.ATOMS + k] = cells.values()[at + k];
              }
            });
    return new Battles(models, a, b, n, score, squares, atoms);
  }
}
