package io.assize.summary;

import io.assize.verdict.Decision;
import io.assize.verdict.OutcomePolicy;
import java.io.Serializable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How verdicts are summed up.
 *
 * @param outcomes how both orders become one score, for win rates and ratings
 * @param agreementOutcomes likewise, for agreement with people
 * @param baseline the model against which win rates are length-controlled; null: the one that plays
 *     in every game, if there is one
 * @param anchor the model that has a rating of 1000; null: the mean has
 * @param families judge → the models of its own family; may be empty
 * @param styleControl whether ratings are also fitted beside coefficients of style
 * @param draws what is drawn at random
 */
public record SummaryOptions(
    OutcomePolicy outcomes,
    OutcomePolicy agreementOutcomes,
    String baseline,
    String anchor,
    Map<String, List<String>> families,
    boolean styleControl,
    Drawn draws)
    implements Serializable {
  /** What the defaults of the configuration are. */
  public static final SummaryOptions DEFAULT =
      new SummaryOptions(
          OutcomePolicy.AVERAGE,
          OutcomePolicy.STRICT,
          null,
          null,
          Map.of(),
          true,
          new Drawn(false, 1000, 1));

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
    return new SummaryOptions(both, agreement, baseline, anchor, families, styleControl, draws);
  }

  /** The same with a baseline and an anchor, either of which may be null. */
  public SummaryOptions withModels(String newBaseline, String newAnchor) {
    return new SummaryOptions(
        outcomes, agreementOutcomes, newBaseline, newAnchor, families, styleControl, draws);
  }

  /** The same with or without style control. */
  public SummaryOptions withStyleControl(boolean control) {
    return new SummaryOptions(
        outcomes, agreementOutcomes, baseline, anchor, families, control, draws);
  }

  /** The same with other draws. */
  public SummaryOptions withDraws(boolean bootstrap, int replicates, long seed) {
    return new SummaryOptions(
        outcomes,
        agreementOutcomes,
        baseline,
        anchor,
        families,
        styleControl,
        new Drawn(bootstrap, replicates, seed));
  }

  /** The same with judges' families. */
  public SummaryOptions withFamilies(Map<String, List<String>> newFamilies) {
    return new SummaryOptions(
        outcomes,
        agreementOutcomes,
        baseline,
        anchor,
        new HashMap<>(newFamilies),
        styleControl,
        draws);
  }

  /** Which of two models is of a judge's own family; a tie where both are, or none is. */
  Decision own(String judge, String x, String y) {
    List<String> family = families.getOrDefault(judge, List.of());
    boolean first = family.contains(x);
    return first == family.contains(y) ? Decision.TIE : first ? Decision.A : Decision.B;
  }
}
