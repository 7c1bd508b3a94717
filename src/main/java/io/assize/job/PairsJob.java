package io.assize.job;

import static io.assize.table.ColumnNames.PROMPT_ID;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.countDistinct;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.corpus.Corpus;
import io.assize.corpus.CorpusReader;
import io.assize.corpus.CorpusSchema;
import io.assize.corpus.Pairs;
import io.assize.scenario.Taxonomy;
import io.assize.spark.base.Kept;
import io.assize.summary.SamplePlans;
import io.assize.table.TableStore;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/** Makes a pairwise corpus of models' outputs: {@code OUT/corpus}, with {@code OUT/quarantine}. */
public final class PairsJob {
  /** Of a plan's other figures, which are not read. */
  private static final double ANY_WIDTH = 0.02;

  private static final int SAID = 10;

  private final SparkSession spark;
  private final AssizeConfig config;
  private final Consumer<String> progress;

  /**
   * Takes where outputs lie and where pairs go.
   *
   * @param config of which {@code corpus} is about the outputs, {@code output.dir} for the pairs
   * @param progress takes a line for what is left out
   */
  public PairsJob(SparkSession spark, AssizeConfig config, Consumer<String> progress) {
    this.spark = spark;
    this.config = config;
    this.progress = progress;
  }

  /** Which pairs are made. */
  public sealed interface Choice {
    /** Each two models on each prompt. */
    record RoundRobin() implements Choice {}

    /** One model with each other one. */
    record Baseline(String model) implements Choice {}

    /** So many pairs of each two models in each scenario. */
    record Sample(long each, long seed) implements Choice {}

    /** So many pairs in all, as even over scenarios and models as can be. */
    record Budget(long pairs, long seed) implements Choice {}

    /**
     * So many pairs without a verdict, where the ranking by those that there are is least sure.
     *
     * @param verdicts the folder of verdicts on pairs of the same outputs
     */
    record LeastSure(long pairs, String verdicts) implements Choice {}
  }

  /**
   * What was made.
   *
   * @param outputs rows read that were fit
   * @param quarantined rows set aside
   * @param prompts that have a pair
   * @param pairs rows of the corpus
   * @param equal of them with equal responses
   * @param corpus its folder
   */
  public record Result(
      long outputs, long quarantined, long prompts, long pairs, long equal, String corpus) {}

  /** Reads outputs, makes pairs, and writes them. */
  public Result run(Choice choice) {
    String folder = config.output().dir();
    try (TableStore tables = OutputTables.in(spark, folder);
        Kept kept = new Kept()) {
      config.corpus().paths().forEach(path -> tables.refuseOver("the outputs", path, null));
      tables.prepare();
      spark.sparkContext().setJobGroup("assize", "assize: make pairs", true);
      Corpus outputs =
          new CorpusReader(spark, progress).read(config.corpus(), CorpusSchema.OUTPUTS);
      if (outputs.rowsValid() == 0) {
        throw outputs.nothingLeft(config.corpus().paths(), "paired", "");
      }
      progress.accept(outputs.summary().replace(" to judge", " to pair"));
      Dataset<Row> rows = kept.keep(outputs.valid());
      saySeveralPrompts(rows);
      Dataset<Row> pairs = kept.keep(pairs(rows, choice));
      Row counts = counts(pairs);
      if (counts.getLong(0) == 0) {
        throw UserError.failure("there is no pair to make of these outputs: %s", why(choice));
      }
      tables.begin("pairs-" + UUID.randomUUID(), progress);
      tables.write(pairs, OutputTables.CORPUS.name());
      tables.writeWithCsv(outputs.quarantined(), OutputTables.QUARANTINE.name());
      tables.publish();
      return new Result(
          outputs.rowsValid(),
          outputs.rowsQuarantined(),
          counts.getLong(1),
          counts.getLong(0),
          counts.getLong(2),
          folder + "/" + OutputTables.CORPUS.name());
    }
  }

  private Dataset<Row> pairs(Dataset<Row> outputs, Choice choice) {
    if (choice instanceof Choice.Baseline baseline) {
      refuseUnknown(outputs, baseline.model());
      return Pairs.against(outputs, baseline.model());
    }
    Dataset<Row> all = Pairs.roundRobin(outputs);
    if (choice instanceof Choice.Sample sample) {
      return Pairs.sample(all, sample.each(), sample.seed());
    }
    if (choice instanceof Choice.Budget budget) {
      return Pairs.budget(all, budget.pairs(), budget.seed());
    }
    return choice instanceof Choice.LeastSure next ? leastSure(all, next) : all;
  }

  private Dataset<Row> leastSure(Dataset<Row> pairs, Choice.LeastSure next) {
    Dataset<Row> verdicts = SummarizeJob.verdicts(spark, List.of(next.verdicts()));
    Dataset<Row> judged = pairs.join(verdicts.select(SAMPLE_ID).distinct(), SAMPLE_ID, "left_semi");
    SamplePlans plans =
        new Summaries(spark, config.summary())
            .tables(verdicts, judged, Taxonomy.load(config.scenarios()), line -> {})
            .plan(ANY_WIDTH, next.pairs());
    return PlanSampleJob.chosen(verdicts, pairs, plans);
  }

  private static void refuseUnknown(Dataset<Row> outputs, String model) {
    if (outputs.filter(col("model").equalTo(model)).isEmpty()) {
      String models =
          outputs.select("model").distinct().orderBy("model").limit(SAID).collectAsList().stream()
              .map(row -> row.getString(0))
              .collect(Collectors.joining(", "));
      throw UserError.configuration(
          "the outputs have no model %s, the baseline; they have %s", model, models);
    }
  }

  /** A prompt_id that stands for several prompts is a mistake that costs pairs. */
  private void saySeveralPrompts(Dataset<Row> outputs) {
    long ids =
        outputs
            .groupBy(PROMPT_ID)
            .agg(countDistinct("prompt").as("prompts"))
            .filter(col("prompts").gt(1))
            .count();
    if (ids > 0) {
      progress.accept(
          String.format(
              Locale.ROOT,
              "%d values of prompt_id stand for several prompts: responses are paired where the"
                  + " prompt is the same",
              ids));
    }
  }

  private static Row counts(Dataset<Row> pairs) {
    Column equal = when(col(RESPONSE_A).equalTo(col(RESPONSE_B)), 1L).otherwise(0L);
    return pairs.agg(count(lit(1)), countDistinct(PROMPT_ID), coalesce(sum(equal), lit(0L))).head();
  }

  private static String why(Choice choice) {
    return choice instanceof Choice.LeastSure
        ? "its verdicts rank no two models, or all pairs have a verdict: begin with --sample N"
        : "no prompt_id and prompt has the responses of two models";
  }
}
