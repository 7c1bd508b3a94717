package io.assize.summary;

import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.avg;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.max;
import static org.apache.spark.sql.functions.min;
import static org.apache.spark.sql.functions.negate;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.sum;

import io.assize.stats.ScoreSums;
import io.assize.table.Table;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;

/**
 * {@code best_of_n}: of several responses of a model to a prompt, the one that the judge rates
 * highest, and what choosing it gains by people's ratings. Of responses that are rated alike it
 * chooses the one whose {@code sample_id} sorts first, which is also the first one.
 */
final class BestOfNTable implements SummaryTable {
  private static final String EXACT = "decimal(38,9)";
  private static final String[] PROMPT = {"judge", "scenario", "model", "prompt"};

  static final Table<Chosen> TABLE = columns();

  /**
   * A row. Means are over prompts, by people's ratings.
   *
   * @param responses of all prompts
   * @param overFirst the chosen one's rating less the first one's, of each prompt
   * @param overRandom less the mean of all, which is what one chosen at random has
   */
  record Chosen(
      String judge,
      String level,
      String model,
      long prompts,
      long responses,
      double first,
      double random,
      double chosen,
      double best,
      ScoreSums overFirst,
      ScoreSums overRandom) {}

  private static Table<Chosen> columns() {
    Table<Chosen> means =
        Table.<Chosen>of(
                SummaryTables.BEST_OF_N,
                "judge × scenario × model with several responses a prompt: what choosing the one"
                    + " rated highest gains")
            .text("judge", Chosen::judge, Levels.JUDGE_MEANING)
            .text("scenario", Chosen::level, Levels.SCENARIO_MEANING)
            .text("model", Chosen::model, "the model")
            .count("n", Chosen::prompts, "prompts with two responses that judge and people rated")
            .count("responses", Chosen::responses, "on these prompts")
            .number("first", Chosen::first, "people's mean rating of each prompt's first response")
            .number("random", Chosen::random, "of one chosen at random: the mean of all")
            .number("chosen", Chosen::chosen, "of the one that the judge rates highest")
            .number("best", Chosen::best, "of the one that people rate highest");
    return Interval.columns(
        Interval.columns(
            means,
            "gain_over_first",
            "gain_over_first",
            row -> Interval.ofGain(row.overFirst()),
            "of the chosen one"),
        "gain_over_random",
        "gain_over_random",
        row -> Interval.ofGain(row.overRandom()),
        "of the chosen one");
  }

  @Override
  public Table<Chosen> table() {
    return TABLE;
  }

  @Override
  public Dataset<Row> rows(Summary summary) {
    Column overFirst = col("chosen").minus(col("first"));
    Column overRandom = col("chosen").minus(col("random"));
    return prompts(summary.input().ratings())
        .withColumn("scenario", summary.tree().each(col("scenario")))
        .groupBy("judge", "scenario", "model")
        .agg(
            count(lit(1)).as("n"),
            sum("responses").as("responses"),
            exact(col("first")),
            exact(col("random")),
            exact(col("chosen")),
            exact(col("best")),
            exact(overFirst),
            exact(overFirst.multiply(overFirst)),
            exact(overRandom),
            exact(overRandom.multiply(overRandom)))
        .map((MapFunction<Row, Row>) BestOfNTable::row, Encoders.row(TABLE.schema()))
        .repartition(1)
        .sortWithinPartitions(Levels.order("model"));
  }

  /** Of each prompt with several responses people's ratings of those that count. */
  private static Dataset<Row> prompts(Dataset<Row> ratings) {
    Column person = col("person").as("person");
    return ratings
        .filter(col("rating").isNotNull().and(col("person").isNotNull()))
        .filter(col("model").isNotNull())
        .groupBy(PROMPT[0], PROMPT[1], PROMPT[2], PROMPT[3])
        .agg(
            count(lit(1)).as("responses"),
            min(struct(col(SAMPLE_ID), person)).getField("person").as("first"),
            avg(col("person").cast(EXACT)).cast("double").as("random"),
            min(struct(negate(col("rating")), col(SAMPLE_ID), person))
                .getField("person")
                .as("chosen"),
            max("person").as("best"))
        .filter(col("responses").gt(1));
  }

  private static Column exact(Column number) {
    return sum(number.cast(EXACT));
  }

  private static Row row(Row sums) {
    long n = sums.getLong(3);
    return TABLE.row(
        new Chosen(
            sums.getString(0),
            sums.getString(1),
            sums.getString(2),
            n,
            sums.getLong(4),
            number(sums, 5) / n,
            number(sums, 6) / n,
            number(sums, 7) / n,
            number(sums, 8) / n,
            ScoreSums.independent(n, number(sums, 9), number(sums, 10), 0),
            ScoreSums.independent(n, number(sums, 11), number(sums, 12), 0)));
  }

  private static double number(Row row, int column) {
    return row.getDecimal(column).doubleValue();
  }
}
