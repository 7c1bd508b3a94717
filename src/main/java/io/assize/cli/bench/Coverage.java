package io.assize.cli.bench;

import io.assize.stats.Draws;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * How often 95 % intervals hold the truth, on leaderboards that were made from a known one. Equal
 * seeds give equal results, on any number of cores.
 */
final class Coverage {
  private Coverage() {}

  /** All conditions, each on so many boards. */
  static List<CoverageResult> run(int boards, long seed) {
    List<CoverageResult> results = new ArrayList<>();
    conditions().forEach((name, condition) -> results.add(run(name, condition, boards, seed)));
    return results;
  }

  private record Condition(double least, double most, Function<Draws, Seen> board) {
    static Condition nominal(Function<Draws, Seen> board) {
      return new Condition(0.94, 0.96, board);
    }
  }

  private static Map<String, Condition> conditions() {
    Map<String, Condition> all = new LinkedHashMap<>();
    all.put("win rate: decisions", Condition.nominal(d -> WinRateBoards.decisions(d, 0, 1)));
    all.put("win rate: a third ties", Condition.nominal(d -> WinRateBoards.decisions(d, 0.33, 1)));
    all.put("win rate: soft verdicts", Condition.nominal(WinRateBoards::soft));
    all.put("win rate: prompts recur", Condition.nominal(d -> WinRateBoards.decisions(d, 0.2, 5)));
    all.put("paired difference of two models", Condition.nominal(WinRateBoards::pairedDifference));
    all.put("rating: sandwich", Condition.nominal(d -> RatingBoards.ratings(d, 0.2, 1, false)));
    all.put("rating: bootstrap", Condition.nominal(d -> RatingBoards.ratings(d, 0.2, 1, true)));
    all.put(
        "rating: prompts recur", Condition.nominal(d -> RatingBoards.ratings(d, 0.2, 6, false)));
    all.put("rating: thin scenarios, pooled", Condition.nominal(RatingBoards::thinScenarios));
    all.put("rating: style controlled", Condition.nominal(RatingBoards::style));
    all.put(
        "judge biased, corrected by labels (PPI++)", Condition.nominal(WinRateBoards::corrected));
    all.put("rank of a model", new Condition(0.935, 0.965, d -> RatingBoards.ranks(d, false)));
    all.put(
        "\"A is above B\", all pairs at once",
        new Condition(0.95, 1, d -> RatingBoards.ranks(d, true)));
    all.put("the same, models alike", new Condition(0.95, 1, RatingBoards::alike));
    return all;
  }

  private static CoverageResult run(String name, Condition condition, int boards, long seed) {
    Seen[] seen =
        IntStream.range(0, boards)
            .parallel()
            .mapToObj(i -> condition.board.apply(new Draws(seed * 1_000_003 + 31L * i)))
            .toArray(Seen[]::new);
    Seen all = Arrays.stream(seen).reduce(Seen.NOTHING, Seen::plus);
    double coverage = (double) all.covered() / all.intervals();
    double squares = 0;
    for (Seen one : seen) {
      double off = one.covered() - coverage * one.intervals();
      squares += off * off;
    }
    return new CoverageResult(
        name,
        condition.least,
        condition.most,
        boards,
        all.intervals(),
        coverage,
        Math.sqrt(squares) / all.intervals(),
        all.width() / all.intervals());
  }
}
