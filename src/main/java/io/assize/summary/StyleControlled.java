package io.assize.summary;

import io.assize.stats.FixedPoint;
import io.assize.stats.StyleControl;
import java.io.Serializable;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.broadcast.Broadcast;

/**
 * One judge's ratings beside coefficients of style, over all its games. Each iteration is one pass
 * over the blocks, on the executors.
 *
 * @param models the numbers of the rated models
 * @param features which of {@link #FEATURES} vary
 * @param parameters θ with mean 0, then the coefficients
 * @param covariance of the parameters
 */
@SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
record StyleControlled(int[] models, int[] features, double[] parameters, double[][] covariance)
    implements Serializable {
  static final List<String> FEATURES = List.of("length", "headers", "lists", "bold");
  private static final FixedPoint SCALE = FixedPoint.RATES;

  /**
   * Fits; null where no feature varies, or the games do not tell models and style apart.
   *
   * @param rated the models that have ratings
   */
  static StyleControlled fit(
      JavaRDD<GameBlock> blocks,
      String judge,
      int[] rated,
      Broadcast<Names> names,
      SummaryOptions options) {
    JavaRDD<GameBlock> games = blocks.filter(block -> block.judge.equals(judge));
    double[] scale = scale(games, options);
    int[] features = IntStream.range(0, scale.length).filter(f -> scale[f] > 0).toArray();
    if (features.length == 0 || rated.length < 2) {
      return null;
    }
    int[] place = new int[names.value().of(judge).size()];
    Arrays.fill(place, -1);
    for (int i = 0; i < rated.length; i++) {
      place[rated[i]] = i;
    }
    return StyleControl.fit(
            rated.length,
            features.length,
            at -> pass(games, names, place, features, scale, at, options))
        .map(fit -> new StyleControlled(rated, features, fit.parameters(), fit.covariance()))
        .orElse(null);
  }

  /** The root mean square of each feature; 0 where it never differs. */
  private static double[] scale(JavaRDD<GameBlock> games, SummaryOptions options) {
    long[] sums =
        games
            .mapPartitions(
                partition -> {
                  long[] sum = new long[GameBlock.STYLES + 1];
                  partition.forEachRemaining(block -> addSquares(sum, block, options));
                  return List.of(sum).iterator();
                })
            .fold(new long[GameBlock.STYLES + 1], StyleControlled::plus);
    double[] scale = new double[GameBlock.STYLES];
    for (int f = 0; f < scale.length; f++) {
      scale[f] = Math.sqrt(SCALE.value(sums[f]) / Math.max(1, sums[GameBlock.STYLES]));
    }
    return scale;
  }

  private static void addSquares(long[] sum, GameBlock block, SummaryOptions options) {
    for (int i = 0; i < block.games(); i++) {
      if (!Double.isNaN(Scores.of(block, i, options.outcomes()))) {
        for (int f = 0; f < GameBlock.STYLES; f++) {
          double z = block.styles[i * GameBlock.STYLES + f];
          sum[f] += SCALE.of(z * z);
        }
        sum[GameBlock.STYLES]++;
      }
    }
  }

  private static long[] plus(long[] a, long[] b) {
    long[] sum = a.clone();
    for (int i = 0; i < sum.length; i++) {
      sum[i] += b[i];
    }
    return sum;
  }

  private static StyleControl.Sums pass(
      JavaRDD<GameBlock> games,
      Broadcast<Names> names,
      int[] place,
      int[] features,
      double[] scale,
      double[] parameters,
      SummaryOptions options) {
    int models = parameters.length - features.length;
    return games
        .mapPartitions(
            partition -> {
              StyleControl.Sums sums = StyleControl.Sums.of(models, features.length);
              double[] z = new double[features.length];
              partition.forEachRemaining(
                  block -> {
                    int[] number = names.value().of(block);
                    for (int i = 0; i < block.games(); i++) {
                      double score = Scores.of(block, i, options.outcomes());
                      int x = place[number[block.x[i]]];
                      int y = place[number[block.y[i]]];
                      if (!Double.isNaN(score) && x >= 0 && y >= 0) {
                        for (int f = 0; f < z.length; f++) {
                          int feature = features[f];
                          z[f] = block.styles[i * GameBlock.STYLES + feature] / scale[feature];
                        }
                        sums.add(parameters, x, y, score, z);
                      }
                    }
                  });
              return List.of(sums).iterator();
            })
        // In two steps: with many models the sums of all partitions are too much for the driver.
        .treeReduce(StyleControl.Sums::add);
  }

  double coefficient(int feature) {
    return parameters[models.length + feature];
  }

  double error(int feature) {
    int at = models.length + feature;
    return Math.sqrt(Math.max(0, covariance[at][at]));
  }

  /** The variance of a model's θ, or of its difference to another's (−1: none). */
  double variance(int i, int j) {
    double[][] c = covariance;
    return Math.max(0, j < 0 ? c[i][i] : c[i][i] + c[j][j] - 2 * c[i][j]);
  }
}
