package io.assize.judge;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A user's judge that outlasts the death of the one that answers: what is asked after a death is
 * asked of one opened anew, at most {@value #RENEWALS} times. What the dead one had in hand fails
 * with its reason.
 */
public final class LastingJudge implements Judge {
  /** A judge that dies more often than this is taken to die of what it is asked. */
  static final int RENEWALS = 3;

  private static final Logger LOG = LoggerFactory.getLogger(LastingJudge.class);

  private final Supplier<JudgeRegistry.Lease> leases;
  private JudgeRegistry.Lease lease;
  private int renewals;
  private boolean closed;

  /**
   * Opens the judge.
   *
   * @param leases gives a hold on it, each time anew
   */
  public LastingJudge(Supplier<JudgeRegistry.Lease> leases) {
    this.leases = leases;
    this.lease = leases.get();
  }

  @Override
  public CompletableFuture<Completion> submit(Prompt prompt) {
    return current().submit(prompt);
  }

  @Override
  public synchronized WorkDone workDone() {
    return lease.workDone();
  }

  /** How often the judge was opened on its device in this JVM. */
  public synchronized long loads() {
    return lease.loads();
  }

  @Override
  public synchronized boolean alive() {
    return !closed && (renewals < RENEWALS || lease.judge().alive());
  }

  /** Gives the judge back. */
  @Override
  public synchronized void close() {
    closed = true;
    lease.close();
  }

  private synchronized Judge current() {
    if (!closed && renewals < RENEWALS && !lease.judge().alive()) {
      renewals++;
      LOG.warn("the judge died: it is opened anew ({} of {} times)", renewals, RENEWALS);
      JudgeRegistry.Lease dead = lease;
      lease = leases.get();
      dead.close();
    }
    return lease.judge();
  }
}
