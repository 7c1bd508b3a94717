package io.assize.job;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.corpus.Corpus;
import io.assize.corpus.CorpusReader;
import io.assize.judge.JudgeSpec;
import io.assize.judge.WorkDone;
import io.assize.prompt.Protocol;
import io.assize.spark.DeviceWork;
import io.assize.spark.Progress;
import io.assize.verdict.CurrentVerdicts;
import io.assize.verdict.TableStore;
import io.assize.verdict.VerdictStore;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.storage.StorageLevel;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The job: a corpus is read and checked, its rows are judged, the verdicts are kept, and the
 * summary tables are made of them. Everything that can be wrong with the configuration, the judge's
 * files or the corpus's is found before any row is judged.
 */
public final class EvaluationJob {
  private static final StructType RUN =
      StructType.fromDDL(
          "run_id STRING, judge STRING, judge_fingerprint STRING, protocol STRING,"
              + " started_at TIMESTAMP, finished_at TIMESTAMP, rows_read BIGINT,"
              + " quarantined BIGINT, requests BIGINT, reused BIGINT, judged BIGINT, failed BIGINT,"
              + " prompt_tokens BIGINT, generated_tokens BIGINT, judging_seconds DOUBLE,"
              + " device_busy_share DOUBLE, judge_instances BIGINT, model_loads BIGINT,"
              + " prefill_tokens_per_second DOUBLE, decode_tokens_per_second DOUBLE,"
              + " assize_version STRING, spark_version STRING, java_version STRING,"
              + " djl_version STRING, protocol_sha256 STRING, store STRING, waves BIGINT,"
              + " planning_seconds DOUBLE, mode STRING");

  private static final Logger LOG = LoggerFactory.getLogger(EvaluationJob.class);
  private static final String[] KEY = {"verdict_key"};

  private final SparkSession spark;
  private final AssizeConfig config;
  private final Consumer<String> progress;
  private final String runId = UUID.randomUUID().toString();
  private final Instant startedAt = Instant.now();

  private final Protocol protocol;
  private final JudgeSpec judge;
  private final JudgeStage stage;
  private final TableStore tables;
  private final VerdictStore store;
  private final Mode mode;
  private final Summaries summaries;

  /** What the judging took. */
  private record Judging(int waves, double seconds, DeviceWork work) {}

  /**
   * Checks protocol, taxonomy, judge, output folder and store.
   *
   * @param progress takes lines that tell a person how far the job is
   * @throws UserError where one of them cannot be used
   */
  public EvaluationJob(
      SparkSession spark, AssizeConfig config, Mode mode, Consumer<String> progress) {
    this.spark = spark;
    this.config = config;
    this.mode = mode;
    this.progress = progress;
    this.stage = JudgeStage.of(config, runId);
    this.judge = stage.spec();
    this.protocol = stage.maker().protocol();
    this.summaries = new Summaries(spark, config.summary());
    this.tables = new TableStore(spark, config.output().dir());
    refuseOutputOverInput();
    tables.prepare();
    this.store = VerdictStore.find(spark, config);
  }

  /** The same in the usual mode: what the store has is not judged again. */
  public EvaluationJob(SparkSession spark, AssizeConfig config, Consumer<String> progress) {
    this(spark, config, Mode.PENDING, progress);
  }

  /** From the corpus to every table. */
  public RunResult run() {
    return run(true);
  }

  /** From the corpus to the verdicts, without summary tables. */
  public RunResult judgeOnly() {
    return run(false);
  }

