package io.assize.summary;

import io.assize.stats.BradleyTerry;
import io.assize.stats.Intervals;
import java.util.Arrays;

/**
 * A level's ratings on Elo's scale: the mean of all is 1000, or one model, the anchor, has 1000.
 * Models are told by their places among the rated ones.
 */
final class Standing {
  private static final double MEAN = 1000;
  private static final double LOW = 0.025;
  private static final double HIGH = 0.975;

  private final Ratings.Rated rated;
  private final StyleControlled style;

  /** The anchor's place; −1: none. */
  private final int anchor;

  /** Of a level; ratings beside style are over all only. */
  Standing(Level level, Fits fits) {
    this.rated = level.rated();
    this.style = level.isAll() ? fits.style().get(level.judge()) : null;
    String name = fits.options().anchor();
    int number = name == null ? -1 : fits.names(level).indexOf(name);
    this.anchor = Math.max(-1, Arrays.binarySearch(rated.models(), number));
  }

  Ratings.Rated rated() {
    return rated;
  }

  double rating(int model) {
    return elo(strength(model));
  }

  private double strength(int model) {
    return rated.strength()[model] - (anchor < 0 ? 0 : rated.strength()[anchor]);
  }

  double low(int model) {
    return elo(
        rated.replicates() == null
            ? strength(model) - Intervals.Z * strengthError(model)
            : rated.quantile(model, anchor, LOW));
  }

  double high(int model) {
    return elo(
        rated.replicates() == null
            ? strength(model) + Intervals.Z * strengthError(model)
            : rated.quantile(model, anchor, HIGH));
  }

  /** The standard error of a rating, of its difference to the anchor where there is one. */
  double error(int model) {
    return BradleyTerry.ELO * strengthError(model);
  }

  private double strengthError(int model) {
    return Math.sqrt(Math.max(0, variance(model, anchor)));
  }

  private double variance(int i, int j) {
    double[][] c = rated.covariance();
    return j < 0 ? c[i][i] : c[i][i] + c[j][j] - 2 * c[i][j];
  }

  /** The better one's rating less the other's. */
  double difference(int better, int other) {
    return BradleyTerry.ELO * (rated.strength()[better] - rated.strength()[other]);
  }

  /** The standard error of a difference. */
  double error(int better, int other) {
    return BradleyTerry.ELO * Math.sqrt(Math.max(0, variance(better, other)));
  }

  /** The rating beside coefficients of style; null: none. */
  Double styled(int model) {
    int at = styledPlace(model);
    if (at < 0) {
      return null;
    }
    int zero = styledAnchor();
    return elo(style.parameters()[at] - (zero < 0 ? 0 : style.parameters()[zero]));
  }

  /** Its standard error; null: none. */
  Double styledError(int model) {
    int at = styledPlace(model);
    return at < 0
        ? null
        : (Double) (BradleyTerry.ELO * Math.sqrt(style.variance(at, styledAnchor())));
  }

  private int styledPlace(int model) {
    return style == null ? -1 : Arrays.binarySearch(style.models(), rated.models()[model]);
  }

  private int styledAnchor() {
    return anchor < 0 ? -1 : styledPlace(anchor);
  }

  private static double elo(double strength) {
    return MEAN + BradleyTerry.ELO * strength;
  }
}
