package io.assize.config;

/**
 * How verdicts become tables.
 *
 * @param outcomes how both orders become one score: {@code average}, {@code strict} or {@code drop}
 * @param agreementOutcomes the same for agreement with people
 * @param baseline the model that win rates are length-controlled against; null: the one in every
 *     game
 * @param anchor the model rated 1000; null: the mean is
 * @param intervals how ratings' intervals are made
 * @param styleControl whether coefficients of style are fitted
 * @param reference a CSV of ratings from elsewhere; null: none
 */
public record SummaryConfig(
    String outcomes,
    String agreementOutcomes,
    String baseline,
    String anchor,
    Intervals intervals,
    boolean styleControl,
    String reference) {
  private static final String[] POLICIES = {"average", "strict", "drop"};

  /**
   * How ratings' intervals are made.
   *
   * @param method {@code sandwich} or {@code bootstrap}
   * @param replicates of the bootstrap and of the draws for ranks
   * @param seed of what is drawn
   */
  public record Intervals(String method, int replicates, int seed) {
    private static Intervals of(Settings settings) {
      return new Intervals(
          settings.choice("intervals", "sandwich", "bootstrap"),
          settings.integer("replicates", 100, 1_000_000),
          settings.integer("seed", Integer.MIN_VALUE, Integer.MAX_VALUE));
    }

    /** Whether they come from replicates. */
    public boolean bootstrap() {
      return method.equals("bootstrap");
    }
  }

  static SummaryConfig of(Settings settings) {
    return new SummaryConfig(
        settings.choice("outcomes", POLICIES),
        settings.choice("agreement_outcomes", POLICIES),
        settings.optionalText("baseline"),
        settings.optionalText("anchor"),
        Intervals.of(settings),
        settings.flag("style_control"),
        settings.optionalText("reference"));
  }
}
