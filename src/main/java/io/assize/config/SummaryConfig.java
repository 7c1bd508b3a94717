package io.assize.config;

import java.util.List;
import java.util.Map;

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
 * @param jury judges put together to one more
 * @param families judge → the models of its own family
 * @param reference ratings from elsewhere; null: none
 */
public record SummaryConfig(
    String outcomes,
    String agreementOutcomes,
    String baseline,
    String anchor,
    Intervals intervals,
    boolean styleControl,
    Jury jury,
    Map<String, List<String>> families,
    Reference reference) {
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

  /**
   * Ratings or ranks of models from elsewhere.
   *
   * @param path a CSV
   * @param model the column of models' names
   * @param rating the column of ratings
   * @param rank the column of ranks, 1 the best, which is read where there is no rating
   */
  public record Reference(String path, String model, String rating, String rank) {
    private static Reference of(Settings settings) {
      Settings columns = settings.section("reference_columns");
      String path = settings.optionalText("reference");
      return path == null
          ? null
          : new Reference(
              path, columns.text("model"), columns.text("rating"), columns.text("rank"));
    }
  }

  /**
   * Judges put together to one more.
   *
   * @param rules of {@code majority}, {@code mean} and {@code weighted}, a jury each; may be empty
   * @param judges who sits; empty: all
   */
  public record Jury(List<String> rules, List<String> judges) {
    private static final List<String> RULES = List.of("majority", "mean", "weighted");

    private static Jury of(Settings settings) {
      List<String> rules = settings.texts("rules").stream().distinct().toList();
      for (String rule : rules) {
        if (!RULES.contains(rule)) {
          throw UserError.configuration(
              "assize.summary.jury.rules has \"%s\": use some of %s",
              rule, String.join(", ", RULES));
        }
      }
      return new Jury(rules, settings.texts("judges").stream().distinct().toList());
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
        Jury.of(settings.section("jury")),
        settings.section("families").lists(),
        Reference.of(settings));
  }
}
