package io.assize.config;

/**
 * How verdicts become tables.
 *
 * @param outcomes how both orders become one score: {@code average}, {@code strict} or {@code drop}
 * @param agreementOutcomes the same for agreement with people
 * @param baseline the model that win rates are length-controlled against; null: the one in every
 *     game
 * @param anchor the model rated 1000; null: the mean is
 * @param intervals {@code sandwich} or {@code bootstrap}
 * @param replicates of the bootstrap and of the draws for ranks
 * @param styleControl whether coefficients of style are fitted
 * @param reference a CSV of ratings from elsewhere; null: none
 * @param seed of what is drawn
 */
public record SummaryConfig(
    String outcomes,
    String agreementOutcomes,
    String baseline,
    String anchor,
    String intervals,
    int replicates,
    boolean styleControl,
    String reference,
    int seed) {
  private static final String[] POLICIES = {"average", "strict", "drop"};

  static SummaryConfig of(Settings settings) {
    return new SummaryConfig(
        settings.choice("outcomes", POLICIES),
        settings.choice("agreement_outcomes", POLICIES),
        settings.optionalText("baseline"),
        settings.optionalText("anchor"),
        settings.choice("intervals", "sandwich", "bootstrap"),
        settings.integer("replicates", 100, 1_000_000),
        settings.flag("style_control"),
        settings.optionalText("reference"),
        settings.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE));
  }
}