  private RunResult run(boolean summaries) {
    Corpus corpus = named("read the corpus", this::readCorpus);
    store.prepare();
    long start = System.nanoTime();
    Dataset<Row> requests = stage.requests(corpus.valid());
    Dataset<Row> keys = stage.keys(requests);
    try (Plan plan = named("plan", () -> new Plan(keys, stored(), mode))) {
      double planning = secondsSince(start);
      progress.accept(
          "%d requests, %d with their verdicts in the store: judging %d requests with %s"
              .formatted(
                  plan.requests(),
                  plan.requests() - plan.wanted(),
                  plan.pendingKeys(),
                  judge.name()));
      Judging done = judge(requests, plan);
      if (config.output().verdictsCsv()) {
        named("write verdicts.csv", () -> writeVerdicts(plan));
      }
      Dataset<Row> current =
          CurrentVerdicts.of(stored().drop("critique"), plan.all())
              .persist(StorageLevel.MEMORY_AND_DISK());
      RunResult result =
          named("count the run", () -> result(corpus, plan.requests(), planning, done, current));
      if (summaries) {
        named("summarise", () -> summarise(corpus, current));
      }
      current.unpersist();
      return named("write the run", () -> writeRun(result));
    }
  }

  private Corpus readCorpus() {
    Corpus corpus = new CorpusReader(spark).read(config.corpus(), stage.schema());
    progress.accept(
        "read %d rows: %d to judge, %d quarantined"
            .formatted(corpus.rowsRead(), corpus.rowsValid(), corpus.rowsQuarantined()));
    tables.writeWithCsv(corpus.quarantined(), "quarantine");
    return config.output().corpus() ? kept(corpus) : corpus;
  }

  /** The corpus as it was checked, read back from where it is kept. */
  private Corpus kept(Corpus corpus) {
    tables.write(corpus.valid(), "corpus");
    return new Corpus(
        tables.read("corpus"),
        corpus.quarantined(),
        corpus.rowsRead(),
        corpus.rowsValid(),
        corpus.rowsQuarantined());
  }

  private Judging judge(Dataset<Row> requests, Plan plan) {
    Counters counters = Counters.of(spark.sparkContext());
    long start = System.nanoTime();
    named("share verdicts", () -> share(plan));
    int waves = judge(requests, plan, counters);
    return new Judging(waves, secondsSince(start), counters.work());
  }

  private Dataset<Row> stored() {
    return store.read(judge.name(), protocol.name());
  }

  private Void share(Plan plan) {
    Dataset<Row> shared = plan.shared(stored(), runId);
    if (shared != null) {
      store.append(shared, judge.name(), protocol.name(), runId + "-shared");
    }
    return null;
  }

  /** Judges what is pending; then, once more, what the engine failed on, in other tasks. */
  private int judge(Dataset<Row> requests, Plan plan, Counters counters) {
    if (plan.pendingKeys() == 0) {
      return 0;
    }
    int every = config.run().progressSeconds();
    try (Progress shown =
        Progress.show(
            spark.sparkContext(),
            plan.pendingKeys(),
            counters.judged(),
            counters.failed(),
            counters.tokens(),
            every,
            progress)) {
      int waves =
          waves(stage.once(requests, plan.pending(), plan.pendingKeys()), counters, runId, 0);
      Dataset<Row> again = plan.pending().join(mine().filter(Plan.answered()), KEY, "left_anti");
      long count = again.count();
      if (count == 0) {
        return waves;
      }
      progress.accept(
          "the engine failed on %d requests: they are judged once more".formatted(count));
      waves += waves(stage.once(requests, again, count), counters, runId + "-again", 1);
      long lost = plan.pending().join(mine(), KEY, "left_anti").count();
      if (lost > 0) {
        throw UserError.failure(
            "%d verdicts of this run are not in the store %s, though they were committed: does"
                + " another run write to it on a file system without atomic commits (see"
                + " docs/store.md)? run the same command again",
            lost, store.path());
      }
      return waves;
    }
  }

  private int waves(Dataset<Row> ordered, Counters counters, String name, int earlierAttempts) {
    Waves.Judged judged =
        (some, commit) ->
            store.append(
                stage.verdicts(some, counters, earlierAttempts),
                judge.name(),
                protocol.name(),
                commit);
    Waves waves =
        named(
            "order the requests",
            () -> new Waves(ordered, config.run().waveSeconds(), name, judged));
    return waves.run(progress);
  }

  /** The keys that this run has judged. */
  private Dataset<Row> mine() {
    return stored().filter(col("run_id").equalTo(runId));
  }

