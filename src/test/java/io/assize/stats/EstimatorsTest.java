package io.assize.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class EstimatorsTest {

  @Property(tries = 200)
  void clusteredVarianceIsThatOfClusterTotals(
      @ForAll @Size(min = 2, max = 12)
          List<@Size(min = 1, max = 5) List<@DoubleRange(max = 1) Double>> clusters) {
    ScoreSums sums = ScoreSums.NONE;
    double n = 0;
    double total = 0;
    for (List<Double> cluster : clusters) {
      double sum = cluster.stream().mapToDouble(Double::doubleValue).sum();
      double squares = cluster.stream().mapToDouble(x -> x * x).sum();
      sums = sums.plus(ScoreSums.cluster(cluster.size(), sum, squares, 0));
      n += cluster.size();
      total += sum;
    }
    double mean = total / n;
    double spread = 0;
    for (List<Double> cluster : clusters) {
      double off = cluster.stream().mapToDouble(x -> x - mean).sum();
      spread += off * off;
    }
    double g = clusters.size();
    assertThat(sums.variance()).isCloseTo(g / (g - 1) * spread / (n * n), within(1e-9));
    assertThat(sums.mirrored().mean()).isCloseTo(1 - sums.mean(), within(1e-12));
    assertThat(sums.mirrored().variance()).isCloseTo(sums.variance(), within(1e-9));
  }

  @Test
  void tenCopiesOfOnePromptsGamesAreWorthOne() {
    ScoreSums sums = ScoreSums.NONE;
    for (int prompt = 0; prompt < 50; prompt++) {
      double score = prompt % 2;
      sums = sums.plus(ScoreSums.cluster(10, 10 * score, 10 * score, 10));
    }
    WinRate clustered = WinRate.of(sums);
    WinRate once = WinRate.share(25, 50);
    assertThat(clustered.n()).isEqualTo(500);
    assertThat(clustered.high() - clustered.low())
        .isCloseTo(once.high() - once.low(), within(0.015));
  }

  @Test
  void aGraphInTwoPartsIsSeen() {
    Battles battles =
        Battles.of(
            5, new int[] {0, 1, 2, 3}, new int[] {1, 0, 3, 2}, new double[] {1, 1, 0.5, 0.5});
    assertThat(battles.components()).hasSize(2);
    assertThat(battles.components().get(0)).hasSize(2);
    assertThatThrownBy(() -> BradleyTerry.fit(battles.among(List.of(0, 1, 2, 3)), null))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aModelThatNeverLosesHasNoFiniteRating() {
    Battles battles =
        Battles.of(3, new int[] {0, 0, 1, 2}, new int[] {1, 2, 2, 1}, new double[] {1, 1, 1, 1});
    assertThat(battles.components()).hasSize(1);
    assertThat(battles.bounded()).containsExactly(1, 2);
  }

  @Property(tries = 50)
  void exchangingSidesChangesNoRating(@ForAll @IntRange(max = 1000) int seed) {
    Games games = Games.random(6, 200, seed);
    BradleyTerry.Fit one = BradleyTerry.fit(games.battles(), null);
    BradleyTerry.Fit other = BradleyTerry.fit(games.exchanged(), null);
    for (int i = 0; i < 6; i++) {
      assertThat(one.strength()[i]).isCloseTo(other.strength()[i], within(1e-9));
      assertThat(one.error(i)).isCloseTo(other.error(i), within(1e-9));
    }
  }

  @Test
  void aStrongPriorHoldsAThinScenarioAndAWeakOneLetsItGo() {
    Games games = Games.random(4, 60, 3);
    double[] mean = {0.3, 0.1, -0.1, -0.3};
    BradleyTerry.Fit held =
        BradleyTerry.fit(games.battles(), BradleyTerry.Prior.known(mean, 1e-8), null);
    BradleyTerry.Fit free =
        BradleyTerry.fit(games.battles(), BradleyTerry.Prior.known(mean, 1e8), null);
    BradleyTerry.Fit alone = BradleyTerry.fit(games.battles(), null);
    for (int i = 0; i < 4; i++) {
      assertThat(held.strength()[i]).isCloseTo(mean[i], within(1e-5));
      assertThat(free.strength()[i]).isCloseTo(alone.strength()[i], within(1e-5));
    }
  }

  @Test
  void ranksOfClearDifferencesAreSureAndOfNoneAreOpen() {
    double[] estimate = {1, 0, -1};
    double[][] sure = {{1e-4, 0, 0}, {0, 1e-4, 0}, {0, 0, 1e-4}};
    Ranks clear = Ranks.of(estimate, sure, 1000, 1);
    assertThat(clear.rank()).containsExactly(1, 2, 3);
    assertThat(clear.low()).containsExactly(1, 2, 3);
    assertThat(clear.high()).containsExactly(1, 2, 3);
    double[][] open = {{100, 0, 0}, {0, 100, 0}, {0, 0, 100}};
    Ranks blurred = Ranks.of(estimate, open, 1000, 1);
    assertThat(blurred.low()).containsExactly(1, 1, 1);
    assertThat(blurred.high()).containsExactly(3, 3, 3);
    // Three independent means: Tukey's studentised range at 95 %, 3.314 / √2.
    assertThat(Ranks.of(estimate, open, 200_000, 1).critical()).isCloseTo(2.3437, within(0.02));
  }

  @Test
  void ranksOfModelsThatShowNoDifferenceAreOpenHoweverLargeTheErrors() {
    for (double variance : new double[] {0, 1e-12, 1, 1e9}) {
      double[][] covariance = {{variance, 0, 0}, {0, variance, 0}, {0, 0, variance}};
      Ranks ranks = Ranks.of(new double[3], covariance, 1000, 1);
      assertThat(ranks.rank()).containsExactly(1, 1, 1);
      assertThat(ranks.high()).containsExactly(3, 3, 3);
    }
  }

  @Test
  void difficultyIsIntegratedOverTheStandardNormal() {
    // E σ(θ + ψγ) for θ = 1, ψ = 2, by adaptive quadrature (scipy.integrate.quad).
    double[] parameters = {1, 0, 2};
    double[] prior = LengthControl.posterior(parameters, new int[0], new double[0], null, 0);
    assertThat(Arrays.stream(prior).sum()).isCloseTo(1, within(1e-12));
    double mean = LengthControl.controlled(parameters, prior, 0, new double[3]);
    assertThat(mean).isCloseTo(0.6477264, within(1e-6));
  }

  @Test
  void lengthControlFindsWhatLengthDid() {
    // Preferences that follow length alone: at equal length, nobody is better.
    Draws draws = new Draws(5);
    int n = 4000;
    double[] t = new double[n];
    double[] y = new double[n];
    for (int i = 0; i < n; i++) {
      t[i] = Math.tanh(draws.normal() - 0.7);
      y[i] = draws.uniform() < BradleyTerry.logistic(-1.2 * t[i]) ? 1 : 0;
    }
    LengthControl.Fit fit =
        LengthControl.fit(
            1,
            false,
            parameters -> {
              LengthControl.Sums sums = LengthControl.Sums.of(1);
              for (int i = 0; i < n; i++) {
                LengthControl.add(
                    sums, parameters, new int[1], new double[] {y[i]}, new double[] {t[i]}, 1);
              }
              return sums;
            });
    double error = Math.sqrt(fit.covariances()[0][0][0]);
    assertThat(Math.abs(fit.parameters()[0])).isLessThan(3 * error);
    assertThat(fit.parameters()[1]).isCloseTo(-1.2, within(0.25));
    assertThat(Arrays.stream(y).average().orElseThrow()).isGreaterThan(0.6);
  }

  @Test
  void styleControlTellsStyleFromStrength() {
    Draws draws = new Draws(9);
    int n = 20_000;
    double[] theta = {0.5, 0, -0.5};
    int[] a = new int[n];
    int[] b = new int[n];
    double[] y = new double[n];
    double[][] z = new double[n][1];
    for (int i = 0; i < n; i++) {
      a[i] = draws.below(3);
      b[i] = (a[i] + 1 + draws.below(2)) % 3;
      // The weakest writes longest.
      z[i][0] = 0.5 * (a[i] - b[i]) + draws.normal();
      double eta = theta[a[i]] - theta[b[i]] + 0.8 * z[i][0];
      y[i] = draws.uniform() < BradleyTerry.logistic(eta) ? 1 : 0;
    }
    StyleControl.Fit fit =
        StyleControl.fit(
                3,
                1,
                parameters -> {
                  StyleControl.Sums sums = StyleControl.Sums.of(3, 1);
                  for (int i = 0; i < n; i++) {
                    sums.add(parameters, a[i], b[i], y[i], z[i]);
                  }
                  return sums;
                })
            .orElseThrow();
    double[] truth = {0.5, 0, -0.5, 0.8};
    for (int i = 0; i < 4; i++) {
      double error = Math.sqrt(fit.covariance()[i][i]);
      assertThat(error).isBetween(0.005, 0.05);
      assertThat(fit.parameters()[i]).isCloseTo(truth[i], within(3.5 * error));
    }
  }

  @Test
  void aPlanNarrowsTheBoardMoreThanEvenGames() {
    Games games = Games.random(8, 400, 4);
    BradleyTerry.Fit fit = BradleyTerry.fit(games.battles(), null);
    long[][] plan = SamplePlan.pairs(fit.strength(), fit.covariance(), 280, 40);
    long given = Arrays.stream(plan).flatMapToLong(Arrays::stream).sum();
    assertThat(given).isEqualTo(280);
    long[][] even = new long[8][8];
    for (int i = 0; i < 8; i++) {
      for (int j = i + 1; j < 8; j++) {
        even[i][j] = 10;
      }
    }
    assertThat(left(fit, plan)).isLessThan(left(fit, even)).isPositive();
    assertThat(left(fit, even))
        .isLessThan(SamplePlan.uncertainty(fit.strength(), fit.covariance()));
    assertThat(SamplePlan.scores(0.1, 0.25, 1)).isEqualTo(385);
    assertThat(SamplePlan.scores(0.1, 0.25, 2)).isEqualTo(769);
  }

  private static double left(BradleyTerry.Fit fit, long[][] plan) {
    return SamplePlan.uncertainty(
        fit.strength(), SamplePlan.after(fit.strength(), fit.covariance(), plan));
  }

  @Test
  void styleIsCounted() {
    Style style = Style.of("# Title\n\n- one **bold** word\n  2) two __bolder__\nno # header\n*");
    assertThat(style).isEqualTo(new Style(13, 62, 1, 2, 2));
    assertThat(Style.of(null)).isEqualTo(new Style(0, 0, 0, 0, 0));
    assertThat(Style.of("a\uD83D\uDE42b").characters()).isEqualTo(3);
  }

  @Property
  void wordsOfAStyleAreTheLengthBaselines(@ForAll String text) {
    assertThat(Style.of(text).words()).isEqualTo(LengthBaseline.words(text));
    assertThat(Style.of(text).characters()).isEqualTo(text.codePointCount(0, text.length()));
  }

  @Test
  void calibrationErrorIsTheMeanGap() {
    Calibration calibration = Calibration.empty();
    for (int i = 0; i < 10; i++) {
      calibration.add(0.85, i < 6 ? 1 : 0);
      calibration.add(0.25, i < 2 ? 1 : 0);
    }
    assertThat(calibration.n()).isEqualTo(20);
    assertThat(calibration.error()).isCloseTo((0.25 + 0.05) / 2, within(1e-12));
  }

  @Test
  void correlationsAreThoseOfScipy() {
    // scipy.stats.pearsonr, spearmanr, kendalltau of these.
    Correlation c =
        Correlation.of(new double[] {1, 2, 3, 4, 5, 5}, new double[] {2, 1, 4, 3, 7, 6});
    assertThat(c.pearson()).isCloseTo(0.8635115, within(1e-6));
    assertThat(c.spearman()).isCloseTo(0.8696566, within(1e-6));
    assertThat(c.kendall()).isCloseTo(0.6900656, within(1e-6));
  }

  /** Games of models whose strengths fall evenly from 0.6 to −0.6. */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  private record Games(int models, int[] a, int[] b, double[] scores) {
    static Games random(int models, int count, long seed) {
      Draws draws = new Draws(seed);
      int[] a = new int[count];
      int[] b = new int[count];
      double[] scores = new double[count];
      for (int i = 0; i < count; i++) {
        a[i] = draws.below(models);
        b[i] = (a[i] + 1 + draws.below(models - 1)) % models;
        double p = BradleyTerry.logistic(1.2 * (b[i] - a[i]) / (models - 1));
        scores[i] = draws.uniform() < 0.15 ? 0.5 : draws.uniform() < p ? 1 : 0;
      }
      return new Games(models, a, b, scores);
    }

    Battles battles() {
      return Battles.of(models, a, b, scores);
    }

    Battles exchanged() {
      return Battles.of(models, b, a, Arrays.stream(scores).map(s -> 1 - s).toArray());
    }
  }
}
