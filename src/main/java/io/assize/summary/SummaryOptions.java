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
 * @param bootstrap ratings' intervals by resampling instead of the sandwich
 * @param replicates of the bootstrap, and of the draws for ranks
 * @param styleControl whether ratings are also fitted beside coefficients of style
 * @param seed of what is drawn
 */
public record SummaryOptions(
    OutcomePolicy outcomes,
    OutcomePolicy agreementOutcomes,
    String baseline,
    String anchor,
    boolean bootstrap,
    int replicates,
    boolean styleControl,
    long seed)
    implements Serializable {
  /** What the defaults of the configuration are. */
  public static final SummaryOptions DEFAULT =
      new SummaryOptions(
          OutcomePolicy.AVERAGE, OutcomePolicy.STRICT, null, null, false, 1000, true, 1);
}
