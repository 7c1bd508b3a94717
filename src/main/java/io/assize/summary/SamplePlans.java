package io.assize.summary;

import io.assize.stats.Battles;
import io.assize.stats.BradleyTerry;
import io.assize.stats.SamplePlan;
import io.assize.stats.ScoreSums;
import io.assize.stats.WinRate;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * What further judging would bring.
 *
 * @param models how many games each model's win rate over all needs
 * @param pairs where a number of further games narrows the ranking most
 * @param uncertainty of neighbours on the board: the root mean square error of their differences,
 *     in Elo, now
 * @param uncertaintyAfter with the games of {@code pairs}
 */
public record SamplePlans(
    List<Need> models, List<Pair> pairs, double uncertainty, double uncertaintyAfter) {

  /**
   * A model's win rate over all.
   *
   * @param games there now
   * @param width of its 95 % interval now, null where there is none
   * @param designEffect how much recurring prompts raise its variance
   * @param needed games for the wanted width
   */
  public record Need(
      String judge, String model, long games, Double width, double designEffect, long needed) {}

  /** Games that two models should play. */
  public record Pair(String judge, String a, String b, long games) {}

  static SamplePlans of(List<LevelSums> wholes, Names names, double width, long games) {
    List<Need> needs = new ArrayList<>();
    List<Pair> pairs = new ArrayList<>();
    double now = 0;
    double after = 0;
    int neighbours = 0;
    for (LevelSums sums : wholes) {
      List<String> models = names.of(sums.judge);
      PairSums played = sums.of(PairSums.class);
      for (int m = 0; m < models.size(); m++) {
        ScoreSums scores = played.of(m);
        if (scores.n() > 0) {
          needs.add(need(sums.judge, models.get(m), scores, width));
        }
      }
      Battles battles = played.battles(models.size());
      List<Integer> rated = Connected.rated(battles, new TreeMap<>());
      if (games > 0 && rated.size() > 1) {
        BradleyTerry.Fit fit = BradleyTerry.fit(battles.among(rated), null);
        long[][] plan =
            SamplePlan.pairs(
                fit.strength(), fit.covariance(), games, (int) Math.min(games, BATCHES));
        double[][] then = SamplePlan.after(fit.strength(), fit.covariance(), plan);
        now += SamplePlan.uncertainty(fit.strength(), fit.covariance());
        after += SamplePlan.uncertainty(fit.strength(), then);
        neighbours += rated.size() - 1;
        for (int i = 0; i < plan.length; i++) {
          for (int j = i + 1; j < plan.length; j++) {
            if (plan[i][j] > 0) {
              String a = models.get(rated.get(i));
              pairs.add(new Pair(sums.judge, a, models.get(rated.get(j)), plan[i][j]));
            }
          }
        }
      }
    }
    return new SamplePlans(needs, pairs, elo(now, neighbours), elo(after, neighbours));
  }

  private static final int BATCHES = 200;

  private static double elo(double sum, int neighbours) {
    return neighbours == 0 ? 0 : BradleyTerry.ELO * Math.sqrt(sum / neighbours);
  }

  private static Need need(String judge, String model, ScoreSums scores, double width) {
    WinRate rate = WinRate.of(scores);
    ScoreSums apart =
        ScoreSums.independent(scores.n(), scores.sum(), scores.squares(), scores.decisions());
    // One score's variance; where all are equal nothing is known of it, and ¼ is the most.
    double spread = apart.variance() * scores.n();
    double variance = spread > 0 ? spread : 0.25;
    double effect = spread > 0 ? Math.max(1, scores.variance() / apart.variance()) : 1;
    Double now = Double.isNaN(rate.low()) ? null : (Double) (rate.high() - rate.low());
    double known = Double.isNaN(effect) ? 1 : effect;
    return new Need(
        judge, model, scores.n(), now, known, SamplePlan.scores(width, variance, known));
  }
}
