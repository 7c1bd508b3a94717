package io.assize.stats;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * How ratings, from 1 to 10 or on a scale of their own, are distributed.
 *
 * @param n ratings
 * @param sd with n − 1 in the variance; NaN below two
 * @param p10 quantiles by linear interpolation (Hyndman &amp; Fan 1996, type 7)
 * @param histogram counts of ratings 1…10, a half going up, {@code [10]}; empty on another scale
 */
public record ScoreDistribution(
    long n,
    double mean,
    double sd,
    double p10,
    double p25,
    double p50,
    double p75,
    double p90,
    List<Long> histogram) {

  /**
   * From counts by rating; at least one.
   *
   * @param oneToTen whether the scale is 1…10
   */
  public static ScoreDistribution of(SortedMap<Double, Long> counts, boolean oneToTen) {
    long n = 0;
    double sum = 0;
    for (Map.Entry<Double, Long> entry : counts.entrySet()) {
      n += entry.getValue();
      sum += entry.getKey() * entry.getValue();
    }
    double mean = sum / n;
    double squares = 0;
    for (Map.Entry<Double, Long> entry : counts.entrySet()) {
      squares += (entry.getKey() - mean) * (entry.getKey() - mean) * entry.getValue();
    }
    return new ScoreDistribution(
        n,
        mean,
        n < 2 ? Double.NaN : Math.sqrt(squares / (n - 1)),
        quantile(counts, n, 0.10),
        quantile(counts, n, 0.25),
        quantile(counts, n, 0.50),
        quantile(counts, n, 0.75),
        quantile(counts, n, 0.90),
        oneToTen ? histogram(counts) : List.of());
  }

  private static List<Long> histogram(SortedMap<Double, Long> counts) {
    Long[] histogram = new Long[10];
    Arrays.fill(histogram, 0L);
    for (Map.Entry<Double, Long> entry : counts.entrySet()) {
      int bin = (int) Math.floor(entry.getKey() + 0.5);
      histogram[Math.min(10, Math.max(1, bin)) - 1] += entry.getValue();
    }
    return List.of(histogram);
  }

  private static double quantile(SortedMap<Double, Long> counts, long n, double p) {
    double place = (n - 1) * p;
    double below = at(counts, (long) Math.floor(place));
    double above = at(counts, (long) Math.ceil(place));
    return below + (place - Math.floor(place)) * (above - below);
  }

  /** The rating at a place of the sorted list, from 0. */
  private static double at(SortedMap<Double, Long> counts, long place) {
    long seen = 0;
    for (Map.Entry<Double, Long> entry : counts.entrySet()) {
      seen += entry.getValue();
      if (place < seen) {
        return entry.getKey();
      }
    }
    return counts.lastKey();
  }
}
