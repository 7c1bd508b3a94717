package io.assize.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.TreeMap;
import java.util.stream.DoubleStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class StatsTest {

  @Test
  void wilsonIntervalIsThatOfNewcombe1998() {
    // Newcombe 1998, table I, method 3: 81 of 263 gives 0.2553 to 0.3662; 0 of 20 gives 0 to
    // 0.1611.
    WinRate some = WinRate.of(263, 81, 81, 263);
    assertThat(some.low()).isCloseTo(0.2553, within(5e-5));
    assertThat(some.high()).isCloseTo(0.3662, within(5e-5));
    WinRate none = WinRate.of(20, 0, 0, 20);
    assertThat(none.low()).isZero();
    assertThat(none.high()).isCloseTo(0.1611, within(5e-5));
  }

  @Test
  void softScoresGetStudentsInterval() {
    // Mean 0.5, sd 0.25820 (n - 1), t(3, 0.975) = 3.18245.
    WinRate rate = WinRate.of(4, 2.0, 0.04 + 0.16 + 0.36 + 0.64, 0);
    assertThat(rate.standardError()).isCloseTo(0.1290994, within(1e-6));
    assertThat(rate.low()).isCloseTo(0.5 - 3.182446 * 0.1290994, within(1e-6));
    assertThat(rate.high()).isCloseTo(0.5 + 3.182446 * 0.1290994, within(1e-6));
  }

  @Test
  void tiesAloneLeaveTheWinRateOpen() {
    WinRate rate = WinRate.of(4, 2.0, 1.0, 4);
    assertThat(rate.standardError()).isZero();
    assertThat(rate.low()).isCloseTo(0.1500, within(5e-5));
    assertThat(rate.high()).isCloseTo(0.8500, within(5e-5));
  }

  @Test
  void oneSoftScoreHasNoError() {
    WinRate rate = WinRate.of(1, 0.7, 0.49, 0);
    assertThat(rate.rate()).isEqualTo(0.7);
    assertThat(rate.standardError()).isNaN();
    assertThat(rate.low()).isNaN();
  }

  @Test
  void noScoreHasNoRate() {
    assertThatThrownBy(() -> WinRate.of(0, 0, 0, 0)).isInstanceOf(IllegalArgumentException.class);
  }

  @Property
  void swappingTheSidesMirrorsTheInterval(
      @ForAll @Size(min = 2, max = 40) List<@IntRange(max = 2) Integer> halves) {
    WinRate mine = of(halves.stream().mapToDouble(h -> h / 2.0).toArray());
    WinRate theirs = of(halves.stream().mapToDouble(h -> 1 - h / 2.0).toArray());
    assertThat(mine.rate()).isCloseTo(1 - theirs.rate(), within(1e-12));
    assertThat(mine.low()).isCloseTo(1 - theirs.high(), within(1e-9));
    assertThat(mine.high()).isCloseTo(1 - theirs.low(), within(1e-9));
    assertThat(mine.standardError()).isCloseTo(theirs.standardError(), within(1e-9));
  }

  @Property
  void theIntervalHoldsTheRate(
      @ForAll @Size(min = 2, max = 40) List<@DoubleRange(max = 1) Double> scores) {
    WinRate rate = of(scores.stream().mapToDouble(Double::doubleValue).toArray());
    assertThat(rate.low()).isBetween(0.0, rate.rate() + 1e-12);
    assertThat(rate.high()).isBetween(rate.rate() - 1e-12, 1.0);
  }

  @Test
  void kappaIsCohens() {
    // Observed 0.7; by chance 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
    assertThat(Kappa.of(new long[][] {{20, 5}, {10, 15}})).isCloseTo(0.4, within(1e-12));
    assertThat(Kappa.of(new long[][] {{5, 0}, {0, 5}})).isEqualTo(1.0);
    assertThat(Kappa.of(new long[][] {{7, 0}, {0, 0}})).isNaN();
  }

  @Property
  void kappaDoesNotCareWhoIsFirst(
      @ForAll @Size(9) List<@IntRange(min = 1, max = 50) Integer> cells) {
    long[][] one = new long[3][3];
    long[][] other = new long[3][3];
    for (int i = 0; i < 9; i++) {
      one[i / 3][i % 3] = cells.get(i);
      other[i % 3][i / 3] = cells.get(i);
    }
    assertThat(Kappa.of(one)).isCloseTo(Kappa.of(other), within(1e-12));
  }

  @Test
  void scoreDistributionHasType7Quantiles() {
    TreeMap<Double, Long> counts = new TreeMap<>();
    counts.put(2.0, 1L);
    counts.put(4.5, 2L);
    counts.put(9.0, 1L);
    ScoreDistribution d = ScoreDistribution.of(counts, true);
    // numpy.quantile([2, 4.5, 4.5, 9], [.1, .25, .5, .75, .9])
    assertThat(List.of(d.p10(), d.p25(), d.p50(), d.p75(), d.p90()))
        .usingElementComparator((a, b) -> Math.abs(a - b) < 1e-12 ? 0 : Double.compare(a, b))
        .containsExactly(2.75, 3.875, 4.5, 5.625, 7.65);
    assertThat(d.mean()).isEqualTo(5.0);
    assertThat(d.sd()).isCloseTo(2.91547594742265, within(1e-12));
    assertThat(d.histogram()).containsExactly(0L, 1L, 0L, 0L, 2L, 0L, 0L, 0L, 1L, 0L);
    assertThat(ScoreDistribution.of(counts, false).histogram()).isEmpty();
  }

  @Test
  void lengthIsCountedInWords() {
    assertThat(LengthBaseline.words(null)).isZero();
    assertThat(LengthBaseline.words(" one\ttwo\nthree ")).isEqualTo(3);
    assertThat(LengthBaseline.compare(100, 95, 0.05)).isZero();
    assertThat(LengthBaseline.compare(100, 94, 0.05)).isPositive();
    assertThat(LengthBaseline.compare(94, 100, 0.05)).isNegative();
    assertThat(LengthBaseline.compare(0, 0, 0.05)).isZero();
  }

  private static WinRate of(double... scores) {
    long decisions = DoubleStream.of(scores).filter(s -> 4 * s == Math.rint(4 * s)).count();
    return WinRate.of(
        scores.length,
        DoubleStream.of(scores).sum(),
        DoubleStream.of(scores).map(s -> s * s).sum(),
        decisions);
  }
}
