package io.assize.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/** What other packages computed from the same data: see scripts/golden/make_statistics.py. */
class GoldenStatisticsTest {

  @Test
  void ratingsAreThoseOfTheExactOptimumAndOfThreePackages() throws IOException {
    int boards = 0;
    for (JsonNode board : golden("bradley-terry")) {
      if (!board.get("games").isNull()) {
        BradleyTerry.Fit fit = BradleyTerry.fit(battles(board), null);
        for (String by : List.of("exact", "arena_rank", "choix", "evalica")) {
          for (int i = 0; i < fit.strength().length; i++) {
            assertThat(1000 + BradleyTerry.ELO * fit.strength()[i])
                .isCloseTo(board.get(by).get(i).asDouble(), within(0.01));
          }
        }
        boards++;
      }
    }
    assertThat(boards).isEqualTo(3);
  }

  @Test
  void sandwichIntervalsAreWithinFivePerCentOfArenaRanks() throws IOException {
    for (JsonNode board : golden("bradley-terry")) {
      if (!board.get("games").isNull()) {
        BradleyTerry.Fit fit = BradleyTerry.fit(battles(board), null);
        for (int i = 0; i < fit.strength().length; i++) {
          double half = Intervals.Z * BradleyTerry.ELO * fit.error(i);
          double theirs = board.get("arena_rank_half_width").get(i).asDouble();
          assertThat(half / theirs).isCloseTo(1, within(0.05));
        }
      }
    }
  }

  @Test
  void theBootstrapHasTheSandwichsErrors() throws IOException {
    for (JsonNode board : golden("bradley-terry")) {
      if (!board.get("games").isNull()) {
        Battles battles = battles(board);
        BradleyTerry.Fit fit = BradleyTerry.fit(battles, null);
        double[][] covariance =
            Resampling.covariance(Resampling.bootstrap(battles, fit, null, 2000, 7));
        for (int i = 0; i < fit.strength().length; i++) {
          // 2,000 replicates know an error to about 1.6 %; games are few enough for more.
          assertThat(Math.sqrt(covariance[i][i]) / fit.error(i)).isCloseTo(1, within(0.15));
        }
      }
    }
  }

  @Test
  void predictionPoweredMeansAreThoseOfPpiPython() throws IOException {
    for (JsonNode example : golden("ppi")) {
      PredictionPowered.Sums sums = PredictionPowered.Sums.NONE;
      for (int i = 0; i < example.get("person").size(); i++) {
        double person = example.get("person").get(i).asDouble();
        sums =
            sums.plus(
                PredictionPowered.Sums.labelled(person, example.get("judge").get(i).asDouble()));
      }
      for (JsonNode judged : example.get("unlabelled")) {
        sums = sums.plus(PredictionPowered.Sums.judged(judged.asDouble()));
      }
      PredictionPowered found = PredictionPowered.of(sums);
      assertThat(found.estimate()).isCloseTo(example.get("estimate").asDouble(), within(1e-9));
      assertThat(found.low()).isCloseTo(example.get("low").asDouble(), within(1e-9));
      assertThat(found.high()).isCloseTo(example.get("high").asDouble(), within(1e-9));
    }
  }

  private static Battles battles(JsonNode board) {
    List<Integer> a = new ArrayList<>();
    List<Integer> b = new ArrayList<>();
    List<Double> scores = new ArrayList<>();
    for (JsonNode cell : board.get("games")) {
      for (int k = 0; k < cell.get(3).asInt(); k++) {
        a.add(cell.get(0).asInt());
        b.add(cell.get(1).asInt());
        scores.add(cell.get(2).asDouble());
      }
    }
    return Battles.of(
        board.get("models").asInt(),
        a.stream().mapToInt(Integer::intValue).toArray(),
        b.stream().mapToInt(Integer::intValue).toArray(),
        scores.stream().mapToDouble(Double::doubleValue).toArray());
  }

  @Test
  void alphaIsThePublishedOneAndThatOfKrippendorff() throws IOException {
    for (JsonNode example : golden("agreement").get("alpha")) {
      List<Krippendorff.Units> units = units(example.get("values"));
      double alpha = Krippendorff.alpha(units);
      assertThat(alpha).isCloseTo(example.get("alpha").asDouble(), within(1e-12));
      if (!example.get("published").isNull()) {
        assertThat(alpha).isCloseTo(example.get("published").asDouble(), within(5e-4));
      }
      if (units.size() >= 50) {
        double[] interval = Krippendorff.interval(units, 4000, 1);
        assertThat(interval[0]).isCloseTo(example.get("low").asDouble(), within(0.02));
        assertThat(interval[1]).isCloseTo(example.get("high").asDouble(), within(0.02));
      }
    }
  }

  /** Raters by units become units, each by itself. */
  private static List<Krippendorff.Units> units(JsonNode raters) {
    List<Krippendorff.Units> units = new ArrayList<>();
    for (int u = 0; u < raters.get(0).size(); u++) {
      long[] counts = new long[6];
      for (JsonNode rater : raters) {
        if (!rater.get(u).isNull()) {
          counts[rater.get(u).asInt()]++;
        }
      }
      if (Arrays.stream(counts).sum() > 1) {
        units.add(
            new Krippendorff.Units(
                1,
                Krippendorff.disagreement(counts),
                Arrays.stream(counts).asDoubleStream().toArray()));
      }
    }
    return units;
  }

  @Test
  void kappaIsThatOfScikitLearn() throws IOException {
    for (JsonNode example : golden("agreement").get("kappa")) {
      long[][] counts = new long[3][3];
      for (int i = 0; i < example.get("a").size(); i++) {
        counts[example.get("a").get(i).asInt()][example.get("b").get(i).asInt()]++;
      }
      assertThat(Kappa.of(counts)).isCloseTo(example.get("kappa").asDouble(), within(1e-12));
    }
  }

  @Test
  void rankCorrelationsAreThoseOfScipy() throws IOException {
    for (JsonNode example : golden("agreement").get("correlation")) {
      Correlation found = Correlation.of(numbers(example.get("x")), numbers(example.get("y")));
      assertThat(found.spearman()).isCloseTo(example.get("spearman").asDouble(), within(1e-12));
      assertThat(found.kendall()).isCloseTo(example.get("kendall").asDouble(), within(1e-12));
    }
  }

  private static double[] numbers(JsonNode list) {
    return StreamSupport.stream(list.spliterator(), false)
        .mapToDouble(JsonNode::asDouble)
        .toArray();
  }

  private static JsonNode golden(String name) throws IOException {
    return new ObjectMapper()
        .readTree(GoldenStatisticsTest.class.getResourceAsStream("/golden/" + name + ".json"));
  }
}
