package io.assize.judge.generate;

import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * Work in an engine's native library. A process that ends waits for what is under way and begins no
 * more. When a JVM ends, by a signal too, PyTorch's own exit handlers free what its operators use;
 * a thread that is in one of them then crashes the process or leaves it waiting for ever.
 */
public final class NativeWork implements AutoCloseable {
  /** Longer than a step of a batch or the loading of a small model takes. */
  private static final int PATIENCE_SECONDS = 30;

  /** Work under way holds it for reading, the end of the process for writing. */
  private static final ReentrantReadWriteLock ENDING = new ReentrantReadWriteLock();

  private static final NativeWork UNDER_WAY = new NativeWork();

  static {
    try {
      Runtime.getRuntime().addShutdownHook(new Thread(NativeWork::end, "assize-native-end"));
    } catch (IllegalStateException e) {
      // The process is ending already.
      end();
    }
  }

  private NativeWork() {}

  /** Begins; in a process that is ending it waits, and what it waits for never comes. */
  public static NativeWork begin() throws InterruptedException {
    ENDING.readLock().lockInterruptibly();
    return UNDER_WAY;
  }

  @Override
  public void close() {
    ENDING.readLock().unlock();
  }

  private static void end() {
    try {
      if (!ENDING.writeLock().tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println(
            String.format(
                Locale.ROOT,
                "assize: a model's computation has not ended in %d s",
                PATIENCE_SECONDS));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
