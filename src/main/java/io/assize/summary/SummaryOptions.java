package io.assize.summary;

import io.assize.verdict.OutcomePolicy;
import java.io.Serializable;

/**
 * How verdicts are summed up.
 *
 * @param outcomes how both orders become one score, for win rates and ratings
 * @param agreementOutcomes likewise, for agreement with people
 * @param baseline the model against which win rates are length-controlled; null: the one that plays
 *     in every game, if there is one
 * @param anchor the model that has a rating of 1000; null: the mean has
 * @param styleControl whether ratings are also fitted beside coefficients of style
 * @param draws what is drawn at random
 */
public record SummaryOptions(
    OutcomePolicy outcomes,
    OutcomePolicy agreementOutcomes,
    String baseline,
    String anchor,
    boolean styleControl,
    Drawn draws)
    implements Serializable {
  /** What the defaults of the configuration are. */
  public static final SummaryOptions DEFAULT =
      new SummaryOptions(
          OutcomePolicy.AVERAGE, OutcomePolicy.STRICT, null, null, true, new Drawn(false, 1000, 1));

  /**
   * What is drawn at random.
   *
   * @param bootstrap ratings' intervals by resampling instead of the sandwich
   * @param replicates of the bootstrap, and of the draws for ranks
   * @param seed of all
   */
  public record Drawn(boolean bootstrap, int replicates, long seed) implements Serializable {}

  /** The same with other policies. */
  public SummaryOptions withOutcomes(OutcomePolicy both, OutcomePolicy agreement) {
    return new SummaryOptions(both, agreement, baseline, anchor, styleControl, draws);
  }

  /** The same with a baseline and an anchor, either of which may be null. */
  public SummaryOptions withModels(String newBaseline, String newAnchor) {
    return new SummaryOptions(
        outcomes, agreementOutcomes, newBaseline, newAnchor, styleControl, draws);
  }

  /** The same with or without style control. */
  public SummaryOptions withStyleControl(boolean control) {
    return new SummaryOptions(outcomes, agreementOutcomes, baseline, anchor, control, draws);
  }

  /** The same with other draws. */
  public SummaryOptions withDraws(boolean bootstrap, int replicates, long seed) {
    return new SummaryOptions(
        outcomes,
        agreementOutcomes,
        baseline,
        anchor,
        styleControl,
        new Drawn(bootstrap, replicates, seed));
  }
}
