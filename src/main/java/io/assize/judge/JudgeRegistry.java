package io.assize.judge;

import io.assize.config.JudgeConfig;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One judge per fingerprint and device in this JVM, whatever the number of tasks and stages. Users
 * take a {@link Lease}; a judge that nobody holds any more is closed after its idle time.
 *
 * <p>Judges open side by side, each in a thread of its own, so that no task's end breaks off what
 * others wait for; who asks for the same judge waits for that one only. An opening that fails is
 * told to all who wait for it, and tried anew for the next. A judge that died is closed and opened
 * anew likewise.
 */
public final class JudgeRegistry {
  private static final Logger LOG = LoggerFactory.getLogger(JudgeRegistry.class);

  /** This JVM's registry. */
  public static final JudgeRegistry SHARED = new JudgeRegistry(JudgeSpec::open);

  private final BiFunction<JudgeSpec, String, Judge> opener;
  private final Map<Key, Entry> entries = new HashMap<>();
  private final Map<Key, History> histories = new HashMap<>();
  private final ScheduledExecutorService closer =
      Executors.newSingleThreadScheduledExecutor(work -> daemon("assize-judge-closer", work));

  JudgeRegistry(BiFunction<JudgeSpec, String, Judge> opener) {
    this.opener = opener;
  }

  /** A user's hold on a judge. */
  public interface Lease extends AutoCloseable {
    Judge judge();

    /**
     * What the device has done for this judge in this JVM: what was closed since, or died, is in.
     */
    WorkDone workDone();

    /** How often this judge was opened on this device in this JVM. */
    long loads();

    @Override
    void close();
  }

  /**
   * The judge on a device, opened if need be.
   *
   * @param device {@code cpu}, or {@code gpu} and its address
   */
  public Lease acquire(JudgeSpec spec, String device) {
    return acquire(spec, device, config -> config);
  }

  /**
   * The judge on a device, opened if need be.
   *
   * @param onThisHost brings a model to this host; asked only where the judge has to be opened
   * @throws CancellationException where the waiting thread is interrupted
   */
  public Lease acquire(JudgeSpec spec, String device, UnaryOperator<JudgeConfig> onThisHost) {
    Key key = new Key(spec.fingerprint(), device, spec.config().settings().place());
    OneLease lease = enter(key, spec, onThisHost);
    try {
      lease.entry.opened.get();
      return lease;
    } catch (ExecutionException e) {
      lease.close();
      throw unchecked(e.getCause());
    } catch (InterruptedException e) {
      lease.close();
      Thread.currentThread().interrupt();
      throw new CancellationException("the task was interrupted while its judge was being opened");
    }
  }

  /** How often a judge was opened in this JVM. */
  public synchronized long loads() {
    return histories.values().stream().mapToLong(History::loads).sum();
  }

  private synchronized OneLease enter(
      Key key, JudgeSpec spec, UnaryOperator<JudgeConfig> onThisHost) {
    Entry entry = entries.get(key);
    if (entry == null || entry.unusable()) {
      History history = histories.computeIfAbsent(key, k -> new History());
      entry = new Entry(history);
      Entry before = history.follow(entry);
      entries.put(key, entry);
      Entry opening = entry;
      Runnable work =
          () -> open(key, opening, before, () -> spec.with(onThisHost.apply(spec.config())));
      daemon("assize-judge-opener", work).start();
    }
    entry.users++;
    if (entry.closing != null) {
      entry.closing.cancel(false);
      entry.closing = null;
    }
    return new OneLease(key, entry, spec.config().rows().idleUnloadSeconds());
  }

  /**
   * Opens a judge once the one before it is gone, since a device may not have room for both.
   *
   * @param before null: there was none
   */
  private void open(Key key, Entry entry, Entry before, Supplier<JudgeSpec> spec) {
    try {
      if (before != null) {
        before.end();
      }
      Judge judge = opener.apply(spec.get(), key.device());
      entry.history.opened();
      entry.opened.complete(judge);
    } catch (Throwable e) {
      synchronized (this) {
        entries.remove(key, entry);
      }
      entry.opened.completeExceptionally(e);
    }
  }

  private synchronized void release(Key key, Entry entry, int idleSeconds) {
    entry.users--;
    if (entry.users == 0) {
      entry.closing = closer.schedule(() -> closeIfIdle(key, entry), idleSeconds, TimeUnit.SECONDS);
    }
  }

  private void closeIfIdle(Key key, Entry entry) {
    boolean open;
    synchronized (this) {
      if (entry.users > 0) {
        return;
      }
      open = entry.opened.isDone();
      if (open) {
        entries.remove(key, entry);
      }
    }
    if (open) {
      entry.end();
    } else {
      // All who wanted it were interrupted.
      entry.opened.whenComplete((judge, failure) -> closeIfIdle(key, entry));
    }
  }

  /** A thread that sees the classes its maker sees: Spark's tasks may have loaders of their own. */
  private static Thread daemon(String name, Runnable work) {
    Thread thread = new Thread(work, name);
    thread.setDaemon(true);
    return thread;
  }

  private static RuntimeException unchecked(Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException known ? known : new IllegalStateException(failure);
  }

  /**
   * What is one judge.
   *
   * @param place tells apart what the fingerprint does not, as endpoints of one model
   */
  private record Key(String fingerprint, String device, Object place) {}

  /** What is known of the judges that were here under one key. */
  private static final class History {
    private long loads;
    private Entry last;
    private WorkDone ended = WorkDone.NONE;

    /** The entry before this one, where it has not ended. */
    synchronized Entry follow(Entry entry) {
      Entry before = last;
      last = entry;
      return before;
    }

    synchronized void opened() {
      loads++;
    }

    synchronized long loads() {
      return loads;
    }

    synchronized void ended(Entry entry, WorkDone work) {
      ended = ended.plus(work);
      entry.ended = true;
      last = last == entry ? null : last;
    }

    synchronized WorkDone workDone(Entry entry) {
      return entry.ended ? ended : ended.plus(entry.opened.join().workDone());
    }
  }

  /** A judge that is being opened, is open, or has ended. */
  private static final class Entry {
    private final History history;
    private final CompletableFuture<Judge> opened = new CompletableFuture<>();
    private volatile boolean ended;
    private int users;
    private ScheduledFuture<?> closing;

    Entry(History history) {
      this.history = history;
    }

    /** Whether it was opened and cannot answer any more. */
    boolean unusable() {
      return opened.isDone() && (opened.isCompletedExceptionally() || !opened.join().alive());
    }

    /** Closes the judge, once; returns when it is closed. */
    synchronized void end() {
      Judge judge = opened.isCompletedExceptionally() ? null : opened.getNow(null);
      if (judge == null || ended) {
        return;
      }
      try {
        judge.close();
      } catch (RuntimeException | Error e) {
        LOG.warn("a judge did not close: {}", String.valueOf(e));
      }
      history.ended(this, judge.workDone());
    }
  }

  private final class OneLease implements Lease {
    private final Key key;
    private final Entry entry;
    private final int idleSeconds;
    private boolean closed;

    OneLease(Key key, Entry entry, int idleSeconds) {
      this.key = key;
      this.entry = entry;
      this.idleSeconds = idleSeconds;
    }

    @Override
    public Judge judge() {
      return entry.opened.join();
    }

    @Override
    public WorkDone workDone() {
      return entry.history.workDone(entry);
    }

    @Override
    public long loads() {
      return entry.history.loads();
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        release(key, entry, idleSeconds);
      }
    }
  }
}
