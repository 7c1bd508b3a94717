package io.assize.summary;

import io.assize.stats.Calibration;
import io.assize.stats.Kappa;
import io.assize.stats.MeanDifference;
import io.assize.stats.ScoreSums;
import io.assize.stats.WinRate;
import io.assize.summary.LevelSums.Count;
import io.assize.summary.LevelSums.Quality;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The tables {@code agreement}, {@code judge_quality} and {@code calibration}: how far the judge
 * decides as people do, beside the length baseline and chance, and what sways it.
 *
 * <p>{@code n}, {@code agreement}, {@code agreement_first_order}, {@code kappa} and {@code
 * length_baseline_agreement} are over the labelled rows. A judge that saw both orders agrees on a
 * row only where both of its decisions are the label (the rule of Auto-J, Li et al. 2024). {@code
 * consistency} is over all rows seen in both orders; {@code first_position_rate} is the share of
 * verdicts for the response shown first among those for one response; {@code invalid_rate} is over
 * all verdicts. A share of nothing is null.
 */
final class Agreement {
  static final StructType SCHEMA =
      StructType.fromDDL(
          "judge STRING, scenario STRING, n BIGINT, agreement DOUBLE, agreement_first_order DOUBLE,"
              + " consistency DOUBLE, kappa DOUBLE, first_position_rate DOUBLE, invalid_rate DOUBLE,"
              + " length_baseline_agreement DOUBLE");

  static final StructType QUALITY =
      StructType.fromDDL(
          "judge STRING, scenario STRING, n BIGINT, agreement DOUBLE, agreement_low DOUBLE,"
              + " agreement_high DOUBLE, chance_agreement DOUBLE,"
              + " length_baseline_agreement DOUBLE, length_baseline_low DOUBLE,"
              + " length_baseline_high DOUBLE, kappa DOUBLE, n_both_orders BIGINT,"
              + " consistency DOUBLE, consistency_low DOUBLE, consistency_high DOUBLE,"
              + " position_bias DOUBLE, position_bias_low DOUBLE, position_bias_high DOUBLE,"
              + " longer_win_rate DOUBLE, longer_win_rate_low DOUBLE, longer_win_rate_high DOUBLE,"
              + " longer_win_rate_people DOUBLE, verbosity_bias DOUBLE, verbosity_bias_low DOUBLE,"
              + " verbosity_bias_high DOUBLE, calibration_error DOUBLE");

  static final StructType CALIBRATION =
      StructType.fromDDL(
          "judge STRING, scenario STRING, bin_low DOUBLE, bin_high DOUBLE, n BIGINT,"
              + " mean_probability DOUBLE, people DOUBLE");

  private Agreement() {}

  /** A level's row of {@code agreement}. */
  static Row of(LevelSums sums) {
    long n = sums.get(Count.LABELLED);
    return RowFactory.create(
        sums.judge,
        sums.level,
        n,
        Tables.share(sums.get(Count.AGREE), n),
        Tables.share(sums.get(Count.AGREE_FIRST), n),
        Tables.share(sums.get(Count.CONSISTENT), sums.get(Count.BOTH)),
        kappa(sums),
        Tables.share(sums.get(Count.FIRST_WON), sums.get(Count.DECIDED)),
        Tables.share(sums.get(Count.INVALID), sums.get(Count.VERDICTS)),
        Tables.share(sums.get(Count.AGREE_LENGTH), n));
  }

  private static Double kappa(LevelSums sums) {
    return sums.get(Count.LABELLED) == 0 ? null : Tables.known(Kappa.of(sums.confusion()));
  }

  /** A level's row of {@code judge_quality}. */
  static Row quality(LevelSums sums) {
    long n = sums.get(Count.LABELLED);
    List<Object> values = new ArrayList<>(List.of(sums.judge, sums.level, n));
    addShare(values, sums.get(Count.AGREE), n);
    values.add(n == 0 ? null : Tables.known(chance(sums.confusion())));
    addShare(values, sums.get(Count.AGREE_LENGTH), n);
    values.add(kappa(sums));
    values.add(sums.get(Count.BOTH));
    addShare(values, sums.get(Count.CONSISTENT), sums.get(Count.BOTH));
    addDifference(values, sums.of(Quality.POSITION));
    ScoreSums longer = sums.of(Quality.LONGER);
    WinRate rate = longer.n() == 0 ? null : WinRate.of(longer);
    values.add(rate == null ? null : rate.rate());
    values.add(rate == null ? null : Tables.known(rate.low()));
    values.add(rate == null ? null : Tables.known(rate.high()));
    ScoreSums people = sums.of(Quality.LONGER_BY_PEOPLE);
    values.add(people.n() == 0 ? null : people.mean());
    addDifference(values, sums.of(Quality.LONGER_THAN_PEOPLE));
    Calibration calibration = sums.calibration();
    values.add(calibration.n() == 0 ? null : calibration.error());
    return RowFactory.create(values.toArray());
  }

  /** A share with Wilson's interval. */
  private static void addShare(List<Object> values, long part, long whole) {
    WinRate rate = whole == 0 ? null : WinRate.share(part, whole);
    values.add(rate == null ? null : rate.rate());
    values.add(rate == null ? null : rate.low());
    values.add(rate == null ? null : rate.high());
  }

  private static void addDifference(List<Object> values, ScoreSums scores) {
    MeanDifference d = scores.n() == 0 ? null : MeanDifference.of(scores);
    values.add(d == null ? null : d.difference());
    values.add(d == null ? null : Tables.known(d.low()));
    values.add(d == null ? null : Tables.known(d.high()));
  }

  /** The agreement of two raters with these margins who know nothing of each other. */
  private static double chance(long[][] table) {
    double total = 0;
    double same = 0;
    for (int i = 0; i < table.length; i++) {
      double row = 0;
      double column = 0;
      for (int j = 0; j < table.length; j++) {
        row += table[i][j];
        column += table[j][i];
      }
      total += row;
      same += row * column;
    }
    return same / (total * total);
  }

  /** A level's rows of {@code calibration}: bins that hold something. */
  static List<Row> calibration(LevelSums sums) {
    Calibration c = sums.calibration();
    List<Row> rows = new ArrayList<>();
    for (int bin = 0; bin < Calibration.BINS; bin++) {
      long n = c.counts()[bin];
      if (n > 0) {
        rows.add(
            RowFactory.create(
                sums.judge,
                sums.level,
                (double) bin / Calibration.BINS,
                (bin + 1.0) / Calibration.BINS,
                n,
                c.predicted()[bin] / n,
                c.seen()[bin] / n));
      }
    }
    return rows;
  }
}
