package io.assize.report;

import static org.apache.spark.sql.functions.col;

import java.sql.Timestamp;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.ArrayType;

/**
 * What a person reads of the tables on a terminal of 80 to 120 columns, and the same rows for a
 * program. For each judge all scenarios stand first, then groups, then scenarios; what would only
 * repeat another part (a group of one scenario, the one scenario of a corpus) is left out.
 */
public final class Leaderboard {
  private static final String ALL = "all";
  private static final int WIDEST_NAME = 40;

  /** Models of a part that a person is shown. */
  private static final int MOST_SHOWN = 100;

  private final List<Row> winRates;
  private final List<Row> ratings;
  private final List<Row> scores;
  private final List<Row> agreement;

  /** Takes the summary tables by these names, and reads of each the rows that are shown. */
  public Leaderboard(
      Dataset<Row> winRates,
      Dataset<Row> ratings,
      Dataset<Row> scoreDistributions,
      Dataset<Row> agreement) {
    Column overall = col("scenario").equalTo(ALL);
    this.winRates =
        withoutRepeats(
            winRates.filter(col("opponent").equalTo(ALL)).collectAsList().stream()
                .sorted(
                    byText("judge")
                        .thenComparing(Leaderboard::level)
                        .thenComparing(byText("scenario"))
                        .thenComparing(largestFirst("win_rate"))
                        .thenComparing(byText("model")))
                .toList());
    this.ratings = bestFirst(ratings.filter(overall), "rating");
    this.scores = bestFirst(scoreDistributions.filter(overall), "mean");
    this.agreement =
        agreement.filter(overall).collectAsList().stream().sorted(byText("judge")).toList();
  }

  private static List<Row> bestFirst(Dataset<Row> rows, String figure) {
    return rows.collectAsList().stream()
        .sorted(byText("judge").thenComparing(largestFirst(figure)).thenComparing(byText("model")))
        .toList();
  }

  /** Everything: ranks, and what the judges are worth. */
  public String text() {
    return models() + "\n" + judges();
  }

  /** The rows that the text is made of: table → rows, each column → value. */
  public Map<String, Object> data() {
    Map<String, Object> data = new LinkedHashMap<>();
    data.put("win_rates", values(winRates));
    data.put("ratings", values(ratings));
    data.put("score_distributions", values(scores));
    data.put("agreement", values(agreement));
    return data;
  }

  /** Win rates, ratings and scores. */
  public String models() {
    StringBuilder text = new StringBuilder();
    int width =
        List.of(winRates, ratings, scores).stream()
            .flatMap(List::stream)
            .mapToInt(row -> row.<String>getAs("model").length())
            .max()
            .orElse(0);
    width = Math.max("model".length(), Math.min(WIDEST_NAME, width));
    boolean several =
        Stream.of(winRates, ratings, scores)
                .flatMap(List::stream)
                .map(row -> row.<String>getAs("judge"))
                .distinct()
                .count()
            > 1;
    winRates(text, width, several);
    ratings(text, width, several);
    scores(text, width, several);
    return text.toString();
  }

  /** Win rates against all opponents: for each part, the models from best to worst. */
  private void winRates(StringBuilder text, int width, boolean several) {
    List<String> part = List.of();
    int shown = 0;
    for (Row row : winRates) {
      if (!part(row).equals(part)) {
        more(text, shown, "win_rates");
        shown = 0;
        part = part(row);
        String scenario = row.getAs("scenario");
        line(text, "%n%s%s%n", scenario.equals(ALL) ? "all scenarios" : scenario, by(row, several));
        line(
            text,
            "  %s  win rate  95 %% interval       n   won  lost  tied%n",
            fit("model", width));
      }
      if (++shown > MOST_SHOWN) {
        continue;
      }
      line(
          text,
          "  %s  %7.1f%%  %-14s %5d %5d %5d %5d%n",
          fit(row.getAs("model"), width),
          100 * row.<Double>getAs("win_rate"),
          interval(row.getAs("ci_low"), row.getAs("ci_high")),
          row.<Long>getAs("n"),
          row.<Long>getAs("wins"),
          row.<Long>getAs("losses"),
          row.<Long>getAs("ties"));
    }
    more(text, shown, "win_rates");
  }

  private static void more(StringBuilder text, int models, String table) {
    if (models > MOST_SHOWN) {
      line(text, "  … and %d more, in the table %s%n", models - MOST_SHOWN, table);
    }
  }

