package io.assize.summary;

import io.assize.stats.MeanDifference;
import io.assize.stats.ScoreSums;
import io.assize.stats.WinRate;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.StructType;

/**
 * The tables {@code win_rates}, each model against each opponent and against all, and {@code
 * win_rate_differences}, two models against the same opponents on the same prompts.
 */
final class WinRates {
  static final StructType SCHEMA =
      StructType.fromDDL(
          "judge STRING, scenario STRING, model STRING, opponent STRING, n BIGINT, wins BIGINT,"
              + " losses BIGINT, ties BIGINT, win_rate DOUBLE, standard_error DOUBLE,"
              + " ci_low DOUBLE, ci_high DOUBLE, lc_win_rate DOUBLE, lc_standard_error DOUBLE,"
              + " left_out BIGINT");

  static final StructType DIFFERENCES =
      StructType.fromDDL(
          "judge STRING, scenario STRING, model STRING, other STRING, n BIGINT, prompts BIGINT,"
              + " difference DOUBLE, standard_error DOUBLE, ci_low DOUBLE, ci_high DOUBLE");

  private WinRates() {}

  /** One side of a pair. */
  private record Game(int opponent, ScoreSums scores, long wins, long losses) {}

  /**
   * A level's rows of {@code win_rates}.
   *
   * @param names the judge's models
   * @param control length-controlled rates; null: there is no baseline
   * @param leftOut what gave no outcome
   */
  static List<Row> of(
      LevelSums sums, List<String> names, LengthControlled control, LeftOut leftOut) {
    TreeMap<Integer, List<Game>> games = new TreeMap<>();
    sums.pairs
        .table()
        .forEachKey(
            key -> {
              int x = LongTable.first(key);
              int y = LongTable.second(key);
              ScoreSums scores = sums.pairs.of(key);
              long won = sums.cells.values()[sums.cells.find(key)];
              long lost = sums.cells.values()[sums.cells.find(key) + 1];
              games.computeIfAbsent(x, m -> new ArrayList<>()).add(new Game(y, scores, won, lost));
              games
                  .computeIfAbsent(y, m -> new ArrayList<>())
                  .add(new Game(x, scores.mirrored(), lost, won));
            });
    List<Row> rows = new ArrayList<>();
    games.forEach(
        (model, list) -> {
          long won = 0;
          long lost = 0;
          for (Game game : list) {
            rows.add(row(sums, names, model, game, control, leftOut));
            won += game.wins;
            lost += game.losses;
          }
          Game all = new Game(-1, sums.sides.of(model), won, lost);
          rows.add(row(sums, names, model, all, control, leftOut));
        });
    return rows;
  }

  private static Row row(
      LevelSums sums,
      List<String> names,
      int model,
      Game game,
      LengthControlled control,
      LeftOut leftOut) {
    String opponent = game.opponent < 0 ? Levels.ALL : names.get(game.opponent);
    WinRate rate = WinRate.of(game.scores);
    LengthControlled.Rate controlled =
        control == null ? null : control.rate(sums.level, model, game.opponent);
    return RowFactory.create(
        sums.judge,
        sums.level,
        names.get(model),
        opponent,
        rate.n(),
        game.wins,
        game.losses,
        rate.n() - game.wins - game.losses,
        rate.rate(),
        Tables.known(rate.standardError()),
        Tables.known(rate.low()),
        Tables.known(rate.high()),
        controlled == null ? null : controlled.rate(),
        controlled == null ? null : Tables.known(controlled.error()),
        leftOut.count(sums.judge, sums.level, names.get(model), opponent));
  }

  /** A level's rows of {@code win_rate_differences}: each two models once. */
  static List<Row> differences(LevelSums sums, List<String> names) {
    List<Row> rows = new ArrayList<>();
    sums.differences
        .table()
        .forEachKey(
            key -> {
              ScoreSums scores = sums.differences.of(key);
              MeanDifference d = MeanDifference.of(scores);
              rows.add(
                  RowFactory.create(
                      sums.judge,
                      sums.level,
                      names.get(LongTable.first(key)),
                      names.get(LongTable.second(key)),
                      d.n(),
                      scores.clusters(),
                      d.difference(),
                      Tables.known(d.standardError()),
                      Tables.known(d.low()),
                      Tables.known(d.high())));
            });
    return rows;
  }
}
