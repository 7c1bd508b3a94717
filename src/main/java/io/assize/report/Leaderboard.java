package io.assize.report;

import static org.apache.spark.sql.functions.col;

import java.util.List;
import java.util.Locale;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The tables as a person reads them on a terminal. */
public final class Leaderboard {
  private static final String ALL = "all";

  private Leaderboard() {}

  /** Win rates against all opponents: for each scenario, the models from best to worst. */
  public static String winRates(Dataset<Row> winRates) {
    StringBuilder text = new StringBuilder();
    String scenario = "";
    for (Row row :
        winRates.filter(col("opponent").equalTo(ALL)).collectAsList().stream()
            .sorted(Leaderboard::byScenarioThenRate)
            .toList()) {
      if (!row.getAs("scenario").equals(scenario)) {
        scenario = row.getAs("scenario");
        line(text, "%n%s%n", scenario.equals(ALL) ? "all scenarios" : scenario);
        line(
            text,
            "  %-28s %8s  %-15s %5s %5s %5s %5s%n",
            "model",
            "win rate",
            "95 % interval",
            "n",
            "won",
            "lost",
            "tied");
      }
      line(
          text,
          "  %-28s %7.1f%%  %-15s %5d %5d %5d %5d%n",
          row.getAs("model"),
          100 * row.<Double>getAs("win_rate"),
          interval(row.getAs("ci_low"), row.getAs("ci_high")),
          row.<Long>getAs("n"),
          row.<Long>getAs("wins"),
          row.<Long>getAs("losses"),
          row.<Long>getAs("ties"));
    }
    return text.toString();
  }

  /** Ratings over all scenarios, from best to worst; empty where no model has one. */
  public static String ratings(Dataset<Row> ratings) {
    StringBuilder text = new StringBuilder();
    List<Row> rows =
        ratings
            .filter(col("scenario").equalTo(ALL).and(col("rating").isNotNull()))
            .orderBy(col("judge"), col("rating").desc(), col("model"))
            .collectAsList();
    if (!rows.isEmpty()) {
      line(text, "%n  %-28s %8s  %-15s %s%n", "model", "rating", "95 % interval", "rank");
    }
    for (Row row : rows) {
      line(
          text,
          "  %-28s %8.0f  %-15s %d (%d–%d)%n",
          row.getAs("model"),
          row.<Double>getAs("rating"),
          String.format(
              Locale.ROOT,
              "%.0f – %.0f",
              row.<Double>getAs("ci_low"),
              row.<Double>getAs("ci_high")),
          row.<Integer>getAs("rank"),
          row.<Integer>getAs("rank_low"),
          row.<Integer>getAs("rank_high"));
    }
    return text.toString();
  }

  /** The judge's agreement with people beside the length baseline's; empty without labels. */
  public static String agreement(Dataset<Row> agreement) {
    StringBuilder text = new StringBuilder();
    List<Row> rows = agreement.filter(col("scenario").equalTo(ALL)).collectAsList();
    for (Row row : rows) {
      if (row.<Long>getAs("n") > 0) {
        line(
            text,
            "%s agrees with people on %s of %d rows (in the first order shown alone: %s); "
                + "\"the longer response wins\" on %s.%n",
            row.getAs("judge"),
            percent(row.getAs("agreement")),
            row.<Long>getAs("n"),
            percent(row.getAs("agreement_first_order")),
            percent(row.getAs("length_baseline_agreement")));
      }
      line(
          text,
          "%s: same decision in both orders %s, decided for the response shown first %s, no "
              + "decision %s.%n",
          row.getAs("judge"),
          percent(row.getAs("consistency")),
          percent(row.getAs("first_position_rate")),
          percent(row.getAs("invalid_rate")));
    }
    return text.toString();
  }

  /** Mean ratings over all scenarios; empty without ratings. */
  public static String scores(Dataset<Row> distributions) {
    StringBuilder text = new StringBuilder();
    for (Row row : distributions.filter(col("scenario").equalTo(ALL)).collectAsList()) {
      line(
          text,
          "  %-28s mean rating %.2f, median %.1f, n %d%n",
          row.getAs("model"),
          row.<Double>getAs("mean"),
          row.<Double>getAs("p50"),
          row.<Long>getAs("n"));
    }
    return text.toString();
  }

  private static int byScenarioThenRate(Row a, Row b) {
    int byLevel = Integer.compare(level(a), level(b));
    int byName = a.<String>getAs("scenario").compareTo(b.<String>getAs("scenario"));
    int byRate = Double.compare(b.<Double>getAs("win_rate"), a.<Double>getAs("win_rate"));
    int byModel = a.<String>getAs("model").compareTo(b.<String>getAs("model"));
    return byLevel != 0 ? byLevel : byName != 0 ? byName : byRate != 0 ? byRate : byModel;
  }

  private static int level(Row row) {
    String scenario = row.getAs("scenario");
    return scenario.equals(ALL) ? 2 : scenario.startsWith("group:") ? 1 : 0;
  }

  private static String interval(Double low, Double high) {
    return low == null || high == null
        ? "–"
        : String.format(Locale.ROOT, "%.1f – %.1f%%", 100 * low, 100 * high);
  }

  private static String percent(Double share) {
    return share == null ? "–" : String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }
}
