package io.assize.job;

import static io.assize.table.ColumnNames.MODEL_A;
import static io.assize.table.ColumnNames.MODEL_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.greatest;
import static org.apache.spark.sql.functions.least;
import static org.apache.spark.sql.functions.row_number;
import static org.apache.spark.sql.functions.xxhash64;

import io.assize.config.CorpusConfig;
import io.assize.config.SummaryConfig;
import io.assize.corpus.CorpusSchema;
import io.assize.scenario.Taxonomy;
import io.assize.spark.base.Paths;
import io.assize.summary.SamplePlans;
import java.util.ArrayList;
import java.util.List;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.expressions.Window;
import org.apache.spark.sql.types.StructType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says how many pairs a wanted precision needs, and picks which to judge next. */
public final class PlanSampleJob {
  private static final StructType PAIRS =
      StructType.fromDDL("first STRING, second STRING, games BIGINT");

  private static final Logger LOG = LoggerFactory.getLogger(PlanSampleJob.class);

  private final SparkSession spark;
  private final Summaries summaries;

  public PlanSampleJob(SparkSession spark, SummaryConfig config) {
    this.spark = spark;
    this.summaries = new Summaries(spark, config);
  }

  /**
   * Plans.
   *
   * @param schema of the corpus; null: whatever it is, in our column names
   * @param width of a win rate's 95 % interval
   * @param games to be given away
   * @param out where the chosen rows go, those of the corpus without a verdict; null: nowhere
   */
  public SamplePlans run(
      String verdicts,
      CorpusConfig corpus,
      CorpusSchema schema,
      String scenarios,
      double width,
      long games,
      String out) {
    Taxonomy taxonomy = Taxonomy.load(scenarios);
    Dataset<Row> judged = SummarizeJob.verdicts(spark, List.of(verdicts));
    Dataset<Row> rows = JudgedCorpus.read(spark, corpus, schema, LOG::info).valid();
    SamplePlans plans = summaries.tables(judged, rows, taxonomy, line -> {}).plan(width, games);
    if (out != null) {
      chosen(judged, rows, plans).write().parquet(Paths.qualified(spark, out).toString());
    }
    return plans;
  }

  /** As many unjudged rows of each pair as the plan wants, or as there are. */
  static Dataset<Row> chosen(Dataset<Row> judged, Dataset<Row> rows, SamplePlans plans) {
    List<Row> wanted = new ArrayList<>();
    for (SamplePlans.Pair pair : plans.pairs()) {
      wanted.add(RowFactory.create(pair.a(), pair.b(), pair.games()));
    }
    Dataset<Row> pairs =
        rows.sparkSession().createDataFrame(wanted, PAIRS).groupBy("first", "second").sum("games");
    return rows.join(judged.select(SAMPLE_ID).distinct(), SAMPLE_ID, "left_anti")
        .withColumn("first", least(col(MODEL_A), col(MODEL_B)))
        .withColumn("second", greatest(col(MODEL_A), col(MODEL_B)))
        .join(pairs, new String[] {"first", "second"})
        .withColumn(
            "place",
            row_number()
                .over(
                    Window.partitionBy("first", "second")
                        .orderBy(xxhash64(col(SAMPLE_ID)), col(SAMPLE_ID))))
        .filter(col("place").leq(col("sum(games)")))
        .drop("first", "second", "sum(games)", "place");
  }
}
