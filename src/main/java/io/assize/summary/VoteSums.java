package io.assize.summary;

import io.assize.stats.FixedPoint;
import io.assize.stats.Kappa;
import io.assize.stats.Krippendorff;
import io.assize.verdict.Decision;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Counts of some judges' votes on the rows of one level that two of them at least have a vote on.
 * The votes on one prompt are a cluster, and like clusters are counted together.
 */
final class VoteSums implements Serializable {
  private static final long serialVersionUID = 1;
  private static final FixedPoint SUMS = FixedPoint.SCORES;
  private static final int CHOICES = 3;

  /** What alpha needs to know of a prompt: disagreement in billionths, and the votes. */
  private record Cluster(long disagreement, long a, long b, long tie) implements Serializable {
    private static final Comparator<Cluster> ORDER =
        Comparator.comparingLong(Cluster::disagreement)
            .thenComparingLong(Cluster::a)
            .thenComparingLong(Cluster::b)
            .thenComparingLong(Cluster::tie);

    Cluster plus(Cluster other) {
      return new Cluster(
          disagreement + other.disagreement, a + other.a, b + other.b, tie + other.tie);
    }

    Krippendorff.Units times(long times) {
      return new Krippendorff.Units(times, SUMS.value(disagreement), new double[] {a, b, tie});
    }
  }

  private final HashMap<Cluster, Long> clusters = new HashMap<>();
  private final long[] confusion = new long[CHOICES * CHOICES];
  private long rows;
  private long split;
  private transient Cluster prompt;

  /** Adds the votes on a row. All rows of a prompt come one after another. */
  void add(Collection<Decision> votes) {
    if (votes.size() < 2) {
      return;
    }
    long[] counts = new long[CHOICES];
    Ballot ballot = new Ballot();
    for (Decision vote : votes) {
      counts[place(vote)]++;
      ballot.add(vote, null, 1);
    }
    rows++;
    split += ballot.split() ? 1 : 0;
    long disagreement = SUMS.of(Krippendorff.disagreement(counts));
    Cluster row = new Cluster(disagreement, counts[0], counts[1], counts[2]);
    prompt = prompt == null ? row : prompt.plus(row);
  }

  /** The same of two judges, which knows who voted for what. */
  void add(Decision one, Decision other) {
    confusion[place(one) * CHOICES + place(other)]++;
    add(List.of(one, other));
  }

  private static int place(Decision vote) {
    return vote.number() - 1;
  }

  /** The prompt has no more rows. */
  void endPrompt() {
    if (prompt != null) {
      clusters.merge(prompt, 1L, Long::sum);
      prompt = null;
    }
  }

  /** Adds others' counts. */
  VoteSums plus(VoteSums other) {
    other.clusters.forEach((cluster, times) -> clusters.merge(cluster, times, Long::sum));
    for (int i = 0; i < confusion.length; i++) {
      confusion[i] += other.confusion[i];
    }
    rows += other.rows;
    split += other.split;
    return this;
  }

  /** Rows with two votes at least. */
  long rows() {
    return rows;
  }

  /** Rows of them on which no decision has the most votes. */
  long split() {
    return split;
  }

  /** Votes on these rows. */
  long votes() {
    return units().stream()
        .mapToLong(units -> Math.round(units.times() * Arrays.stream(units.values()).sum()))
        .sum();
  }

  /** The share of pairs of votes on a row that are alike, a row weighing as its votes do. */
  double agreement() {
    double disagreement =
        units().stream().mapToDouble(units -> units.times() * units.disagreement()).sum();
    return 1 - disagreement / votes();
  }

  /** Cohen's kappa of two judges; NaN where more were counted. */
  double kappa() {
    long[][] counts = new long[CHOICES][];
    for (int i = 0; i < CHOICES; i++) {
      counts[i] = Arrays.copyOfRange(confusion, i * CHOICES, (i + 1) * CHOICES);
    }
    return Kappa.of(counts);
  }

  /** Krippendorff's alpha with its 95 % interval. */
  Interval alpha(SummaryOptions.Drawn draws) {
    List<Krippendorff.Units> units = units();
    double[] bounds = Krippendorff.interval(units, draws.replicates(), draws.seed());
    return new Interval(Krippendorff.alpha(units), bounds[0], bounds[1]);
  }

  /** In an order that the counts alone decide. */
  private List<Krippendorff.Units> units() {
    List<Map.Entry<Cluster, Long>> sorted = new ArrayList<>(clusters.entrySet());
    sorted.sort(Map.Entry.comparingByKey(Cluster.ORDER));
    return sorted.stream().map(entry -> entry.getKey().times(entry.getValue())).toList();
  }
}
