package io.assize.summary;

import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.when;
import static org.apache.spark.sql.functions.xxhash64;

import io.assize.storage.Kept;
import io.assize.verdict.Outcomes;
import io.assize.verdict.TableStore;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.Tuple2;

/**
 * All summary tables of verdicts and their corpus. Verdicts become blocks of games, prompt by
 * prompt, and these the sufficient statistics of each level ({@code LevelSums}); the tables are
 * made of the latter. A table for which there are no verdicts (ratings of a pairwise run, say) is
 * written empty.
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
  public static final String LEFT_OUT = "left_out";
  public static final String SCORE_DISTRIBUTIONS = "score_distributions";

  private static final List<String> PAIR_COLUMNS =
      List.of("prompt", "model_a", "model_b", "response_a", "response_b", "label");

  private static final List<String> LEFT_OUT_COLUMNS =
      List.of("scenario", "model_a", "model_b", "model", "reason");

  private static final int AT_ONCE = 4;

  private final SparkSession spark;
  private final Dataset<Row> verdicts;
  private final Dataset<Row> corpus;
  private final Levels tree;
  private final SummaryOptions options;
  private final Map<String, Double> reference;
  private final Consumer<String> progress;
  private Dataset<Row> setAside;

  /** What was fitted of each judge. */
  private record Controls(Map<String, LengthControlled> length, Map<String, StyleControlled> style)
      implements Serializable {}

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
    this.verdicts = verdicts;
    this.corpus = corpus;
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
    this.setAside = rows;
    return this;
  }

  /** Writes every table. */
  public void writeTo(TableStore tables) {
    try (Kept kept = new Kept()) {
      writePairs(tables, kept, kept.keep(blocks()));
    }
    step("scores", () -> writeScores(tables));
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
      JavaRDD<GameBlock> blocks = kept.keep(blocks());
      Broadcast<Names> names = context.broadcast(Names.of(blocks));
      List<LevelSums> wholes = new ArrayList<>(wholes(levels(context, blocks, names)));
      wholes.sort(Comparator.comparing(l -> l.judge));
      return SamplePlans.of(wholes, names.value(), width, games);
    }
  }

  private JavaRDD<GameBlock> blocks() {
    return Games.blocks(Outcomes.ofPairs(verdicts), games());
  }

  private static List<LevelSums> wholes(JavaRDD<LevelSums> levels) {
    return levels.filter(l -> l.level.equals(Levels.ALL)).collect();
  }

  private void writePairs(TableStore tables, Kept kept, JavaRDD<GameBlock> blocks) {
    JavaSparkContext context = JavaSparkContext.fromSparkContext(spark.sparkContext());
    Broadcast<Names> names = context.broadcast(step("games", () -> Names.of(blocks)));
    JavaRDD<LevelSums> levels =
        step(
            "sums",
            () -> {
              JavaRDD<LevelSums> sums = kept.keep(levels(context, blocks, names));
              sums.count();
              return sums;
            });
    List<LevelSums> wholes = wholes(levels);
    Broadcast<Levels> shared = context.broadcast(tree);
    JavaRDD<Ratings.Rated> rated =
        step(
            "ratings",
            () -> {
              JavaRDD<Ratings.Rated> fits =
                  kept.keep(new Ratings(context, blocks, levels, names, shared, options).fit());
              fits.count();
              return fits;
            });
    Controls controls = step("length and style", () -> controls(blocks, wholes, names, rated));
    Broadcast<Controls> fitted = context.broadcast(controls);
    Broadcast<LeftOut> leftOut = context.broadcast(step("left out", () -> leftOut(names.value())));
    // In one partition and in order, which every table of them then has: tables are small beside
    // what they are made of.
    JavaRDD<LevelSums> ordered =
        kept.keep(levels.sortBy(l -> Levels.key(l.judge, l.level), true, 1));
    JavaRDD<Ratings.Rated> ratings =
        kept.keep(rated.sortBy(r -> Levels.key(r.judge(), r.level()), true, 1));
    step("tables", () -> write(tables, context, ordered, ratings, names, fitted, leftOut));
  }

  private JavaRDD<LevelSums> levels(
      JavaSparkContext context, JavaRDD<GameBlock> blocks, Broadcast<Names> names) {
    Broadcast<Levels> shared = context.broadcast(tree);
    SummaryOptions how = options;
    return blocks
        .mapPartitionsToPair(
            some -> {
              Map<Tuple2<String, String>, LevelSums> sums = new HashMap<>();
              some.forEachRemaining(
                  block ->
                      sums.computeIfAbsent(
                              new Tuple2<>(block.judge, block.scenario),
                              key -> new LevelSums(key._1(), key._2()))
                          .add(
                              block,
                              names.value().of(block),
                              how,
                              names.value().of(block.judge).size() <= Connected.MOST_MODELS));
              return pairs(sums);
            })
        .reduceByKey(LevelSums::add)
        .mapPartitionsToPair(
            some -> {
              Map<Tuple2<String, String>, LevelSums> sums = new HashMap<>();
              some.forEachRemaining(
                  pair -> {
                    for (String level : shared.value().of(pair._2().level)) {
                      sums.computeIfAbsent(
                              new Tuple2<>(pair._1()._1(), level),
                              key -> new LevelSums(key._1(), key._2()))
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

  private Controls controls(
      JavaRDD<GameBlock> blocks,
      List<LevelSums> wholes,
      Broadcast<Names> names,
      JavaRDD<Ratings.Rated> rated) {
    Map<String, int[]> models = new HashMap<>();
    rated
        .filter(r -> r.level().equals(Levels.ALL))
        .collect()
        .forEach(r -> models.put(r.judge(), r.models()));
    Map<String, LengthControlled> length = new TreeMap<>();
    Map<String, StyleControlled> style = new TreeMap<>();
    for (LevelSums all : wholes) {
      String judge = all.judge;
      int baseline = LengthControlled.baseline(all, names.value().of(judge), options);
      if (baseline >= 0) {
        length.put(judge, LengthControlled.fit(blocks, judge, baseline, names, tree, options));
      }
      StyleControlled fit =
          options.styleControl()
              ? StyleControlled.fit(blocks, judge, models.get(judge), names, options)
              : null;
      if (fit != null) {
        style.put(judge, fit);
      }
    }
    return new Controls(length, style);
  }

  private Void write(
      TableStore tables,
      JavaSparkContext context,
      JavaRDD<LevelSums> ordered,
      JavaRDD<Ratings.Rated> ratings,
      Broadcast<Names> names,
      Broadcast<Controls> fitted,
      Broadcast<LeftOut> leftOut) {
    SummaryOptions how = options;
    Map<String, Double> other = reference;
    List<Runnable> writes = new ArrayList<>();
    table(
        writes,
        tables,
        ordered.flatMap(
            l -> {
              LengthControlled control = fitted.value().length.get(l.judge);
              return WinRates.of(l, names.value().of(l.judge), control, leftOut.value()).iterator();
            }),
        WinRates.SCHEMA,
        WIN_RATES);
    table(
        writes,
        tables,
        ordered.flatMap(l -> WinRates.differences(l, names.value().of(l.judge)).iterator()),
        WinRates.DIFFERENCES,
        WIN_RATE_DIFFERENCES);
    table(
        writes,
        tables,
        ratings.flatMap(
            r -> {
              boolean whole = r.level().equals(Levels.ALL);
              StyleControlled style = whole ? fitted.value().style.get(r.judge()) : null;
              return new RatingRows(r, names.value().of(r.judge()), how).ratings(style).iterator();
            }),
        RatingRows.SCHEMA,
        RATINGS);
    table(
        writes,
        tables,
        ratings
            .filter(r -> Levels.rank(r.level()) > 0)
            .flatMap(r -> new RatingRows(r, names.value().of(r.judge()), how).differences()),
        RatingRows.DIFFERENCES,
        RATING_DIFFERENCES);
    table(writes, tables, ordered.map(Agreement::of), Agreement.SCHEMA, AGREEMENT);
    table(writes, tables, ordered.map(Agreement::quality), Agreement.QUALITY, JUDGE_QUALITY);
    table(
        writes,
        tables,
        ordered.flatMap(l -> Agreement.calibration(l).iterator()),
        Agreement.CALIBRATION,
        CALIBRATION);
    table(
        writes,
        tables,
        ordered.flatMap(l -> Corrected.of(l, names.value().of(l.judge)).iterator()),
        Corrected.SCHEMA,
        CORRECTED_WIN_RATES);
    List<Row> coefficients = new ArrayList<>();
    for (String judge : names.value().judges()) {
      Controls c = fitted.value();
      coefficients.addAll(
          Coefficients.of(judge, names.value().of(judge), c.length.get(judge), c.style.get(judge)));
    }
    table(writes, tables, context.parallelize(coefficients, 1), Coefficients.SCHEMA, COEFFICIENTS);
    List<Row> correlations =
        new ArrayList<>(
            ordered
                .flatMap(
                    l -> Corrected.correlations(l, names.value().of(l.judge), other).iterator())
                .collect());
    correlations.addAll(ratingCorrelations());
    table(
        writes, tables, context.parallelize(correlations, 1), Corrected.CORRELATIONS, CORRELATIONS);
    table(writes, tables, context.parallelize(leftOut.value().rows(), 1), LeftOut.SCHEMA, LEFT_OUT);
    together(writes);
    return null;
  }

  private void table(
      List<Runnable> writes, TableStore tables, JavaRDD<Row> rows, StructType schema, String name) {
    writes.add(
        () -> tables.writeWithCsv(spark.createDataFrame(rows.map(Tables::finite), schema), name));
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

  private Void writeScores(TableStore tables) {
    tables.writeWithCsv(
        ScoreDistributions.of(ratings(), tree)
            .repartition(1)
            .sortWithinPartitions(Tables.order("model")),
        SCORE_DISTRIBUTIONS);
    return null;
  }

  /** Mean ratings by the judge with people's, by model, where the corpus has them. */
  private List<Row> ratingCorrelations() {
    List<Row> rows = new ArrayList<>();
    if (!has("rating") || !has("model")) {
      return rows;
    }
    Map<String, List<double[]>> byJudge = new TreeMap<>();
    ratings()
        .filter(col("rating").isNotNull().and(col("person").isNotNull()))
        .groupBy("judge", "model")
        .agg(avg("rating").as("judged"), avg("person").as("person"))
        .orderBy("judge", "model")
        .collectAsList()
        .forEach(
            row ->
                byJudge
                    .computeIfAbsent(row.getString(0), j -> new ArrayList<>())
                    .add(new double[] {row.getDouble(2), row.getDouble(3)}));
    byJudge.forEach(
        (judge, pairs) ->
            Corrected.addCorrelation(rows, judge, Levels.ALL, "rating", "people", pairs));
    return rows;
  }

  private Dataset<Row> ratings() {
    Dataset<Row> single =
        verdicts.filter(col("order").equalTo("single")).select("judge", "sample_id", "rating");
    Column person = has("rating") ? col("rating") : lit(null);
    return single.join(
        corpus.select(
            col("sample_id"),
            col("scenario"),
            column("model"),
            person.cast(DataTypes.DoubleType).as("person")),
        "sample_id");
  }

  private LeftOut leftOut(Names names) {
    List<String> judges = new ArrayList<>();
    names.judges().forEach(judges::add);
    Column[] models = {column("model_a"), column("model_b"), column("model")};
    Dataset<Row> rows =
        corpus.select(col("sample_id"), col("scenario"), models[0], models[1], models[2]);
    return LeftOut.of(verdicts, rows, setAside(), judges, tree, options.outcomes());
  }

  /** What was set aside, with null for the columns that it lacks; null where nothing is known. */
  private Dataset<Row> setAside() {
    if (setAside == null) {
      return null;
    }
    List<String> there = Arrays.asList(setAside.columns());
    Column[] columns =
        LEFT_OUT_COLUMNS.stream()
            .map(name -> (there.contains(name) ? col(name) : lit(null)).cast("string").as(name))
            .toArray(Column[]::new);
    return setAside.select(columns);
  }

  private Dataset<Row> games() {
    List<Column> columns = new ArrayList<>(List.of(col("sample_id"), col("scenario")));
    PAIR_COLUMNS.forEach(name -> columns.add(column(name)));
    // A row without a prompt stands for itself.
    Column prompt =
        when(column("prompt").isNotNull(), xxhash64(column("prompt")))
            .otherwise(xxhash64(col("sample_id")));
    return corpus
        .select(columns.toArray(new Column[0]))
        .filter(col("model_a").isNotNull().and(col("model_b").isNotNull()))
        .select(
            col("sample_id"),
            col("scenario"),
            prompt.as("prompt"),
            col("model_a"),
            col("model_b"),
            col("label"),
            Features.OF.apply(col("response_a"), col("response_b")).as("features"));
  }

  private Column column(String name) {
    return (has(name) ? col(name) : functions.lit(null)).cast(DataTypes.StringType).as(name);
  }

  private boolean has(String name) {
    return Arrays.asList(corpus.columns()).contains(name);
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
