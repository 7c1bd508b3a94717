package io.assize.summary;

import io.assize.summary.Jury.Juror;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;

/**
 * What jurors' votes weigh, by how often they are people's labels: ln(2·p/(1 − p)), the best weight
 * of votes for one of three decisions that err alike and independently (Nitzan and Paroush 1982;
 * for more than two choices Zhu et al. 2009), with p = (right + 1)/(votes + 3). At chance, a third,
 * it is 0; below chance it stays 0.
 */
final class JurorWeights implements Serializable {
  private static final long serialVersionUID = 1;
  private static final int CHOICES = 3;

  /** Votes that are the label, and all on rows with a label. */
  private record Counts(long right, long all) implements Serializable {}

  private final TreeMap<Juror, Counts> counts = new TreeMap<>();

  /** Adds votes on rows with a label. */
  void add(Juror juror, long right, long all) {
    Counts before = counts.getOrDefault(juror, new Counts(0, 0));
    counts.put(juror, new Counts(before.right + right, before.all + all));
  }

  /** The same without some of the votes: those on the rows that are to be decided. */
  JurorWeights without(JurorWeights some) {
    JurorWeights others = new JurorWeights();
    others.counts.putAll(counts);
    some.counts.forEach((juror, count) -> others.add(juror, -count.right, -count.all));
    return others;
  }

  /** The weights of jurors' votes; all weigh 1 where none has any. */
  double[] of(List<Juror> jurors) {
    double[] weights = jurors.stream().mapToDouble(this::weight).toArray();
    if (Arrays.stream(weights).noneMatch(weight -> weight > 0)) {
      Arrays.fill(weights, 1);
    }
    return weights;
  }

  private double weight(Juror juror) {
    Counts of = counts.getOrDefault(juror, new Counts(0, 0));
    double p = (of.right + 1.0) / (of.all + CHOICES);
    return Math.max(0, Math.log((CHOICES - 1) * p / (1 - p)));
  }
}
