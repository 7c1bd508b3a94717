package io.assize.job;

import static io.assize.table.ColumnNames.PROBABILITY_A;
import static io.assize.table.ColumnNames.RESPONSE_A;
import static io.assize.table.ColumnNames.RESPONSE_B;
import static io.assize.table.ColumnNames.SAMPLE_ID;
import static io.assize.table.ColumnNames.VERDICT_KEY;
import static org.apache.spark.sql.functions.array;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.explode;
import static org.apache.spark.sql.functions.length;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.struct;
import static org.apache.spark.sql.functions.to_json;
import static org.apache.spark.sql.functions.when;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.corpus.CorpusSchema;
import io.assize.corpus.Recordings;
import io.assize.judge.JudgeSpec;
import io.assize.prompt.PromptTemplate;
import io.assize.prompt.Protocol;
import io.assize.prompt.ProtocolKind;
import io.assize.prompt.Request;
import io.assize.prompt.RequestMaker;
import io.assize.scenario.Taxonomy;
import io.assize.spark.DriverCheck;
import io.assize.store.VerdictTable;
import io.assize.verdict.Order;
import io.assize.verdict.Provenance;
import java.util.List;
import org.apache.spark.api.java.function.MapFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.StructType;

/**
 * Rows become requests, one for each order; requests become verdicts.
 *
 * @param spec the judge
 * @param maker makes requests of rows
 * @param shown pairwise: the orders shown
 * @param equalTie pairwise: whether equal responses are a tie, unasked
 * @param partitions tasks, 0 for a number by the requests
 * @param provenance written beside each verdict
 */
