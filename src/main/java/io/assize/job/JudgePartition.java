package io.assize.job;

import io.assize.config.JudgeConfig;
import io.assize.judge.Answering;
import io.assize.judge.Completion;
import io.assize.judge.InFlight;
import io.assize.judge.JudgeSpec;
import io.assize.judge.LastingJudge;
import io.assize.judge.WorkDone;
import io.assize.prompt.Request;
import io.assize.spark.DeviceWork;
import io.assize.spark.TaskJudge;
import io.assize.verdict.Provenance;
import io.assize.verdict.Status;
import io.assize.verdict.Verdict;
import java.lang.management.ManagementFactory;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.sql.Row;

/**
 * One task's share of the judging: requests in, a verdict for each out, in the order they finish.
 */
final class JudgePartition implements MapPartitionsFunction<Row, Row> {
  private static final long serialVersionUID = 1L;

  /** This JVM among all executors'. */
  private static final String JVM =
      ManagementFactory.getRuntimeMXBean().getName()
          + "/"
          + Integer.toHexString(System.identityHashCode(JudgePartition.class));

  private static final AtomicLong REPORTS = new AtomicLong();

  /** What judges had done before a run began, by run, judge and device. */
  private static final ConcurrentHashMap<String, WorkDone> BEFORE = new ConcurrentHashMap<>();

  private final JudgeSpec spec;
  private final RowRequests requests;
  private final VerdictMaker verdicts;
  private final Provenance provenance;
  private final Counters counters;
  private final int earlierAttempts;

  /** A request on its way. */
  private record Work(Answering.Attempts attempts, String key, List<VerdictMaker.Asker> askers) {}

  JudgePartition(
      JudgeSpec spec,
      RowRequests requests,
      Provenance provenance,
      Counters counters,
      int earlierAttempts) {
    this.spec = spec;
    this.requests = requests;
    this.verdicts = new VerdictMaker(spec.name(), requests.protocol());
    this.provenance = provenance;
    this.counters = counters;
    this.earlierAttempts = earlierAttempts;
  }

  @Override
  public Iterator<Row> call(Iterator<Row> rows) {
    if (!rows.hasNext()) {
      return rows;
    }
    TaskJudge task = TaskJudge.acquire(spec);
    LastingJudge judge = task.judge();
    String device = task.device();
    String before = provenance.runId() + "/" + spec.fingerprint() + "/" + device;
    BEFORE.putIfAbsent(before, judge.workDone());
    Provenance made = provenance.with(spec.kernels(device));

    Iterator<Work> work =
        new Iterator<>() {
          @Override
          public boolean hasNext() {
            return rows.hasNext();
          }

          @Override
          public Work next() {
            Row row = rows.next();
            RowRequests.Keyed keyed = requests.request(row);
            Request request = keyed.request();
            return new Work(
                new Answering.Attempts(request, keyed.recording()),
                keyed.key(),
                VerdictMaker.askers(row, request));
          }
        };
    JudgeConfig settings = spec.config();
    Answering answering =
        new Answering(judge, requests.maker(), settings.truncates(), settings.unparsableRetries());
    InFlight<Work> inFlight = task.inFlight(work, one -> answering.answer(one.attempts()));
    Deque<Row> ready = new ArrayDeque<>();
    return new Iterator<>() {
      @Override
      public boolean hasNext() {
        if (!ready.isEmpty() || inFlight.hasNext()) {
          return true;
        }
        report(judge, device, BEFORE.get(before));
        return false;
      }

      @Override
      public Row next() {
        if (ready.isEmpty()) {
          InFlight.Answered<Work> answered = inFlight.next();
          Verdict verdict = verdict(answered, made);
          ready.addAll(VerdictMaker.rows(verdict, answered.row().askers()));
        }
        return ready.remove();
      }
    };
  }

  private void report(LastingJudge judge, String device, WorkDone before) {
    long number = REPORTS.incrementAndGet();
    counters
        .work()
        .add(
            new DeviceWork.Report(
                JVM + "/" + device,
                spec.kernels(device),
                judge.loads(),
                number,
                judge.workDone().minus(before)));
  }

  private Verdict verdict(InFlight.Answered<Work> answered, Provenance made) {
    Answering.Attempts attempts = answered.row().attempts();
    VerdictMaker.Asked asked =
        new VerdictMaker.Asked(
            attempts.request(),
            answered.row().key(),
            attempts.note(),
            earlierAttempts + attempts.attempts());
    Verdict verdict =
        answered.failure() == null
            ? verdicts.answered(asked, answered.completion(), made)
            : verdicts.failed(asked, answered.failure(), made);
    count(verdict.status(), answered.completion());
    return verdict;
  }

  private void count(Status status, Completion completion) {
    boolean decided = status != Status.ENGINE_ERROR || earlierAttempts > 0;
    counters.judged().add(decided ? 1 : 0);
    counters.failed().add(decided && status != Status.OK ? 1 : 0);
    counters.again().add(decided ? 0 : 1);
    counters
        .tokens()
        .add(completion == null ? 0 : completion.promptTokens() + completion.generatedTokens());
  }
}
