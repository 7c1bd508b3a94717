package io.assize.job;

import static io.assize.table.ColumnNames.JUDGED_FOR;
import static io.assize.table.ColumnNames.RUN_ID;
import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;
import static org.apache.spark.sql.functions.coalesce;
import static org.apache.spark.sql.functions.col;
import static org.apache.spark.sql.functions.lit;
import static org.apache.spark.sql.functions.sum;
import static org.apache.spark.sql.functions.when;

import io.assize.corpus.Corpus;
import io.assize.judge.WorkDone;
import io.assize.spark.DeviceWork;
import io.assize.table.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.apache.spark.sql.Column;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;

/** The tables {@code run} and {@code runs}, and how their figures come about. */
public final class RunTable {
  /** The table. */
  public static final Table<RunResult> TABLE =
      Table.<RunResult>of("run", "the run that made the tables")
          .text(RUN_ID, RunResult::runId, "its own")
          .text("judge", set(RunResult.Setting::judge), "the judge's name")
          .text(
              "judge_fingerprint",
              set(RunResult.Setting::judgeFingerprint),
              "sha-256 over what can change its answers")
          .text("protocol", set(RunResult.Setting::protocol), "the protocol's name")
          .time("started_at", RunResult::startedAt, "when it began")
          .time("finished_at", RunResult::finishedAt, "when it had judged and counted all")
          .count("rows_read", RunResult::rowsRead, "rows of the corpus")
          .count("quarantined", RunResult::quarantined, "of them set aside")
          .count("requests", RunResult::requests, "of the others, one for each order")
          .count(
              "reused",
              RunResult::reused,
              "requests whose verdict was there, or was judged for an equal one")
          .count("judged", RunResult::judged, "requests judged in this run")
          .count("failed", RunResult::failed, "requests whose verdict that counts is not `ok`")
          .count("prompt_tokens", run -> run.counts().promptTokens(), "read in this run")
          .count("generated_tokens", run -> run.counts().generatedTokens(), "written in this run")
          .number("judging_seconds", work(RunResult.Work::judgingSeconds), "of waves, wall time")
          .number(
              "device_busy_share",
              work(RunResult.Work::deviceBusyShare),
              "of the devices' seconds while it judged, those they worked for the judge, 0…1")
          .count("judge_instances", work(RunResult.Work::judgeInstances), "devices that judged")
          .count("model_loads", work(RunResult.Work::modelLoads), "judges opened on them")
          .number(
              "prefill_tokens_per_second",
              work(RunResult.Work::prefillTokensPerSecond),
              "of device time")
          .number(
              "decode_tokens_per_second",
              work(RunResult.Work::decodeTokensPerSecond),
              "of device time")
          .text("assize_version", run -> Versions.ASSIZE, "of this code")
          .text("spark_version", set(RunResult.Setting::sparkVersion), "of Spark")
          .text("java_version", run -> System.getProperty("java.version"), "of the driver's Java")
          .text("djl_version", run -> Versions.DJL, "of DJL")
          .text(
              "protocol_sha256",
              set(RunResult.Setting::protocolSha256),
              "of the template and the rule that reads answers")
          .text("store", set(RunResult.Setting::store), "the folder of the verdicts")
          .count("waves", work(RunResult.Work::waves), "commits of verdicts")
          .number(
              "planning_seconds",
              work(RunResult.Work::planningSeconds),
              "until it was known what to judge")
          .text("mode", set(RunResult.Setting::mode), "`pending`, `rejudge` or `only_failed`")
          .text(
              "precision",
              set(RunResult.Setting::precision),
              "of a model's products; null for a judge that is not computed here")
          .text(
              "kernels",
              work(RunResult.Work::kernels),
              "what the devices that judged computed with, and how many: `avx512: 3, avx2: 1`");

  /** Each run that came to its end. */
  static final Table<RunResult> ALL_RUNS =
      Table.of("runs", "each run that came to its end (Parquet, no CSV)");

  private RunTable() {}

  private static <V> Function<RunResult, V> set(Function<RunResult.Setting, V> value) {
    return run -> value.apply(run.setting());
  }

  private static <V> Function<RunResult, V> work(Function<RunResult.Work, V> value) {
    return run -> value.apply(run.work());
  }

  /** A run's figures by their columns' names, and its output folder. */
  public static Map<String, Object> figures(RunResult run) {
    Map<String, Object> figures = new LinkedHashMap<>(TABLE.values(run));
    figures.put("output", run.output());
    return figures;
  }

  /**
   * Counts what a run did.
   *
   * @param current the corpus's verdicts, one for each request
   */
  static RunResult.Counts counts(String runId, Corpus corpus, long requests, Dataset<Row> current) {
    Column judgedHere = col(RUN_ID).equalTo(runId).and(col(JUDGED_FOR).isNull());
    Row sums =
        current
            .agg(
                total(when(judgedHere, 1L).otherwise(0L)).as("judged"),
                total(when(col("status").equalTo("ok"), 0L).otherwise(1L)).as("failed"),
                total(when(judgedHere, col("prompt_tokens"))).as("prompt_tokens"),
                total(when(judgedHere, col("generated_tokens"))).as("generated_tokens"))
            .head();
    long judged = sums.<Long>getAs("judged");
    return new RunResult.Counts(
        corpus.rowsRead(),
        corpus.rowsQuarantined(),
        requests,
        requests - judged,
        judged,
        sums.<Long>getAs("failed"),
        sums.<Long>getAs("prompt_tokens"),
        sums.<Long>getAs("generated_tokens"));
  }

  private static Column total(Column values) {
    return coalesce(sum(values), lit(0L));
  }

  /** What judging took, by what its devices report. */
  static RunResult.Work work(double planningSeconds, Judging.Done done) {
    List<DeviceWork.Report> reports = List.copyOf(done.work().value().values());
    WorkDone work =
        reports.stream().map(DeviceWork.Report::work).reduce(WorkDone.NONE, WorkDone::plus);
    double deviceSeconds = Math.max(1, reports.size()) * Math.max(done.seconds(), 1e-9);
    return new RunResult.Work(
        planningSeconds,
        done.seconds(),
        done.waves(),
        work.busySeconds() / deviceSeconds,
        reports.size(),
        reports.stream().mapToLong(DeviceWork.Report::loads).sum(),
        work.prefillRate(),
        work.decodeRate(),
        kernels(reports));
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
}