  private Void writeVerdicts(Plan plan) {
    Dataset<Row> verdicts = CurrentVerdicts.of(stored(), plan.all());
    tables.writeCsv(verdicts.orderBy("sample_id", "order", "verdict_key"), "verdicts");
    return null;
  }

  private Void summarise(Corpus corpus, Dataset<Row> current) {
    summaries.tables(current, corpus.valid(), stage.maker().taxonomy(), LOG::info).writeTo(tables);
    return null;
  }

  /**
   * What the run did.
   *
   * @param current this corpus's verdicts, one for each request
   */
  private RunResult result(
      Corpus corpus, long requests, double planning, Judging done, Dataset<Row> current) {
    Column mine = col("run_id").equalTo(runId).and(col("judged_for").isNull());
    Row counts =
        current
            .agg(
                coalesce(sum(when(mine, 1L).otherwise(0L)), lit(0L)),
                coalesce(sum(when(col("status").equalTo("ok"), 0L).otherwise(1L)), lit(0L)),
                coalesce(sum(when(mine, col("prompt_tokens"))), lit(0L)),
                coalesce(sum(when(mine, col("generated_tokens"))), lit(0L)))
            .head();
    List<DeviceWork.Report> reports = List.copyOf(done.work().value().values());
    WorkDone work =
        reports.stream().map(DeviceWork.Report::work).reduce(WorkDone.NONE, WorkDone::plus);
    double deviceSeconds = Math.max(1, reports.size()) * Math.max(done.seconds(), 1e-9);
    return new RunResult(
        runId,
        judge.name(),
        judge.fingerprint(),
        protocol.name(),
        startedAt,
        Instant.now(),
        corpus.rowsRead(),
        corpus.rowsQuarantined(),
        requests,
        requests - counts.getLong(0),
        counts.getLong(0),
        counts.getLong(1),
        counts.getLong(2),
        counts.getLong(3),
        done.seconds(),
        work.busySeconds() / deviceSeconds,
        reports.size(),
        reports.stream().mapToLong(DeviceWork.Report::loads).sum(),
        work.prefillRate(),
        work.decodeRate(),
        Versions.ASSIZE,
        spark.version(),
        System.getProperty("java.version"),
        Versions.DJL,
        stage.provenance().templateSha256(),
        store.path(),
        done.waves(),
        planning,
        mode.text(),
        config.output().dir());
  }

  private RunResult writeRun(RunResult r) {
    Row row =
        RowFactory.create(
            r.runId(),
            r.judge(),
            r.judgeFingerprint(),
            r.protocol(),
            Timestamp.from(r.startedAt()),
            Timestamp.from(r.finishedAt()),
            r.rowsRead(),
            r.quarantined(),
            r.requests(),
            r.reused(),
            r.judged(),
            r.failed(),
            r.promptTokens(),
            r.generatedTokens(),
            r.judgingSeconds(),
            r.deviceBusyShare(),
            r.judgeInstances(),
            r.modelLoads(),
            r.prefillTokensPerSecond(),
            r.decodeTokensPerSecond(),
            r.assizeVersion(),
            r.sparkVersion(),
            r.javaVersion(),
            r.djlVersion(),
            r.protocolSha256(),
            r.store(),
            r.waves(),
            r.planningSeconds(),
            r.mode());
    Dataset<Row> run = spark.createDataFrame(List.of(row), RUN);
    tables.writeWithCsv(run, "run");
    tables.write(run, "runs/run=" + runId);
    return r;
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private void refuseOutputOverInput() {
    for (String path : config.corpus().paths()) {
      if (tables.holds(path)) {
        throw UserError.configuration(
            "assize.corpus.path %s is a table of the output folder %s, which the run would"
                + " overwrite: choose another assize.output.dir",
            path, config.output().dir());
      }
    }
  }

  private <T> T named(String step, Supplier<T> work) {
    spark.sparkContext().setJobGroup("assize", "assize: " + step, true);
    long start = System.nanoTime();
    try {
      return work.get();
    } finally {
      spark.sparkContext().clearJobGroup();
      LOG.debug("{}: {} s", step, String.format(Locale.ROOT, "%.2f", secondsSince(start)));
    }
  }
}
