package io.assize.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
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

  private static JsonNode golden(String name) throws IOException {
    return new ObjectMapper()
        .readTree(GoldenStatisticsTest.class.getResourceAsStream("/golden/" + name + ".json"));
  }
}