record JudgeStage(
    JudgeSpec spec,
    RowRequests maker,
    List<Order> shown,
    boolean equalTie,
    int partitions,
    Provenance provenance) {

  /** The columns of {@link #keys}. */
  static final StructType KEYS =
      StructType.fromDDL("verdict_key STRING, sample_id STRING, `order` STRING");

  private static final int LEAST_TASKS_A_CORE = 4;

  /** Of a task, where a task for each core does not ask for fewer. */
  private static final int LEAST_ROWS = 64;

  private static final String TIE = "{\"decision\":\"tie\"}";
  private static final String ASKERS = "array<struct<sample_id:string,order:string>>";

  /**
   * The stage that a configuration describes.
   *
   * @throws io.assize.config.UserError where protocol, taxonomy or judge cannot be used
   */
  static JudgeStage of(SparkSession spark, AssizeConfig config, String runId) {
    Protocol protocol = Protocol.load(config.protocol());
    refuseLostWithoutLeast(config, protocol);
    refuseCriteriaUnseen(config, protocol);
    Taxonomy taxonomy = Taxonomy.load(config.scenarios());
    return of(
        DriverCheck.of(spark, config.judge(), judge -> JudgeSpec.of(judge, protocol)),
        protocol,
        taxonomy,
        Taxonomy.Criteria.of(config.requests().criteria()),
        shown(config.orders(), protocol),
        config.corpus().equalResponses().equals("tie"),
        config.run().partitions(),
        runId);
  }

  /** Scores are the same in both orders, so one is enough. */
  private static List<Order> shown(String orders, Protocol protocol) {
    return protocol.scores() && orders.equals("both") ? List.of(Order.AB) : Order.shown(orders);
  }

  /** The default, group, is no choice of the user's. */
  private static void refuseCriteriaUnseen(AssizeConfig config, Protocol protocol) {
    if (config.requests().criteria().equals("scenario")
        && !PromptTemplate.asksFor(protocol, "criteria")) {
      throw UserError.configuration(
          "assize.criteria is scenario, but protocol %s shows no criteria: choose another protocol,"
              + " put {{ criteria }} into a template of your own, or leave assize.criteria out",
          protocol.name());
    }
  }

  /** A rating from 1 has a least one for a response that is not there; a score has none. */
  private static void refuseLostWithoutLeast(AssizeConfig config, Protocol protocol) {
    boolean single = protocol.kind() == ProtocolKind.SINGLE;
    if (protocol.scores() && single && config.corpus().emptyResponse().equals("lose")) {
      throw UserError.configuration(
          "assize.corpus.empty_response is lose, and the scores of protocol %s have no lowest: set it"
              + " to judge or quarantine",
          protocol.name());
    }
  }

  /** A stage of a run. */
  static JudgeStage of(
      JudgeSpec spec,
      Protocol protocol,
      Taxonomy taxonomy,
      Taxonomy.Criteria criteria,
      List<Order> shown,
      boolean equalTie,
      int partitions,
      String runId) {
    return new JudgeStage(
        spec,
        new RowRequests(spec.fingerprint(), new RequestMaker(protocol), taxonomy, criteria),
        shown,
        equalTie,
        partitions,
        new Provenance(
            runId,
            spec.fingerprint(),
            JudgeSpec.sha256(protocol.toHocon()),
            Versions.ASSIZE,
            spec.precision(),
            null));
  }

  /** The columns of the corpus that this is about. */
  CorpusSchema schema() {
    return pairwise() ? CorpusSchema.PAIRWISE : CorpusSchema.SINGLE;
  }

  /** The requests of the valid rows; a replay judge's with what the configuration names. */
  Dataset<Row> requests(Dataset<Row> valid) {
    String recordings = spec.config().settings().recordings();
    return requests(
        valid, recordings == null ? null : Recordings.read(valid.sparkSession(), recordings));
  }

  /**
   * The requests of the valid rows: what they are made of.
   *
   * @param recordings what a replay judge gives back; null for other judges
   */
  Dataset<Row> requests(Dataset<Row> valid, Dataset<Row> recordings) {
    Dataset<Row> shown = valid.withColumn("order", explode(orders()));
    Dataset<Row> requests =
        recordings == null
            ? shown.withColumn("recording", lit(null).cast("string"))
            : withRecordings(shown, recordings);
    return requests
        .withColumn("recording", coalesce(unasked(), col("recording")))
        .select(columns());
  }

  /**
   * What is decided without the judge, in terms of a and b; null for what is to be judged. A
   * response that is not there loses.
   */
  private Column unasked() {
    if (!pairwise()) {
      return when(col("response").isNull(), lit("{\"rating\":1}"));
    }
    Column a = col(RESPONSE_A).isNull();
    Column b = col(RESPONSE_B).isNull();
    return when(a.and(b), lit(TIE))
        .when(a, lit("{\"decision\":\"b\"}"))
        .when(b, lit("{\"decision\":\"a\"}"))
        .when(lit(equalTie).and(col(RESPONSE_A).equalTo(col(RESPONSE_B))), lit(TIE));
  }

  /** The key, row and order of each request, in {@link #KEYS}. */
  Dataset<Row> keys(Dataset<Row> requests) {
    RowRequests makes = maker;
    MapFunction<Row, Row> key =
        row -> {
          RowRequests.Keyed keyed = makes.request(row);
          Request request = keyed.request();
          return RowFactory.create(keyed.key(), request.sampleId(), request.order().text());
        };
    return requests.map(key, Encoders.row(KEYS));
  }

  /** All requests, each for its own row only, in the order in which they are best judged. */
  Dataset<Row> each(Dataset<Row> requests) {
    return inReadingOrder(
        requests.withColumn("askers", array().cast(ASKERS)),
        requests.sparkSession().sparkContext().defaultParallelism() * LEAST_TASKS_A_CORE);
  }

  /**
   * Requests, each once for all rows that make it, in the order in which they are best judged.
   *
   * @param pending {@code verdict_key}, {@code sample_id, order} of the row that stands for all,
   *     and {@code askers}, all
   * @param count how many they are
   */
  Dataset<Row> once(Dataset<Row> requests, Dataset<Row> pending, long count) {
    Dataset<Row> wanted =
        requests.join(
            pending.select(VERDICT_KEY, SAMPLE_ID, "order", "askers"),
            new String[] {SAMPLE_ID, "order"},
            "inner");
    return inReadingOrder(wanted, tasks(count, requests.sparkSession()));
  }

  /**
   * The verdicts of requests, not yet computed.
   *
   * @param earlierAttempts how often each was asked in this run before
   */
  Dataset<Row> verdicts(Dataset<Row> requests, Counters counters, int earlierAttempts) {
    return requests.mapPartitions(
        new JudgePartition(spec, maker, provenance, counters, earlierAttempts),
        Encoders.row(VerdictTable.SCHEMA));
  }

  /**
   * Few enough that the store's files are not too many and too small, and many enough that a death
   * costs little and all cores are at work.
   */
  private int tasks(long requests, SparkSession spark) {
    long least = (long) LEAST_TASKS_A_CORE * spark.sparkContext().defaultParallelism();
    long tasks = Math.min((requests + LEAST_ROWS - 1) / LEAST_ROWS, 1000 + requests / 1000);
    return partitions > 0 ? partitions : (int) Math.min(20_000, Math.max(least, tasks));
  }

  /**
   * Rows in the order in which a judge reads least: what shares a beginning stands together
   * (scenario, query, the two orders of a row), and neighbours are of like length.
   */
  private Dataset<Row> inReadingOrder(Dataset<Row> requests, int tasks) {
    Column all =
        pairwise()
            ? length(col(RESPONSE_A)).plus(length(col(RESPONSE_B)))
            : length(col("response"));
    Column[] keys = {
      col("scenario"), length(col("prompt")), col("prompt"), all, col(SAMPLE_ID), col("order")
    };
    return requests.repartitionByRange(tasks, keys).sortWithinPartitions(keys);
  }

  private boolean pairwise() {
    return maker.protocol().kind() == ProtocolKind.PAIRWISE;
  }

  private Column orders() {
    List<Order> orders = pairwise() ? shown : List.of(Order.SINGLE);
    return array(orders.stream().map(order -> lit(order.text())).toArray(Column[]::new));
  }

  private Column[] columns() {
    return RowRequests.columns(pairwise()).stream().map(functions::col).toArray(Column[]::new);
  }

  private static Dataset<Row> withRecordings(Dataset<Row> requests, Dataset<Row> recordings) {
    Dataset<Row> recorded =
        recordings
            .dropDuplicates(SAMPLE_ID, "order")
            .select(
                col(SAMPLE_ID),
                col("order"),
                struct("output", "decision", PROBABILITY_A, "rating").as("found"));
    return requests
        .join(
            recorded,
            requests
                .col(SAMPLE_ID)
                .equalTo(recorded.col(SAMPLE_ID))
                .and(requests.col("order").equalTo(recorded.col("order"))),
            "left")
        .select(
            requests.col("*"),
            when(recorded.col(SAMPLE_ID).isNotNull(), to_json(recorded.col("found")))
                .as("recording"));
  }
}
