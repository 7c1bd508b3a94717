package io.assize.summary;

import io.assize.stats.Battles;
import io.assize.stats.BradleyTerry;
import io.assize.stats.FixedPoint;
import io.assize.stats.Pooling;
import io.assize.stats.Quantiles;
import io.assize.stats.Ranks;
import io.assize.stats.Resampling;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import scala.Tuple2;

/**
 * Bradley–Terry ratings of every level. Those over all games are fitted first; they are the prior
 * mean of each scenario's and group's (partial pooling), where there are enough levels to see how
 * far these lie from it.
 */
final class Ratings {
  /** Levels from which the spread about the whole can be estimated. */
  private static final int LEAST_LEVELS = 3;

  /** (5 Elo)²: levels never count as equal. */
  private static final double LEAST_VARIANCE = Math.pow(5 / BradleyTerry.ELO, 2);

  private static final FixedPoint FIXED = FixedPoint.CROSS;

  private final JavaSparkContext spark;
  private final JavaRDD<GameBlock> blocks;
  private final JavaRDD<LevelSums> levels;
  private final Broadcast<Names> names;
  private final Broadcast<Levels> tree;
  private final SummaryOptions options;

  Ratings(
      JavaSparkContext spark,
      JavaRDD<GameBlock> blocks,
      JavaRDD<LevelSums> levels,
      Broadcast<Names> names,
      Broadcast<Levels> tree,
      SummaryOptions options) {
    this.spark = spark;
    this.blocks = blocks;
    this.levels = levels;
    this.names = names;
    this.tree = tree;
    this.options = options;
  }

  /**
   * One level's ratings.
   *
   * @param strengths of those that have one
   * @param ranks places; null where none were asked for
   * @param games of every model, by its number
   * @param notes why the others have none
   */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  record Rated(
      String judge,
      String level,
      Strengths strengths,
      Ranks ranks,
      double[] games,
      Map<Integer, String> notes)
      implements Serializable {

    /** The numbers of the models that have a rating, rising. */
    int[] models() {
      return strengths.models;
    }

    /** θ with mean 0, {@code [models]}. */
    double[] strength() {
      return strengths.strength;
    }

    /** The covariance of θ. */
    double[][] covariance() {
      return strengths.covariance;
    }

    /** Replicates of θ, {@code [replicates][models]}; null: none were drawn. */
    double[][] replicates() {
      return strengths.replicates;
    }

    /** θ by model number, NaN without. */
    double[] spread(int count) {
      double[] all = new double[count];
      Arrays.fill(all, Double.NaN);
      for (int i = 0; i < models().length; i++) {
        all[models()[i]] = strength()[i];
      }
      return all;
    }

    /** A quantile of a model's replicates. */
    double quantile(int model, int anchor, double p) {
      double[][] replicates = replicates();
      double[] values = new double[replicates.length];
      for (int r = 0; r < values.length; r++) {
        values[r] = replicates[r][model] - (anchor < 0 ? 0 : replicates[r][anchor]);
      }
      Arrays.sort(values);
      return Quantiles.of(values, p);
    }
  }

  /** The rated models' strengths, as {@link Rated} tells them. */
  @SuppressWarnings("ArrayRecordComponent") // Numbers in bulk, never compared.
  record Strengths(int[] models, double[] strength, double[][] covariance, double[][] replicates)
      implements Serializable {
    private static final Strengths NONE =
        new Strengths(new int[0], new double[0], new double[0][], null);
  }

  /**
   * What a level's fit takes from the others.
   *
   * @param all the ratings over all games; null: this is they, or there is no pooling
   * @param spread of levels' strengths about those over all
   */
  record Pooled(Rated all, Pooling.Spread spread) implements Serializable {}

  /** Every level's ratings; as many as there are levels. */
  JavaRDD<Rated> fit() {
    Map<String, Rated> whole = wholes(null);
    Map<String, Pooled> pools = pools(whole);
    JavaPairRDD<Tuple2<String, String>, LongTable> cross = null;
    if (!levels
        .filter(l -> l.level.equals(Levels.ALL) && l.of(PairSums.class).recurs())
        .isEmpty()) {
      cross = cross(strengths(pools));
      whole = wholes(cross);
      pools = repooled(pools, whole);
    }
    Broadcast<Map<String, Pooled>> shared = spark.broadcast(pools);
    Broadcast<Names> all = names;
    SummaryOptions given = options;
    return keyed(levels)
        .leftOuterJoin(cross == null ? none() : cross)
        .map(
            pair -> {
              LevelSums sums = pair._2()._1();
              LongTable dependence = pair._2()._2().isPresent() ? pair._2()._2().get() : null;
              Pooled pooled = shared.value().get(key(sums));
              return rate(sums, all.value().of(sums.judge).size(), pooled, dependence, given, true);
            });
  }

  private JavaPairRDD<Tuple2<String, String>, LongTable> none() {
    return spark.<Tuple2<Tuple2<String, String>, LongTable>>emptyRDD().mapToPair(pair -> pair);
  }

