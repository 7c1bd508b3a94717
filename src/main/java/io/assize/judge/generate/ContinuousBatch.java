package io.assize.judge.generate;

import io.assize.judge.WorkDone;
import java.util.List;
import java.util.Set;

/**
 * Continuous batching over the slots of an {@link Engine}'s cache: each step takes one row for
 * every sequence that writes and fills up with rows of prompts, so that neither starves; a finished
 * sequence leaves and a waiting one enters between two steps. One thread runs it; any may hand in.
 *
 * <p>Where it is to be exact, a step reads a piece of one prompt, cut at fixed positions, or takes
 * one row for each of a fixed number of sequences, so that no matrix has a shape that neighbours
 * decide.
 */
final class ContinuousBatch {
  /** How long a step waits for something to do. */
  private static final int PATIENCE_MILLISECONDS = 100;

  private final BatchSettings settings;
  private final Admission admission = new Admission();
  private final WorkCount work = new WorkCount();
  private final SlotCache cache;
  private final AnswerScores scores;
  private final StepRunner runner;

  ContinuousBatch(Engine engine, BatchSettings settings, Set<Long> endTokens) {
    this.settings = settings;
    this.cache = new SlotCache(engine, settings, work);
    this.scores = new AnswerScores(engine);
    this.runner = new StepRunner(engine, cache, scores, work, endTokens);
  }

  /** Keeps the head's rows of answers that will be asked for again and again. */
  void keepHeadRows(List<long[]> answers) {
    scores.keep(answers);
  }

  void submit(Sequence sequence) {
    admission.submit(sequence);
  }

  WorkDone done() {
    return work.published();
  }

  /** Takes one step; waits a while where there is nothing to do. */
  void step() throws InterruptedException {
    cache.leaveAbandoned();
    if (cache.isIdle() && !admission.await(PATIENCE_MILLISECONDS)) {
      return;
    }
    try (NativeWork underWay = NativeWork.begin()) {
      StepPlan plan = settings.exact() ? exactStep() : mixedStep();
      if (!plan.isEmpty()) {
        runner.run(plan, settings);
      }
    }
  }

  private StepPlan mixedStep() {
    List<Sequence> writing = cache.writing();
    if (cache.reading().isEmpty() && admission.isEmpty()) {
      cache.closeGaps();
    }
    // All who come in come before the first row is made: their coming can move slots.
    long unread = cache.reading().stream().mapToLong(Sequence::unread).sum();
    int free = settings.stepTokens() - writing.size();
    while (unread < free) {
      Sequence admitted = admission.admit(cache);
      if (admitted == null) {
        break;
      }
      unread += admitted.unread();
    }
    return StepPlan.mixed(cache.writing(), cache.reading(), settings, cache.length());
  }

  /** Reads where there is something to read, so that slots fill; writes otherwise. */
  private StepPlan exactStep() {
    if (cache.reading().isEmpty()) {
      admission.admit(cache);
    }
    return StepPlan.exact(cache.writing(), cache.reading(), settings, cache.length());
  }
}
