package io.assize.job;

import static io.assize.table.ColumnNames.SAMPLE_ID;
import static io.assize.table.ColumnNames.VERDICT_KEY;

import io.assize.config.AssizeConfig;
import io.assize.config.UserError;
import io.assize.corpus.Corpus;
import io.assize.corpus.CorpusReader;
import io.assize.judge.JudgeSpec;
import io.assize.prompt.Protocol;
import io.assize.spark.Told;
import io.assize.spark.base.Kept;
import io.assize.store.CurrentVerdicts;
import io.assize.store.VerdictStore;
import io.assize.table.TableStore;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The job: a corpus is read and checked, its rows are judged, the verdicts are kept, and the
 * summary tables are made of them. Everything that can be wrong with the configuration, the judge's
 * files or the corpus's is found before any row is judged.
 */
public final class EvaluationJob {
  private static final Logger LOG = LoggerFactory.getLogger(EvaluationJob.class);

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
  private final Steps steps;

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
    this.steps = new Steps(spark);
    this.stage = JudgeStage.of(spark, config, runId);
    this.judge = stage.spec();
    this.protocol = stage.maker().protocol();
    this.summaries = new Summaries(spark, config.summary());
    this.tables = OutputTables.in(spark, config.output().dir());
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
      steps.named("publish the tables", tables::publish);
      return result;
    } finally {
      tables.close();
    }
  }

  private RunResult evaluate(boolean summaries) {
    judge.firstLook().ifPresent(progress);
    Corpus corpus = steps.named("read the corpus", this::readCorpus);
    store.prepare();
    long start = System.nanoTime();
    Dataset<Row> requests = stage.requests(corpus.valid());
    Dataset<Row> keys = stage.keys(requests);
    try (Plan plan = steps.named("plan", () -> new Plan(keys, stored(), mode, runId));
        Kept kept = new Kept()) {
      double planning = Steps.secondsSince(start);
      say(plan);
      Judging.Done done =
          new Judging(spark, stage, store, config.run(), startedAt, progress).judge(requests, plan);
      if (config.output().verdictsCsv()) {
        steps.named("write verdicts.csv", () -> writeVerdicts(plan));
      }
      Dataset<Row> current = kept.keep(CurrentVerdicts.of(stored().drop("critique"), plan.all()));
      steps.named("write current_verdicts", () -> writeCurrent(current, corpus, plan.requests()));
      RunResult result =
          steps.named(
              "count the run", () -> result(corpus, plan.requests(), planning, done, current));
      if (result.failed() > 0) {
        progress.accept(FailedRequests.line(current));
      }
      if (summaries) {
        steps.named("summarise", () -> summarise(corpus, current));
      }
      steps.named("write the run", () -> writeRun(result));
      return result;
    }
  }

  private void say(Plan plan) {
    progress.accept(
        String.format(
            Locale.ROOT,
            "%d requests, %d with their verdicts in the store: judging %d requests with %s",
            plan.requests(),
            plan.requests() - plan.wanted(),
            plan.pendingKeys(),
            judge.name()));
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
    tables.writeWithCsv(corpus.quarantined(), OutputTables.QUARANTINE.name());
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
    tables.write(corpus.valid(), OutputTables.CORPUS.name());
    return corpus.withValid(tables.read(OutputTables.CORPUS.name()));
  }

  private Dataset<Row> stored() {
    return store.read(judge.name(), protocol.name());
  }

  private void writeVerdicts(Plan plan) {
    Dataset<Row> verdicts = CurrentVerdicts.of(stored(), plan.all());
    tables.writeCsv(verdicts.orderBy(SAMPLE_ID, "order", VERDICT_KEY), "verdicts");
  }

  private void writeCurrent(Dataset<Row> current, Corpus corpus, long count) {
    CurrentVerdicts.write(current, corpus.valid(), count, config.output().verdictsCsv(), tables);
  }

  private void summarise(Corpus corpus, Dataset<Row> current) {
    summaries
        .tables(current, corpus.valid(), stage.maker().taxonomy(), LOG::info)
        .without(corpus.setAside())
        .writeTo(tables);
  }

  private RunResult result(
      Corpus corpus, long requests, double planning, Judging.Done done, Dataset<Row> current) {
    return new RunResult(
        runId,
        startedAt,
        Instant.now(),
        new RunResult.Setting(
            judge.name(),
            judge.fingerprint(),
            protocol.name(),
            stage.provenance().templateSha256(),
            mode.text(),
            judge.precision(),
            store.path(),
            spark.version()),
        RunTable.counts(runId, corpus, requests, current),
        RunTable.work(planning, done),
        config.output().dir());
  }

  private void writeRun(RunResult result) {
    Dataset<Row> run = RunTable.TABLE.rows(spark, List.of(result));
    tables.writeWithCsv(run, RunTable.TABLE.name());
    tables.write(run, RunTable.ALL_RUNS.name() + "/run=" + runId);
  }

  private void refuseOutputOverInput() {
    String storePath = config.store().pathIn(config.output().dir());
    for (String path : config.corpus().paths()) {
      tables.refuseOver("assize.corpus.path", path, storePath);
    }
    String recordings = config.judge().settings().recordings();
    if (recordings != null) {
      tables.refuseOver("assize.judge.recordings", recordings, null);
    }
    tables.refuseStore(storePath);
  }
}
