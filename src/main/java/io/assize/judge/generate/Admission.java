package io.assize.judge.generate;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/**
 * The queue before the batch. Sequences enter in the order in which they were handed in, the first
 * as soon as the cache has a slot for it, none before it. Any thread may hand in; one thread
 * admits.
 */
final class Admission {
  private final LinkedBlockingQueue<Sequence> waiting = new LinkedBlockingQueue<>();

  /** Taken from the queue, but without a slot yet. */
  private Sequence first;

  void submit(Sequence sequence) {
    waiting.add(sequence);
  }

  /** Whether nobody waits. */
  boolean isEmpty() {
    return first == null && waiting.isEmpty();
  }

  /** Waits until somebody waits to come in; false where nobody came in the time. */
  boolean await(long milliseconds) throws InterruptedException {
    if (first == null) {
      first = waiting.poll(milliseconds, TimeUnit.MILLISECONDS);
    }
    return first != null;
  }

  /** Gives the first that waits a slot; null where none waits or there is no slot for it now. */
  Sequence admit(SlotCache cache) {
    while (first == null || first.abandoned()) {
      first = waiting.poll();
      if (first == null) {
        return null;
      }
    }
    if (!cache.makeRoom(first.reservation())) {
      return null;
    }
    Sequence admitted = first;
    cache.place(admitted);
    first = null;
    return admitted;
  }
}
