package io.assize.summary;

import io.assize.spark.base.Kept;
import io.assize.table.TableStore;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import scala.Tuple2;

/**
 * All summary tables of verdicts and their corpus. Verdicts become blocks of games, prompt by
 * prompt, and these the sums that the tables ask for of each level ({@link LevelSums}); the tables
 * are made of the latter. A table for which there are no verdicts (ratings of a pairwise run, say)
 * is written empty.
 */
public final class SummaryTables {
  public static final String WIN_RATES = "win_rates";
  public static final String WIN_RATE_DIFFERENCES = "win_rate_differences";
  public static final String RATINGS = "ratings";
  public static final String RATING_DIFFERENCES = "rating_differences";
  public static final String AGREEMENT = "agreement";
  public static final String JUDGE_QUALITY = "judge_quality";
  public static final String CALIBRATION = "calibration";
  public static final String CORRECTED_WIN_RATES = "corrected_win_rates";
  public static final String COEFFICIENTS = "coefficients";
  public static final String CORRELATIONS = "correlations";
  public static final String JURY_AGREEMENT = "jury_agreement";
  public static final String JUDGE_LEAN = "judge_lean";
  public static final String SYSTEM_RANKING = "system_ranking";
  public static final String BEST_OF_N = "best_of_n";
  public static final String LEFT_OUT = "left_out";
  public static final String SCORE_DISTRIBUTIONS = "score_distributions";

  private static final int AT_ONCE = 4;

  /** Every table. */
  public static final List<SummaryTable> ALL =
      List.of(
          new WinRateTable(),
          new WinRateDifferenceTable(),
          new RatingTable(),
          new RatingDifferenceTable(),
          new AgreementTable(),
          new JudgeQualityTable(),
          new CalibrationTable(),
          new CorrectedWinRateTable(),
          new CoefficientTable(),
          new CorrelationTable(),
          new JuryAgreementTable(),
          new JudgeLeanTable(),
          new SystemRankingTable(),
          new LeftOutTable(),
          new ScoreDistributionTable(),
          new BestOfNTable());

  private final SparkSession spark;
  private final Levels tree;
  private final SummaryOptions options;
  private final Map<String, Double> reference;
  private final Consumer<String> progress;
  private SummaryInput input;
  private List<SummaryTable> wanted = ALL;

  /** What was fitted of each judge. */
  private record Controls(
      Map<String, LengthControlled> length, Map<String, StyleControlled> style) {}

  /**
   * @param verdicts the table of verdicts
   * @param corpus the rows they are about: sample_id, scenario and the columns of a pairwise
   *     corpus, of a single one, or of both
   * @param groups scenario → group
   * @param reference ratings from elsewhere to correlate with, model → rating; may be empty
   * @param progress takes a line for each step
   */
  public SummaryTables(
      Dataset<Row> verdicts,
      Dataset<Row> corpus,
      Map<String, String> groups,
      SummaryOptions options,
      Map<String, Double> reference,
      Consumer<String> progress) {
    this.spark = verdicts.sparkSession();
    this.input = new SummaryInput(verdicts, corpus, null);
    this.tree = new Levels(new HashMap<>(groups));
    this.options = options;
    this.reference = new HashMap<>(reference);
    this.progress = progress;
  }

  /**
   * Makes known which rows were set aside before they were judged.
   *
   * @param rows the corpus's columns, as far as they are known, and {@code reason}
   */
  public SummaryTables without(Dataset<Row> rows) {
    this.input = new SummaryInput(input.verdicts(), input.corpus(), rows);
    return this;
  }

  /** The same, of other tables than {@link #ALL}. */
  SummaryTables of(List<SummaryTable> others) {
    this.wanted = List.copyOf(others);
    return this;
  }

  /** Writes every table. */
  public void writeTo(TableStore tables) {
    try (Kept kept = new Kept()) {
      Summary summary = summary(kept, kept.keep(input.blocks()));
      step("tables", () -> write(tables, summary));
    }
  }

