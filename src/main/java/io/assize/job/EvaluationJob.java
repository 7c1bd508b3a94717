package io.assize.job;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
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
import io.assize.spark.Told;
import io.assize.storage.Kept;
import io.assize.verdict.CurrentVerdicts;
import io.assize.verdict.TableStore;
import io.assize.verdict.Turn;
import io.assize.verdict.VerdictStore;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
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
              + " planning_seconds DOUBLE, mode STRING, precision STRING, kernels STRING");

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
    this.progress = new Told(progress);
    this.stage = JudgeStage.of(spark, config, runId);
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
    refuseUnknownJudge();
    tables.begin(runId, progress);
    try {
      RunResult result = evaluate(summaries);
      named("publish the tables", () -> publish());
      return result;
    } finally {
      tables.close();
    }
  }

  private Void publish() {
    tables.publish();
    return null;
  }

  private RunResult evaluate(boolean summaries) {
    judge.firstLook().ifPresent(progress);
    Corpus corpus = named("read the corpus", this::readCorpus);
    store.prepare();
    long start = System.nanoTime();
    Dataset<Row> requests = stage.requests(corpus.valid());
    Dataset<Row> keys = stage.keys(requests);
    try (Plan plan = named("plan", () -> new Plan(keys, stored(), mode, runId));
        Kept kept = new Kept()) {
      double planning = secondsSince(start);
      progress.accept(
          String.format(
              Locale.ROOT,
              "%d requests, %d with their verdicts in the store: judging %d requests with %s",
              plan.requests(),
              plan.requests() - plan.wanted(),
              plan.pendingKeys(),
              judge.name()));
      Judging done = judge(requests, plan);
      if (config.output().verdictsCsv()) {
        named("write verdicts.csv", () -> writeVerdicts(plan));
      }
      Dataset<Row> current = kept.keep(CurrentVerdicts.of(stored().drop("critique"), plan.all()));
      named("write current_verdicts", () -> writeCurrent(current, corpus, plan.requests()));
      RunResult result =
          named("count the run", () -> result(corpus, plan.requests(), planning, done, current));
      if (summaries) {
        named("summarise", () -> summarise(corpus, current));
      }
      return named("write the run", () -> writeRun(result));
    }
  }

  /**
   * A person who wants everything of a judge anew, or what failed of it, has verdicts of it; where
   * there are none the name or the store is another than they think, and all would be paid for.
   */
  private void refuseUnknownJudge() {
    if (mode == Mode.PENDING) {
      return;
    }
    List<String> known = store.judgesThere();
    if (!known.contains(judge.name())) {
      throw UserError.configuration(
          "the store %s has no verdict of the judge %s (%s): check assize.judge.name and"
              + " assize.store.path, or run without --%s",
          store.path(),
          judge.name(),
          known.isEmpty() ? "it has none at all" : "it has those of " + String.join(", ", known),
          mode.text().replace('_', '-'));
    }
  }

  private Corpus readCorpus() {
    Corpus corpus = new CorpusReader(spark, progress).read(config.corpus(), stage.schema());
    progress.accept(corpus.summary());
    tables.writeWithCsv(corpus.quarantined(), "quarantine");
    if (corpus.rowsValid() == 0) {
      tables.publish();
      throw corpus.nothingLeft(
          config.corpus().paths(),
          "judged",
          "; all are in "
              + config.output().dir()
              + "/quarantine.csv with their reasons; the other tables are left as they are");
    }
    return config.output().corpus() ? kept(corpus) : corpus;
  }

  /** The corpus as it was checked, read back from where it is kept. */
  private Corpus kept(Corpus corpus) {
    tables.write(corpus.valid(), "corpus");
    return corpus.withValid(tables.read("corpus"));
  }

  private Judging judge(Dataset<Row> requests, Plan plan) {
    Counters counters = Counters.of(spark.sparkContext());
    long start = System.nanoTime();
    if (plan.shares()) {
      named("share verdicts", () -> share(plan, "-shared"));
    }
    int waves = plan.pendingKeys() == 0 ? 0 : judge(requests, plan, counters);
    if (counters.elsewhere().value() > 0) {
      named("share what others judged", () -> share(plan, "-shared-later"));
    }
    return new Judging(waves, secondsSince(start), counters.work());
  }

  private Dataset<Row> stored() {
    return store.read(judge.name(), protocol.name());
  }

  private Void share(Plan plan, String commit) {
    store.append(plan.shared(stored()), judge.name(), protocol.name(), runId + commit);
    return null;
  }

  /**
   * Judges what is pending; then, once more, what the engine failed on, in other tasks. The first
   * failure of a request is not kept: it has no text that was paid for, and the second try decides.
   */
  private int judge(Dataset<Row> requests, Plan plan, Counters counters) {
    try (Turn turn = store.takeTurn(judge.name(), protocol.name(), runId);
        Progress shown = show(plan.pendingKeys(), counters)) {
      Dataset<Row> once = stage.once(requests, plan.pending(), plan.pendingKeys());
      int waves = waves(once, turn.begins(), runId, new FirstTry(plan, counters));
      Dataset<Row> again = plan.pending().join(stored().filter(plan.settled()), KEY, "left_anti");
      long count = again.count();
      if (count == 0) {
        return waves;
      }
      progress.accept(
          String.format(
              Locale.ROOT, "the engine failed on %d requests: they are judged once more", count));
      Dataset<Row> left = stage.once(requests, again, count);
      waves += waves(left, turn.begins(), runId + "-again", new SecondTry(counters));
      long lost = plan.pending().join(stored().filter(plan.had()), KEY, "left_anti").count();
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

  private Progress show(long total, Counters counters) {
    return Progress.show(
        spark.sparkContext(),
        total,
        new Progress.Counts(
            counters.judged(),
            counters.failed(),
            counters.again(),
            counters.elsewhere(),
            counters.tokens()),
        config.run().progressSeconds(),
        progress);
  }

  private int waves(Dataset<Row> ordered, double begins, String name, Waves.Judged judged) {
    int seconds = config.run().waveSeconds();
    Waves waves =
        named("order the requests", () -> new Waves(ordered, begins, seconds, name, judged));
    return waves.run(progress);
  }

  /** All that is pending, less what other runs have judged by the time that its wave begins. */
  private final class FirstTry implements Waves.Judged {
    private final Plan plan;
    private final Counters counters;

    FirstTry(Plan plan, Counters counters) {
      this.plan = plan;
      this.counters = counters;
    }

    @Override
    public FilterFunction<Row> open() {
      List<String> elsewhere =
          plan.elsewhere(stored(), startedAt).as(Encoders.STRING()).collectAsList();
      return Open.without(
          elsewhere, JavaSparkContext.fromSparkContext(spark.sparkContext()), counters.elsewhere());
    }

    @Override
    public void commit(Dataset<Row> requests, String commit) {
      Dataset<Row> verdicts = stage.verdicts(requests, counters, 0).filter(Plan.answered());
      store.append(verdicts, judge.name(), protocol.name(), commit);
    }
  }

  /** What the first try left, whatever comes of it. */
  private final class SecondTry implements Waves.Judged {
    private final Counters counters;

    SecondTry(Counters counters) {
      this.counters = counters;
    }

    @Override
    public FilterFunction<Row> open() {
      return request -> true;
    }

    @Override
    public void commit(Dataset<Row> requests, String commit) {
      store.append(stage.verdicts(requests, counters, 1), judge.name(), protocol.name(), commit);
    }
  }

  private Void writeVerdicts(Plan plan) {
    Dataset<Row> verdicts = CurrentVerdicts.of(stored(), plan.all());
    tables.writeCsv(verdicts.orderBy("sample_id", "order", "verdict_key"), "verdicts");
    return null;
  }

  private Void writeCurrent(Dataset<Row> current, Corpus corpus, long count) {
    CurrentVerdicts.write(current, corpus.valid(), count, config.output().verdictsCsv(), tables);
    return null;
  }

  private Void summarise(Corpus corpus, Dataset<Row> current) {
    summaries
        .tables(current, corpus.valid(), stage.maker().taxonomy(), LOG::info)
        .without(corpus.setAside())
        .writeTo(tables);
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
        judge.precision(),
        kernels(reports),
        config.output().dir());
  }

  /** How many devices computed with which kernels; null where none has any. */
  private static String kernels(List<DeviceWork.Report> reports) {
    Map<String, Long> devices =
        reports.stream()
            .filter(report -> report.kernels() != null)
            .collect(groupingBy(DeviceWork.Report::kernels, TreeMap::new, counting()));
    return devices.isEmpty()
        ? null
        : devices.entrySet().stream()
            .map(entry -> entry.getKey() + ": " + entry.getValue())
            .collect(joining(", "));
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
            r.mode(),
            r.precision(),
            r.kernels());
    Dataset<Row> run = spark.createDataFrame(List.of(row), RUN);
    tables.writeWithCsv(run, "run");
    tables.write(run, "runs/run=" + runId);
    return r;
  }

  private static double secondsSince(long start) {
    return (System.nanoTime() - start) / 1e9;
  }

  private void refuseOutputOverInput() {
    String storePath = config.store().pathIn(config.output().dir());
    for (String path : config.corpus().paths()) {
      tables.refuseOver("assize.corpus.path", path, storePath);
    }
    if (config.judge().kind().equals("replay")) {
      tables.refuseOver("assize.judge.recordings", config.judge().recordings(), null);
    }
    tables.refuseStore(storePath);
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