  /** Ratings over all scenarios, and why a model has none. */
  private void ratings(StringBuilder text, int width, boolean several) {
    String judge = null;
    int shown = 0;
    for (Row row : ratings) {
      if (!row.<String>getAs("judge").equals(judge)) {
        more(text, shown, "ratings");
        shown = 0;
        judge = row.getAs("judge");
        line(text, "%nratings%s%n", by(row, several));
        line(text, "  %s    rating  95 %% interval  rank%n", fit("model", width));
      }
      if (++shown > MOST_SHOWN) {
        continue;
      }
      String note = row.getAs("note");
      if (row.getAs("rating") == null) {
        String why = note == null ? "" : ": " + note;
        line(text, "  %s  no rating%s%n", fit(row.getAs("model"), width), why);
        continue;
      }
      line(
          text,
          "  %s  %8.0f  %-13s  %d (%d–%d)%n",
          fit(row.getAs("model"), width),
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
    more(text, shown, "ratings");
  }

  /** Mean ratings over all scenarios; nothing without ratings. */
  private void scores(StringBuilder text, int width, boolean several) {
    String judge = null;
    int shown = 0;
    for (Row row : scores) {
      if (!row.<String>getAs("judge").equals(judge)) {
        more(text, shown, "score_distributions");
        shown = 0;
        judge = row.getAs("judge");
        boolean oneToTen = !row.getList(row.fieldIndex("histogram")).isEmpty();
        line(text, "%n%s%s%n", oneToTen ? "ratings from 1 to 10" : "scores", by(row, several));
      }
      if (++shown > MOST_SHOWN) {
        continue;
      }
      line(
          text,
          "  %s  mean %s, median %s, n %d%n",
          fit(row.getAs("model"), width),
          number(row.getAs("mean"), "%.2f"),
          number(row.getAs("p50"), "%.1f"),
          row.<Long>getAs("n"));
    }
    more(text, shown, "score_distributions");
  }

  /** Each judge's agreement with people beside the length baseline's, and its constancy. */
  public String judges() {
    StringBuilder text = new StringBuilder();
    for (Row row : agreement) {
      if (row.<Long>getAs("n") > 0) {
        line(
            text,
            "%s agrees with people on %s of %d rows (in the first order shown alone: %s);%n"
                + "  \"the longer response wins\" on %s.%n",
            row.getAs("judge"),
            percent(row.getAs("agreement")),
            row.<Long>getAs("n"),
            percent(row.getAs("agreement_first_order")),
            percent(row.getAs("length_baseline_agreement")));
      }
      line(
          text,
          "%s: same decision in both orders %s,%n"
              + "  decided for the response shown first %s, no decision %s.%n",
          row.getAs("judge"),
          percent(row.getAs("consistency")),
          percent(row.getAs("first_position_rate")),
          percent(row.getAs("invalid_rate")));
    }
    return text.toString();
  }

  /** Without parts whose figures are all those of a part before or after that says more. */
  private static List<Row> withoutRepeats(List<Row> sorted) {
    Map<List<String>, List<Row>> parts =
        sorted.stream()
            .collect(
                Collectors.groupingBy(Leaderboard::part, LinkedHashMap::new, Collectors.toList()));
    Map<List<List<Object>>, List<Integer>> alike = new HashMap<>();
    parts
        .values()
        .forEach(
            rows ->
                alike
                    .computeIfAbsent(figures(rows), f -> new ArrayList<>())
                    .add(level(rows.get(0))));
    List<Row> kept = new ArrayList<>();
    for (List<Row> rows : parts.values()) {
      List<Integer> levels = alike.get(figures(rows));
      boolean repeats =
          switch (level(rows.get(0))) {
            case 0 -> false;
            case 1 -> levels.size() > 1;
            default -> levels.contains(0);
          };
      if (!repeats) {
        kept.addAll(rows);
      }
    }
    return kept;
  }

  private static List<List<Object>> figures(List<Row> rows) {
    return rows.stream()
        .map(
            row ->
                Arrays.<Object>asList(
                    row.getAs("judge"),
                    row.getAs("model"),
                    row.getAs("n"),
                    row.getAs("win_rate"),
                    row.getAs("wins"),
                    row.getAs("losses")))
        .toList();
  }

  private static List<String> part(Row row) {
    return List.of(row.getAs("judge"), row.getAs("scenario"));
  }

  private static int level(Row row) {
    String scenario = row.getAs("scenario");
    return scenario.equals(ALL) ? 0 : scenario.startsWith("group:") ? 1 : 2;
  }

  private static Comparator<Row> byText(String column) {
    return Comparator.comparing(row -> row.<String>getAs(column));
  }

  private static Comparator<Row> largestFirst(String column) {
    return Comparator.comparing(
        row -> row.<Double>getAs(column), Comparator.nullsLast(Comparator.reverseOrder()));
  }

  private static String by(Row row, boolean several) {
    return several ? ", judge " + row.<String>getAs("judge") : "";
  }

  /** A name in so many characters; of one that is longer, its beginning and its end. */
  private static String fit(String name, int width) {
    if (name.length() <= width) {
      return name + " ".repeat(width - name.length());
    }
    int head = (width - 1) / 2;
    return name.substring(0, head) + "…" + name.substring(name.length() - (width - 1 - head));
  }

  private static String interval(Double low, Double high) {
    return low == null || high == null
        ? "–"
        : String.format(Locale.ROOT, "%.1f – %.1f%%", 100 * low, 100 * high);
  }

  private static String percent(Double share) {
    return share == null ? "–" : String.format(Locale.ROOT, "%.1f%%", 100 * share);
  }

  private static String number(Double value, String format) {
    return value == null ? "–" : String.format(Locale.ROOT, format, value);
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format, values));
  }

  private static List<Map<String, Object>> values(List<Row> rows) {
    return rows.stream().map(Leaderboard::values).toList();
  }

  private static Map<String, Object> values(Row row) {
    Map<String, Object> values = new LinkedHashMap<>();
    for (int i = 0; i < row.length(); i++) {
      Object value = row.get(i);
      if (row.schema().apply(i).dataType() instanceof ArrayType && value != null) {
        value = row.getList(i);
      } else if (value instanceof Timestamp time) {
        value = time.toInstant();
      }
      values.put(row.schema().fieldNames()[i], value);
    }
    return values;
  }
}