  private static String key(LevelSums sums) {
    return sums.judge + "\u0000" + Levels.rank(sums.level);
  }

  private static JavaPairRDD<Tuple2<String, String>, LevelSums> keyed(JavaRDD<LevelSums> levels) {
    return levels.mapToPair(l -> new Tuple2<>(new Tuple2<>(l.judge, l.level), l));
  }

  /** Each judge's ratings over all games. */
  private Map<String, Rated> wholes(JavaPairRDD<Tuple2<String, String>, LongTable> cross) {
    Broadcast<Names> all = names;
    SummaryOptions given = options;
    Map<String, Rated> found = new TreeMap<>();
    keyed(levels.filter(l -> l.level.equals(Levels.ALL)))
        .leftOuterJoin(cross == null ? none() : cross)
        .map(
            pair -> {
              LevelSums sums = pair._2()._1();
              LongTable dependence = pair._2()._2().isPresent() ? pair._2()._2().get() : null;
              return rate(sums, all.value().of(sums.judge).size(), null, dependence, given, false);
            })
        .collect()
        .forEach(rated -> found.put(rated.judge(), rated));
    return found;
  }

  /** How far scenarios, and groups, lie from the whole: by judge and kind of level. */
  private Map<String, Pooled> pools(Map<String, Rated> whole) {
    Broadcast<Map<String, Rated>> shared = spark.broadcast(whole);
    Broadcast<Names> all = names;
    List<Tuple2<String, Pooling.Deviation>> found =
        levels
            .filter(l -> !l.level.equals(Levels.ALL))
            .map(
                l -> {
                  Rated rated = shared.value().get(l.judge);
                  int count = all.value().of(l.judge).size();
                  List<Integer> those = Arrays.stream(rated.models()).boxed().toList();
                  return new Tuple2<>(
                      l.judge + "\u0000" + l.level,
                      Pooling.Deviation.of(
                          l.of(PairSums.class).battles(count).among(those), rated.strength()));
                })
            .collect();
    Map<String, TreeMap<String, Pooling.Deviation>> byKind = new HashMap<>();
    for (Tuple2<String, Pooling.Deviation> one : found) {
      String[] parts = one._1().split("\u0000", 2);
      byKind
          .computeIfAbsent(parts[0] + "\u0000" + Levels.rank(parts[1]), k -> new TreeMap<>())
          .put(parts[1], one._2());
    }
    Map<String, Pooled> pools = new HashMap<>();
    byKind.forEach(
        (kind, deviations) -> {
          Rated rated = whole.get(kind.split("\u0000", 2)[0]);
          if (deviations.size() >= LEAST_LEVELS && rated.models().length > 1) {
            Pooling.Spread spread = Pooling.spread(deviations.values(), LEAST_VARIANCE);
            pools.put(kind, new Pooled(rated, spread));
          }
        });
    return pools;
  }

  private static Map<String, Pooled> repooled(Map<String, Pooled> pools, Map<String, Rated> whole) {
    Map<String, Pooled> again = new HashMap<>();
    pools.forEach(
        (kind, pooled) ->
            again.put(kind, new Pooled(whole.get(pooled.all().judge()), pooled.spread())));
    return again;
  }

  /** The strengths of every level, by judge and level. */
  private Map<Tuple2<String, String>, double[]> strengths(Map<String, Pooled> pools) {
    Broadcast<Map<String, Pooled>> shared = spark.broadcast(pools);
    Broadcast<Names> all = names;
    SummaryOptions given = options;
    Map<Tuple2<String, String>, double[]> found = new HashMap<>();
    levels
        .map(
            l -> {
              int count = all.value().of(l.judge).size();
              Rated rated = rate(l, count, shared.value().get(key(l)), null, given, false);
              return new Tuple2<>(new Tuple2<>(l.judge, l.level), rated.spread(count));
            })
        .collect()
        .forEach(pair -> found.put(pair._1(), pair._2()));
    return found;
  }

  /** What games that share a prompt add to each level's squared gradients. */
  private JavaPairRDD<Tuple2<String, String>, LongTable> cross(
      Map<Tuple2<String, String>, double[]> strengths) {
    Broadcast<Map<Tuple2<String, String>, double[]>> theta = spark.broadcast(strengths);
    Broadcast<Names> all = names;
    Broadcast<Levels> levelsOf = tree;
    SummaryOptions given = options;
    return blocks
        .mapPartitionsToPair(
            partition -> {
              Map<Tuple2<String, String>, LongTable> sums = new HashMap<>();
              partition.forEachRemaining(
                  block -> {
                    int[] number = all.value().of(block);
                    for (String level : levelsOf.value().of(block.scenario)) {
                      Tuple2<String, String> key = new Tuple2<>(block.judge, level);
                      LongTable sum = sums.computeIfAbsent(key, k -> new LongTable(1));
                      addCross(sum, block, number, theta.value().get(key), given);
                    }
                  });
              return sums.entrySet().stream()
                  .map(e -> new Tuple2<>(e.getKey(), e.getValue()))
                  .iterator();
            })
        .reduceByKey(LongTable::add);
  }

