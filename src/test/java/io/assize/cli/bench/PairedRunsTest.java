package io.assize.cli.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is made of rounds of measurements. */
class PairedRunsTest {
  private static Measurement measured(String program, double seconds) {
    return new Measurement(program, seconds, 60, 40);
  }

  private static PairedRuns of(int runs, double[] ours, double[] peers) {
    PairedRuns measured = new PairedRuns(runs);
    for (int round = 0; round < ours.length; round++) {
      measured.add(round, List.of(measured("ours", ours[round]), measured("peer", peers[round])));
    }
    return measured;
  }

  @Test
  void theFirstRoundWarmsUp() {
    PairedRuns measured = of(3, new double[] {9, 1, 2, 4}, new double[] {9, 5, 5, 5});
    assertThat(measured.median("ours", Measurement::seconds)).isEqualTo(2);
    assertThat(measured.medians(Measurement::rate)).isEqualTo(Map.of("ours", 50.0, "peer", 20.0));
  }

  @Test
  void aTrialOfNoRunsCountsItsWarmingUp() {
    PairedRuns measured = of(0, new double[] {4}, new double[] {8});
    assertThat(measured.median("peer", Measurement::seconds)).isEqualTo(8);
  }

  @Test
  void theMedianOfAnEvenNumberLiesBetweenTheMiddleTwo() {
    PairedRuns measured = of(2, new double[] {0, 1, 4}, new double[] {0, 1, 1});
    assertThat(measured.median("ours", Measurement::seconds)).isEqualTo(2.5);
  }

  @Test
  void ratiosAreOfTheSameRound() {
    // Of medians it would be 2 / 10.
    PairedRuns measured = of(3, new double[] {0, 1, 2, 9}, new double[] {0, 10, 40, 3});
    assertThat(measured.medianRatio("ours", "peer", Measurement::seconds)).isEqualTo(0.1);
    assertThat(measured.medianRatios("ours", Measurement::rate)).isEqualTo(Map.of("peer", 10.0));
  }

  @Test
  void whatFailsLeavesNoRow() {
    PairedRuns measured = of(1, new double[] {0, 1}, new double[] {0, 1});
    measured.drop("peer");
    measured.add(2, List.of(measured("ours", 1)));
    assertThat(measured.medians(Measurement::seconds)).containsOnlyKeys("ours");
    assertThat(measured.medianRatios("ours", Measurement::rate)).isEmpty();
  }
}