  /**
   * How many games a wanted precision needs, and which.
   *
   * @param width of a win rate's interval, above 0
   * @param games to be given away
   */
  public SamplePlans plan(double width, long games) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    try (Kept kept = new Kept()) {
      JavaRDD<GameBlock> blocks = kept.keep(input.blocks());
      Broadcast<Names> names = context.broadcast(Names.of(blocks));
      List<LevelSums> wholes =
          new ArrayList<>(wholes(levels(context, blocks, names, List.of(new PairSums()))));
      wholes.sort(Comparator.comparing(l -> l.judge));
      return SamplePlans.of(wholes, names.value(), width, games);
    }
  }

  private static List<LevelSums> wholes(JavaRDD<LevelSums> levels) {
    return levels.filter(l -> l.level.equals(Levels.ALL)).collect();
  }

  private Summary summary(Kept kept, JavaRDD<GameBlock> blocks) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<Names> names = context.broadcast(step("games", () -> Names.of(blocks)));
    JavaRDD<LevelSums> levels =
        step("sums", () -> computed(kept.keep(levels(context, blocks, names, kinds()))));
    List<LevelSums> wholes = wholes(levels);
    Broadcast<Levels> shared = context.broadcast(tree);
    JavaRDD<Ratings.Rated> rated =
        step(
            "ratings",
            () ->
                computed(
                    kept.keep(new Ratings(context, blocks, levels, names, shared, options).fit())));
    Controls controls = step("length and style", () -> controls(blocks, wholes, names, rated));
    LeftOut leftOut =
        step("left out", () -> input.leftOut(names.value(), tree, options.outcomes()));
    MeanRatings ratings = step("mean ratings", () -> MeanRatings.of(input.ratings(), tree));
    Fits fits =
        new Fits(
            names.value(),
            controls.length,
            controls.style,
            leftOut,
            reference,
            OwnFamilies.byOthers(wholes, names.value(), options),
            ratings,
            ratedOnly(ratings, levels),
            options);
    // In one partition and in order, which every table of them then has: tables are small beside
    // what they are made of.
    JavaRDD<LevelSums> ordered = levels.sortBy(l -> Levels.key(l.judge, l.level), true, 1);
    JavaRDD<Ratings.Rated> orderedRatings =
        rated.sortBy(r -> Levels.key(r.judge(), r.level()), true, 1);
    JavaRDD<Level> both =
        kept.keep(ordered.zip(orderedRatings).map(pair -> new Level(pair._1(), pair._2())));
    return new Summary(spark, both, context.broadcast(fits), input, tree);
  }

  private static List<MeanRatings.Key> ratedOnly(MeanRatings ratings, JavaRDD<LevelSums> levels) {
    TreeSet<MeanRatings.Key> keys = new TreeSet<>(ratings.levels());
    levels
        .map(level -> new MeanRatings.Key(level.judge, level.level))
        .collect()
        .forEach(keys::remove);
    return List.copyOf(keys);
  }

  private static <T> JavaRDD<T> computed(JavaRDD<T> kept) {
    kept.count();
    return kept;
  }

  /** A part of each kind that the tables ask for; ratings are made of scores by pair. */
  private List<Sums<?>> kinds() {
    Map<Class<?>, Sums<?>> kinds = new LinkedHashMap<>();
    kinds.put(PairSums.class, new PairSums());
    for (SummaryTable table : wanted) {
      if (table instanceof LevelTable<?> levels) {
        levels.sums().forEach(part -> kinds.putIfAbsent(part.getClass(), part));
      }
    }
    return List.copyOf(kinds.values());
  }

  private JavaRDD<LevelSums> levels(
      JavaSparkContext context,
      JavaRDD<GameBlock> blocks,
      Broadcast<Names> names,
      List<Sums<?>> kinds) {
    Broadcast<Levels> shared = context.broadcast(tree);
    SummaryOptions given = options;
    return blocks
        .mapPartitionsToPair(
            partition -> {
              Map<Tuple2<String, String>, LevelSums> sums = new HashMap<>();
              partition.forEachRemaining(
                  block ->
                      sums.computeIfAbsent(
                              new Tuple2<>(block.judge, block.scenario),
                              key -> new LevelSums(key._1(), key._2(), kinds))
                          .add(
                              block,
                              names.value().of(block),
                              names.value().of(block.judge).size(),
                              given));
              return pairs(sums);
            })
        .reduceByKey(LevelSums::add)
        .mapPartitionsToPair(
            partition -> {
              Map<Tuple2<String, String>, LevelSums> sums = new HashMap<>();
              partition.forEachRemaining(
                  pair -> {
                    for (String level : shared.value().of(pair._2().level)) {
                      sums.computeIfAbsent(
                              new Tuple2<>(pair._1()._1(), level),
                              key -> new LevelSums(key._1(), key._2(), kinds))
                          .add(pair._2());
                    }
                  });
              return pairs(sums);
            })
        .reduceByKey(LevelSums::add)
        .values();
  }

  private static Iterator<Tuple2<Tuple2<String, String>, LevelSums>> pairs(
      Map<Tuple2<String, String>, LevelSums> sums) {
    return sums.entrySet().stream().map(e -> new Tuple2<>(e.getKey(), e.getValue())).iterator();
  }

  /** Fits what varies with length and style, for each judge. */
  private Controls controls(
      JavaRDD<GameBlock> blocks,
      List<LevelSums> wholes,
      Broadcast<Names> names,
      JavaRDD<Ratings.Rated> rated) {
    Controls controls = new Controls(new TreeMap<>(), new TreeMap<>());
    Map<String, int[]> models = new HashMap<>();
    rated
        .filter(r -> r.level().equals(Levels.ALL))
        .collect()
        .forEach(r -> models.put(r.judge(), r.models()));
    for (LevelSums all : wholes) {
      String judge = all.judge;
      int baseline = LengthControlled.baseline(all, names.value().of(judge), options);
      if (baseline >= 0) {
        controls.length.put(
            judge, LengthControlled.fit(blocks, judge, baseline, names, tree, options));
      }
      StyleControlled fit =
          options.styleControl()
              ? StyleControlled.fit(blocks, judge, models.get(judge), names, options)
              : null;
      if (fit != null) {
        controls.style.put(judge, fit);
      }
    }
    return controls;
  }

  private Void write(TableStore tables, Summary summary) {
    together(
        wanted.stream()
            .<Runnable>map(
                table -> () -> tables.writeWithCsv(table.rows(summary), table.table().name()))
            .toList());
    return null;
  }

  /** Small tables take longer to plan than to write: some are written at once. */
  private static void together(List<Runnable> writes) {
    ExecutorService pool = Executors.newFixedThreadPool(AT_ONCE);
    try {
      CompletableFuture.allOf(
              writes.stream()
                  .map(write -> CompletableFuture.runAsync(write, pool))
                  .toArray(CompletableFuture[]::new))
          .join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } finally {
      pool.shutdown();
    }
  }

  private <T> T step(String name, Supplier<T> work) {
    long start = System.nanoTime();
    T result = work.get();
    progress.accept(
        String.format(
            Locale.ROOT, "summarised: %s in %.1f s", name, (System.nanoTime() - start) / 1e9));
    return result;
  }
}