  private static void addCross(
      LongTable sum, GameBlock block, int[] number, double[] theta, SummaryOptions options) {
    for (int p = 0; p + 1 < block.prompts.length; p++) {
      if (block.prompts[p + 1] - block.prompts[p] > 1) {
        TreeMap<Integer, Double> gradient = new TreeMap<>();
        for (int i = block.prompts[p]; i < block.prompts[p + 1]; i++) {
          double score = Scores.of(block, i, options.outcomes());
          int x = number[block.x[i]];
          int y = number[block.y[i]];
          double r = score - BradleyTerry.logistic(theta[x] - theta[y]);
          if (!Double.isNaN(r)) {
            gradient.merge(x, r, Double::sum);
            gradient.merge(y, -r, Double::sum);
            addProduct(sum, x, x, -r * r);
            addProduct(sum, y, y, -r * r);
            addProduct(sum, Math.min(x, y), Math.max(x, y), r * r);
          }
        }
        gradient.forEach(
            (i, g) -> gradient.tailMap(i).forEach((j, h) -> addProduct(sum, i, j, g * h)));
      }
    }
  }

  private static void addProduct(LongTable sum, int i, int j, double product) {
    int at = sum.row(LongTable.key(i, j));
    sum.values()[at] += FIXED.of(product);
  }

  private static double[][] dependence(LongTable cross, int[] models) {
    double[][] m = new double[models.length][models.length];
    for (int i = 0; i < models.length; i++) {
      for (int j = i; j < models.length; j++) {
        int at = cross.find(LongTable.key(models[i], models[j]));
        m[i][j] = m[j][i] = at < 0 ? 0 : FIXED.value(cross.values()[at]);
      }
    }
    return m;
  }

  private static Rated rate(
      LevelSums sums,
      int count,
      Pooled pooled,
      LongTable cross,
      SummaryOptions options,
      boolean last) {
    Battles battles = sums.of(PairSums.class).battles(count);
    Map<Integer, String> notes = new TreeMap<>();
    List<Integer> rated =
        pooled == null
            ? Connected.rated(battles, notes)
            : Connected.pooled(battles, pooled.all().models(), notes);
    int[] models = rated.stream().mapToInt(Integer::intValue).toArray();
    if (models.length < 2) {
      return unrated(sums, battles, notes);
    }
    BradleyTerry.Prior prior = pooled == null ? null : prior(pooled, models);
    Battles among = battles.among(rated);
    double[][] dependence = cross == null ? null : dependence(cross, models);
    BradleyTerry.Fit fit;
    try {
      fit = BradleyTerry.fit(among, prior, dependence);
    } catch (IllegalArgumentException e) {
      rated.forEach(model -> notes.put(model, "not rated: " + e.getMessage()));
      return unrated(sums, battles, notes);
    }
    double[][] replicates = last ? replicates(among, fit, prior, cross, options) : null;
    double[][] covariance =
        replicates == null ? fit.covariance() : Resampling.covariance(replicates);
    return new Rated(
        sums.judge,
        sums.level,
        new Strengths(models, fit.strength(), covariance, replicates),
        last
            ? Ranks.of(
                fit.strength(), covariance, options.draws().replicates(), options.draws().seed())
            : null,
        battles.games(),
        notes);
  }

  private static Rated unrated(LevelSums sums, Battles battles, Map<Integer, String> notes) {
    return new Rated(sums.judge, sums.level, Strengths.NONE, null, battles.games(), notes);
  }

  private static double[][] replicates(
      Battles battles,
      BradleyTerry.Fit fit,
      BradleyTerry.Prior prior,
      LongTable cross,
      SummaryOptions options) {
    if (!options.draws().bootstrap()) {
      return null;
    }
    return cross == null
        ? Resampling.bootstrap(
            battles, fit, prior, options.draws().replicates(), options.draws().seed())
        : Resampling.multiplied(fit, options.draws().replicates(), options.draws().seed());
  }

  /** The whole's strengths as the prior mean of a level's models. */
  private static BradleyTerry.Prior prior(Pooled pooled, int[] models) {
    Rated all = pooled.all();
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < all.models().length; i++) {
      if (Arrays.binarySearch(models, all.models()[i]) >= 0) {
        places.add(i);
      }
    }
    int size = places.size();
    double[] mean = new double[size];
    double[][] covariance = new double[size][size];
    for (int i = 0; i < size; i++) {
      mean[i] = all.strength()[places.get(i)];
      for (int j = 0; j < size; j++) {
        covariance[i][j] = all.covariance()[places.get(i)][places.get(j)];
      }
    }
    return new BradleyTerry.Prior(
        mean,
        pooled.spread().variance(),
        Pooling.ofMean(covariance, pooled.spread()),
        pooled.spread().error());
  }
}
