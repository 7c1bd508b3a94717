package io.assize.job;

import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.count;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.assize.config.AssizeConfig;
import io.assize.config.JudgeConfig;
import io.assize.config.UserError;
import io.assize.corpus.Corpus;
import io.assize.corpus.CorpusReader;
import io.assize.corpus.CorpusSchema;
import io.assize.judge.JudgeSpec;
import io.assize.judge.WorkDone;
import io.assize.prompt.Protocol;
import io.assize.prompt.ProtocolKind;
import io.assize.scenario.Taxonomy;
import io.assize.spark.DeviceWork;
import io.assize.spark.ModelCache;
import io.assize.spark.Progress;
import io.assize.summary.SummaryTables;
import io.assize.verdict.Order;
import io.assize.verdict.TableStore;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;

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
              + " djl_version STRING");

  private final SparkSession spark;
  private final AssizeConfig config;
  private final Consumer<String> progress;
  private final String runId = UUID.randomUUID().toString();
  private final Instant startedAt = Instant.now();

  private final Protocol protocol;
  private final Taxonomy taxonomy;
  private final JudgeSpec judge;
  private final JudgeStage stage;
  private final TableStore tables;

  /** What the judging stage took. */
  private record Judging(long requests, double seconds, DeviceWork work) {}

  /**
   * Checks protocol, taxonomy, judge and output folder.
   *
   * @param progress takes lines that tell a person how far the job is
   * @throws UserError where one of them cannot be used
   */
  public EvaluationJob(SparkSession spark, AssizeConfig config, Consumer<String> progress) {
    this.spark = spark;
    this.config = config;
    this.progress = progress;
    this.protocol = Protocol.load(config.protocol());
    this.taxonomy = Taxonomy.load(config.scenarios());
    JudgeConfig here = ModelCache.onThisHost(config.judge());
    this.judge = JudgeSpec.of(here, protocol).with(config.judge());
    this.stage =
        new JudgeStage(
            judge,
            protocol,
            taxonomy,
            Order.shown(config.orders()),
            config.run().partitions(),
            runId);
    this.tables = new TableStore(spark, config.output().dir());
    refuseForeignOutput();
    refuseOutputOverInput();
    tables.prepare();
  }

  /** From the corpus to every table. */
  public RunResult run() {
    Corpus corpus = named("read the corpus", this::readCorpus);
    Judging done = named("judge", () -> judge(corpus));
    RunResult result = named("count the run", () -> result(corpus, done));
    named("summarise", () -> summarise(corpus));
    return named("write the run", () -> writeRun(result));
  }

  /** From the corpus to the verdicts, without summary tables. */
  public RunResult judgeOnly() {
    Corpus corpus = named("read the corpus", this::readCorpus);
    Judging done = named("judge", () -> judge(corpus));
    RunResult result = named("count the run", () -> result(corpus, done));
    return named("write the run", () -> writeRun(result));
  }

  private Corpus readCorpus() {
    CorpusSchema schema =
        protocol.kind() == ProtocolKind.PAIRWISE ? CorpusSchema.PAIRWISE : CorpusSchema.SINGLE;
    Corpus corpus = new CorpusReader(spark).read(config.corpus(), schema);
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

  private Judging judge(Corpus corpus) {
    long requests = stage.count(corpus, config.corpus().sample());
    progress.accept("judging %d requests with %s".formatted(requests, judge.name()));
    Counters counters = Counters.of(spark.sparkContext());
    Dataset<Row> pending = stage.requests(corpus.valid(), recordings());
    int every = config.run().progressSeconds();
    long start = System.nanoTime();
    try (Progress shown =
        Progress.show(
            spark.sparkContext(),
            requests,
            counters.judged(),
            counters.failed(),
            counters.tokens(),
            every,
            progress)) {
      tables.write(stage.verdicts(pending, counters), "verdicts");
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    if (config.output().verdictsCsv()) {
      tables.writeCsv("verdicts");
    }
    return new Judging(requests, seconds, counters.work());
  }

  private Dataset<Row> recordings() {
    return config.judge().kind().equals("replay")
        ? TableStore.readRecordings(spark, config.judge().recordings())
        : null;
  }

  private Void summarise(Corpus corpus) {
    new SummaryTables(tables.read("verdicts"), corpus.valid(), taxonomy.groups()).writeTo(tables);
    return null;
  }

  private RunResult result(Corpus corpus, Judging done) {
    Row counts =
        tables
            .read("verdicts")
            .agg(
                count(lit(1)),
                coalesce(sum(when(col("status").equalTo("ok"), 0L).otherwise(1L)), lit(0L)),
                coalesce(sum("prompt_tokens"), lit(0L)),
                coalesce(sum("generated_tokens"), lit(0L)))
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
        done.requests(),
        0,
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
            r.djlVersion());
    tables.writeWithCsv(spark.createDataFrame(List.of(row), RUN), "run");
    return r;
  }

  private void refuseForeignOutput() {
    if (!config.output().overwrite() && tables.has("verdicts")) {
      throw UserError.configuration(
          "output %s holds verdicts already: choose another assize.output.dir or set"
              + " assize.output.overwrite = true",
          config.output().dir());
    }
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
    try {
      return work.get();
    } finally {
      spark.sparkContext().clearJobGroup();
    }
  }
}
