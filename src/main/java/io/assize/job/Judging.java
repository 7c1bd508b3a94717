package io.assize.job;

import static io.assize.table.ColumnNames.VERDICT_KEY;

import io.assize.config.RunConfig;
import io.assize.config.UserError;
import io.assize.spark.DeviceWork;
import io.assize.spark.Progress;
import io.assize.store.Turn;
import io.assize.store.VerdictStore;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.api.java.function.FilterFunction;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;

/**
 * Judges what a plan leaves to be judged, in waves, each of which is one commit of the store. What
 * the engine fails on is judged once more, in other tasks: the first failure of a request is not
 * kept, since it has no text that was paid for, and the second try decides.
 */
final class Judging {
  private static final String[] KEY = {VERDICT_KEY};

  private final SparkSession spark;
  private final JudgeStage stage;
  private final VerdictStore store;
  private final RunConfig settings;
  private final Instant startedAt;
  private final Consumer<String> progress;
  private final Steps steps;
  private final Counters counters;

  /** What judging took. */
  record Done(int waves, double seconds, DeviceWork work) {}

  Judging(
      SparkSession spark,
      JudgeStage stage,
      VerdictStore store,
      RunConfig settings,
      Instant startedAt,
      Consumer<String> progress) {
    this.spark = spark;
    this.stage = stage;
    this.store = store;
    this.settings = settings;
    this.startedAt = startedAt;
    this.progress = progress;
    this.steps = new Steps(spark);
    this.counters = Counters.of(spark.sparkContext());
  }

  /** Judges all that is pending, and gives rows the verdicts of equal requests. */
  Done judge(Dataset<Row> requests, Plan plan) {
    long start = System.nanoTime();
    if (plan.shares()) {
      steps.named("share verdicts", () -> share(plan, "-shared"));
    }
    int waves = plan.pendingKeys() == 0 ? 0 : judgePending(requests, plan);
    if (counters.elsewhere().value() > 0) {
      steps.named("share what others judged", () -> share(plan, "-shared-later"));
    }
    return new Done(waves, Steps.secondsSince(start), counters.work());
  }

  private Dataset<Row> stored() {
    return store.read(stage.spec().name(), protocol());
  }

  private String protocol() {
    return stage.maker().protocol().name();
  }

  private String runId() {
    return stage.provenance().runId();
  }

  private void append(Dataset<Row> verdicts, String commit) {
    store.append(verdicts, stage.spec().name(), protocol(), commit);
  }

  private void share(Plan plan, String commit) {
    append(plan.shared(stored()), runId() + commit);
  }

  private int judgePending(Dataset<Row> requests, Plan plan) {
    try (Turn turn = store.takeTurn(stage.spec().name(), protocol(), runId());
        Progress shown = show(plan.pendingKeys())) {
      Dataset<Row> once = stage.once(requests, plan.pending(), plan.pendingKeys());
      int waves = waves(once, turn.begins(), runId(), new FirstTry(plan));
      Dataset<Row> again = plan.pending().join(stored().filter(plan.settled()), KEY, "left_anti");
      long count = again.count();
      if (count == 0) {
        return waves;
      }
      progress.accept(
          String.format(
              Locale.ROOT, "the engine failed on %d requests: they are judged once more", count));
      Dataset<Row> left = stage.once(requests, again, count);
      waves += waves(left, turn.begins(), runId() + "-again", new SecondTry());
      refuseLost(plan);
      return waves;
    }
  }

  private void refuseLost(Plan plan) {
    long lost = plan.pending().join(stored().filter(plan.had()), KEY, "left_anti").count();
    if (lost > 0) {
      throw UserError.failure(
          "%d verdicts of this run are not in the store %s, though they were committed: does"
              + " another run write to it on a file system without atomic commits (see"
              + " docs/store.md)? run the same command again",
          lost, store.path());
    }
  }

  private Progress show(long total) {
    return Progress.show(
        spark.sparkContext(),
        total,
        new Progress.Counts(
            counters.judged(),
            counters.failed(),
            counters.again(),
            counters.elsewhere(),
            counters.tokens()),
        settings.progressSeconds(),
        progress);
  }

  private int waves(Dataset<Row> ordered, double begins, String name, Waves.Judged judged) {
    int seconds = settings.waveSeconds();
    Waves waves =
        steps.named("order the requests", () -> new Waves(ordered, begins, seconds, name, judged));
    return waves.run(progress);
  }

  /** All that is pending, less what other runs have judged by the time that its wave begins. */
  private final class FirstTry implements Waves.Judged {
    private final Plan plan;

    FirstTry(Plan plan) {
      this.plan = plan;
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
      append(stage.verdicts(requests, counters, 0).filter(Plan.answered()), commit);
    }
  }

  /** What the first try left, whatever comes of it. */
  private final class SecondTry implements Waves.Judged {
    @Override
    public FilterFunction<Row> open() {
      return request -> true;
    }

    @Override
    public void commit(Dataset<Row> requests, String commit) {
      append(stage.verdicts(requests, counters, 1), commit);
    }
  }
}
