package io.assize.summary;

import io.assize.stats.ScoreSums;
import io.assize.verdict.Decision;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How other judges score the models of a judge's own family. */
final class OwnFamilies {
  private OwnFamilies() {}

  /**
   * By each judge that has a family among the models, the mean score that the other judges give it
   * over all, on the pairs of models that both have; these weigh as they do for the judge.
   *
   * @param wholes each judge's sums over all
   */
  static Map<String, Double> byOthers(List<LevelSums> wholes, Names names, SummaryOptions options) {
    Map<String, Double> shares = new TreeMap<>();
    for (LevelSums whole : wholes) {
      List<LevelSums> others =
          wholes.stream()
              .filter(other -> !other.judge.equals(whole.judge) && !Jury.isJury(other.judge))
              .toList();
      double[] sum = new double[2];
      List<String> models = names.of(whole.judge);
      whole
          .of(PairSums.class)
          .forEachPair(
              (x, y, scores, won, lost) -> {
                Decision own = options.own(whole.judge, models.get(x), models.get(y));
                double score =
                    own == Decision.TIE
                        ? Double.NaN
                        : score(others, names, models.get(x), models.get(y));
                if (!Double.isNaN(score)) {
                  sum[0] += scores.n() * (own == Decision.A ? score : 1 - score);
                  sum[1] += scores.n();
                }
              });
      if (sum[1] > 0) {
        shares.put(whole.judge, sum[0] / sum[1]);
      }
    }
    return shares;
  }

  /** The mean score of x against y by some judges; NaN: none. */
  private static double score(List<LevelSums> judges, Names names, String x, String y) {
    double sum = 0;
    long n = 0;
    for (LevelSums judge : judges) {
      ScoreSums scores =
          judge.of(PairSums.class).of(names.number(judge.judge, x), names.number(judge.judge, y));
      sum += scores.sum();
      n += scores.n();
    }
    return sum / n;
  }
}
