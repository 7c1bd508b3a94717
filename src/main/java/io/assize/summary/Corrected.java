package io.assize.summary;

import io.assize.stats.Correlation;
import io.assize.stats.PredictionPowered;
import io.assize.stats.ScoreSums;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The tables {@code corrected_win_rates}, each model's win rate by people as the judge's verdicts
 * help to know it, and {@code correlations} of systems' ratings.
 */
final class Corrected {
  static final StructType SCHEMA =
      StructType.fromDDL(
          "judge STRING, scenario STRING, model STRING, n_labelled BIGINT, n_judged BIGINT,"
              + " win_rate DOUBLE, standard_error DOUBLE, ci_low DOUBLE, ci_high DOUBLE,"
              + " lambda DOUBLE, judge_win_rate DOUBLE, people_win_rate DOUBLE,"
              + " people_standard_error DOUBLE, effective_labels DOUBLE, labels_saved DOUBLE");

  static final StructType CORRELATIONS =
      StructType.fromDDL(
          "judge STRING, scenario STRING, quantity STRING, reference STRING, n INT,"
              + " pearson DOUBLE, spearman DOUBLE, kendall DOUBLE");

  private Corrected() {}

  /** A level's rows of {@code corrected_win_rates}: models with labels. */
  static List<Row> of(LevelSums sums, List<String> names) {
    List<Row> rows = new ArrayList<>();
    for (int model = 0; model < names.size(); model++) {
      PredictionPowered.Sums s = sums.labels(model);
      if (s.n() > 0) {
        PredictionPowered p = PredictionPowered.of(s);
        double effective = p.effectiveLabels();
        rows.add(
            RowFactory.create(
                sums.judge,
                sums.level,
                names.get(model),
                p.n(),
                p.unlabelled(),
                p.estimate(),
                Tables.known(p.standardError()),
                Tables.known(p.low()),
                Tables.known(p.high()),
                p.lambda(),
                (s.judge() + s.unlabelledJudge()) / (s.n() + s.unlabelled()),
                s.person() / s.n(),
                Tables.known(p.classicalError()),
                Tables.known(effective),
                Tables.known(effective - p.n())));
      }
    }
    return rows;
  }

  /**
   * A level's rows of {@code correlations}: the judge's win rates with people's, and with a rating
   * from elsewhere.
   *
   * @param reference model → rating; empty: none
   */
  static List<Row> correlations(LevelSums sums, List<String> names, Map<String, Double> reference) {
    List<double[]> people = new ArrayList<>();
    List<double[]> elsewhere = new ArrayList<>();
    for (int model = 0; model < names.size(); model++) {
      ScoreSums scores = sums.sides.of(model);
      PredictionPowered.Sums labels = sums.labels(model);
      if (labels.n() > 0) {
        people.add(new double[] {scores.mean(), labels.person() / labels.n()});
      }
      Double rating = reference.get(names.get(model));
      if (scores.n() > 0 && rating != null) {
        elsewhere.add(new double[] {scores.mean(), rating});
      }
    }
    List<Row> rows = new ArrayList<>();
    addCorrelation(rows, sums.judge, sums.level, "win_rate", "people", people);
    addCorrelation(rows, sums.judge, sums.level, "win_rate", "reference", elsewhere);
    return rows;
  }

  static void addCorrelation(
      List<Row> rows,
      String judge,
      String level,
      String quantity,
      String reference,
      List<double[]> pairs) {
    if (pairs.size() > 2) {
      Correlation c =
          Correlation.of(
              pairs.stream().mapToDouble(p -> p[0]).toArray(),
              pairs.stream().mapToDouble(p -> p[1]).toArray());
      rows.add(
          RowFactory.create(
              judge,
              level,
              quantity,
              reference,
              c.n(),
              Tables.known(c.pearson()),
              Tables.known(c.spearman()),
              Tables.known(c.kendall())));
    }
  }
}
