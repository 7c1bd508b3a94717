package io.assize.summary;

import io.assize.stats.ScoreSums;
import io.assize.stats.WinRate;
import io.assize.table.Table;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;

/** {@code win_rates}: each model against each opponent and against all. */
final class WinRateTable implements LevelTable<WinRateTable.Rate> {
  private static final long serialVersionUID = 1;

  static final Table<Rate> TABLE =
      Levels.columns(
              Table.<Rate>of(
                  SummaryTables.WIN_RATES,
                  "judge × scenario × model × opponent (a model, or `all`)"),
              Rate::level)
          .text("model", Rate::model, "the model")
          .text("opponent", Rate::opponent, "a model, or `all`")
          .count("n", rate -> rate.win().n(), "pairs with a score")
          .count("wins", rate -> rate.games().won(), "of them with a score above ½")
          .count("losses", rate -> rate.games().lost(), "below ½")
          .count("ties", rate -> rate.win().n() - rate.games().won() - rate.games().lost(), "at ½")
          .number("win_rate", rate -> rate.win().rate(), "the mean score")
          .number(
              "standard_error",
              rate -> rate.win().standardError(),
              "of the win rate; allows for prompts that recur")
          .number("ci_low", rate -> rate.win().low(), "of its 95 % interval")
          .number("ci_high", rate -> rate.win().high(), "likewise")
          .number(
              "lc_win_rate",
              rate -> rate.controlled() == null ? null : rate.controlled().rate(),
              "length-controlled; of games with the baseline")
          .number(
              "lc_standard_error",
              rate -> rate.controlled() == null ? null : rate.controlled().error(),
              "of the length-controlled win rate")
          .count("left_out", Rate::leftOut, "rows of the two that gave no outcome");

  /** Of every opponent. */
  private static final int ALL = -1;

  /**
   * A row.
   *
   * @param win of the games' scores
   * @param controlled null where it is not defined
   */
  record Rate(
      Level level,
      String model,
      String opponent,
      Games games,
      WinRate win,
      LengthControlled.Rate controlled,
      long leftOut) {}

  /** A model's games with an opponent, from the model's side. */
  record Games(int opponent, ScoreSums scores, long won, long lost) {}

  @Override
  public Table<Rate> table() {
    return TABLE;
  }

  @Override
  public Collection<? extends Sums<?>> sums() {
    return List.of(new PairSums());
  }

  @Override
  public Stream<Rate> rows(Level level, Fits fits) {
    TreeMap<Integer, List<Games>> games = new TreeMap<>();
    level
        .of(PairSums.class)
        .forEachPair(
            (x, y, scores, won, lost) -> {
              games.computeIfAbsent(x, m -> new ArrayList<>()).add(new Games(y, scores, won, lost));
              games
                  .computeIfAbsent(y, m -> new ArrayList<>())
                  .add(new Games(x, scores.mirrored(), lost, won));
            });
    return games.entrySet().stream()
        .flatMap(
            model ->
                Stream.concat(
                        model.getValue().stream(),
                        Stream.of(all(level, model.getKey(), model.getValue())))
                    .map(with -> rate(level, fits, model.getKey(), with)));
  }

  private static Games all(Level level, int model, List<Games> games) {
    ScoreSums scores = level.of(PairSums.class).of(model);
    long won = games.stream().mapToLong(Games::won).sum();
    return new Games(ALL, scores, won, games.stream().mapToLong(Games::lost).sum());
  }

  private static Rate rate(Level level, Fits fits, int model, Games games) {
    List<String> names = fits.names(level);
    String name = names.get(model);
    String opponent = games.opponent() == ALL ? Levels.ALL : names.get(games.opponent());
    LengthControlled control = fits.length().get(level.judge());
    return new Rate(
        level,
        name,
        opponent,
        games,
        WinRate.of(games.scores()),
        control == null ? null : control.rate(level.name(), model, games.opponent()),
        fits.leftOut().count(level.judge(), level.name(), name, opponent));
  }
}
