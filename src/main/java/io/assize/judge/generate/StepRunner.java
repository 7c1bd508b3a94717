package io.assize.judge.generate;

import io.assize.judge.JudgeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.DoubleStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs planned steps. A step happens whole or not at all: where the engine or the reading of its
 * logits throws, no sequence and no slot has changed. A step that failed is repeated sequence by
 * sequence; those that fail again are the ones to blame, and leave with the reason.
 */
final class StepRunner {
  private static final Logger LOG = LoggerFactory.getLogger(StepRunner.class);

  /** Failures of all that was asked of the device, in a row, after which it counts as lost. */
  private static final int MOST_FAILURES = 2;

  private final Engine engine;
  private final SlotCache cache;
  private final AnswerScores scores;
  private final WorkCount work;
  private final Set<Long> endTokens;
  private int failuresInARow;

  StepRunner(
      Engine engine, SlotCache cache, AnswerScores scores, WorkCount work, Set<Long> endTokens) {
    this.engine = engine;
    this.cache = cache;
    this.scores = scores;
    this.work = work;
    this.endTokens = Set.copyOf(endTokens);
  }

  /** Nothing that the device was asked of late succeeded. */
  static final class DeviceLostException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    DeviceLostException(Throwable cause) {
      super("no sequence of a step could be computed: " + cause.getMessage(), cause);
    }
  }

  /** What a step's logits mean for one sequence; nothing of it has happened yet. */
  private record Outcome(Sequence sequence, Runnable consequence) {}

  /** What a step gave, and the nanoseconds that it took. */
  private record Computed(List<Outcome> outcomes, long nanos) {}

  /**
   * Runs a step.
   *
   * @param settings by which its sequences are planned one by one, should it fail
   * @throws DeviceLostException where nothing succeeds any more
   */
  void run(StepPlan plan, BatchSettings settings) {
    cache.stepped();
    Computed computed;
    try {
      computed = compute(plan);
    } catch (RuntimeException | Error e) {
      isolate(plan, settings, e);
      return;
    }
    failuresInARow = 0;
    commit(plan, computed);
  }

  private void isolate(StepPlan failed, BatchSettings settings, Throwable cause) {
    List<StepPlan.Share> shares = failed.shares();
    LOG.warn("a step of {} sequences failed and is repeated one by one", shares.size(), cause);
    int blamed = 0;
    for (StepPlan.Share share : shares) {
      StepPlan alone = StepPlan.alone(share.sequence(), settings, cache.length());
      Computed computed;
      try {
        computed = compute(alone);
      } catch (RuntimeException | Error e) {
        blamed++;
        drop(share.sequence(), e);
        continue;
      }
      commit(alone, computed);
    }
    failuresInARow = blamed == shares.size() ? failuresInARow + blamed : 0;
    if (failuresInARow > MOST_FAILURES) {
      throw new DeviceLostException(cause);
    }
  }

  /** Computes a step and what follows from it; changes nothing. */
  private Computed compute(StepPlan plan) {
    List<Outcome> outcomes = new ArrayList<>();
    long start = System.nanoTime();
    try (Engine.Logits logits = plan.computedBy(engine)) {
      for (StepPlan.Share share : plan.shares()) {
        if (share.end() >= 0) {
          outcomes.add(new Outcome(share.sequence(), consequence(share, logits)));
        }
      }
    }
    return new Computed(outcomes, System.nanoTime() - start);
  }

  private Runnable consequence(StepPlan.Share share, Engine.Logits logits) {
    Sequence sequence = share.sequence();
    if (sequence.answers() != null) {
      double[] found = scores.of(sequence, share.after(), logits);
      return DoubleStream.of(found).allMatch(Double::isFinite)
          ? () -> score(sequence, found)
          : () -> dropNotFinite(sequence);
    }
    if (!Float.isFinite(logits.bestLogit(share.end()))) {
      return () -> dropNotFinite(sequence);
    }
    long token =
        sequence.sampler() == null
            ? logits.best(share.end())
            : sequence.sampler().pick(logits.row(share.end()));
    return () -> take(sequence, token);
  }

  /**
   * Has a computed step happen. Its work is counted before any answer of it is given: who has the
   * answer sees the work. What one sequence's text or answer does is its own affair, however it
   * fails.
   */
  private void commit(StepPlan plan, Computed computed) {
    work.step(plan.read(), plan.written(), computed.nanos());
    plan.shares().forEach(share -> cache.advance(share.sequence(), share.rows()));
    work.publish();
    for (Outcome outcome : computed.outcomes()) {
      try {
        outcome.consequence().run();
      } catch (RuntimeException | Error e) {
        drop(outcome.sequence(), e);
      }
    }
    cache.cleanSpoilt();
  }

  private void take(Sequence sequence, long token) {
    if (sequence.sampler() != null) {
      sequence.sampler().taken();
    }
    boolean stopped = endTokens.contains(token);
    if (!stopped) {
      sequence.append(token);
    }
    sequence.phase = Sequence.Phase.WRITING;
    if (stopped || sequence.full()) {
      sequence.written(stopped);
      if (sequence.phase == Sequence.Phase.READING) {
        cache.queue(sequence);
      } else {
        cache.leave(sequence);
      }
    }
  }

  private void score(Sequence sequence, double[] found) {
    cache.leave(sequence);
    sequence.scored(found);
  }

  private void dropNotFinite(Sequence sequence) {
    cache.spoil(sequence);
    drop(
        sequence,
        new JudgeException(
            JudgeException.Reason.ENGINE_ERROR,
            "the model's logits are not finite: its weights or its configuration are damaged"));
  }

  /** Takes out a sequence that cannot be answered; what its slot holds is not for others. */
  private void drop(Sequence sequence, Throwable cause) {
    cache.expel(sequence);
    sequence.failed(cause);
  }
}
