package io.assize.judge;

import io.assize.config.JudgeConfig;
import io.assize.judge.baseline.LengthJudge;
import io.assize.judge.djl.DjlJudge;
import io.assize.judge.http.HttpJudge;
import io.assize.judge.replay.ReplayJudge;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BiFunction;
import java.util.function.UnaryOperator;

/**
 * One judge per fingerprint and device in this JVM, whatever the number of tasks and stages. Users
 * take a {@link Lease}; a judge that nobody holds any more is closed after its idle time.
 */
public final class JudgeRegistry {
  /** This JVM's registry. */
  public static final JudgeRegistry SHARED = new JudgeRegistry(JudgeRegistry::open);

  private final BiFunction<JudgeSpec, String, Judge> opener;
  private final Map<Key, Entry> entries = new HashMap<>();
  private final ScheduledExecutorService closer =
      Executors.newSingleThreadScheduledExecutor(
          work -> {
            Thread thread = new Thread(work, "assize-judge-closer");
            thread.setDaemon(true);
            return thread;
          });
  private long loads;

  JudgeRegistry(BiFunction<JudgeSpec, String, Judge> opener) {
    this.opener = opener;
  }

  /** A user's hold on a judge. */
  public interface Lease extends AutoCloseable {
    Judge judge();

    @Override
    void close();
  }

  /**
   * The judge on a device, opened if need be. Opening blocks every other caller: they want the
   * same.
   *
   * @param device {@code cpu}, or {@code gpu} and its address
   */
  public synchronized Lease acquire(JudgeSpec spec, String device) {
    return acquire(spec, device, config -> config);
  }

  /**
   * The judge on a device, opened if need be.
   *
   * @param onThisHost brings a model to this host; asked only where the judge has to be opened
   */
  public synchronized Lease acquire(
      JudgeSpec spec, String device, UnaryOperator<JudgeConfig> onThisHost) {
    Key key = new Key(spec.fingerprint(), device);
    Entry entry = entries.get(key);
    if (entry == null) {
      entry = new Entry(opener.apply(spec.with(onThisHost.apply(spec.config())), device));
      loads++;
      entries.put(key, entry);
    }
    entry.users++;
    if (entry.closing != null) {
      entry.closing.cancel(false);
      entry.closing = null;
    }
    return new OneLease(key, entry, spec.config().engine().idleUnloadSeconds());
  }

  /** How often a judge was opened in this JVM. */
  public synchronized long loads() {
    return loads;
  }

  private synchronized void release(Key key, Entry entry, int idleSeconds) {
    entry.users--;
    if (entry.users == 0) {
      entry.closing = closer.schedule(() -> closeIfIdle(key, entry), idleSeconds, TimeUnit.SECONDS);
    }
  }

  private synchronized void closeIfIdle(Key key, Entry entry) {
    if (entry.users == 0 && entries.remove(key, entry)) {
      entry.judge.close();
    }
  }

  private static Judge open(JudgeSpec spec, String device) {
    return switch (spec.config().kind()) {
      case "djl" -> DjlJudge.open(spec.config(), device);
      case "http" -> new HttpJudge(spec.config());
      case "length" -> new LengthJudge(spec.config().margin());
      case "replay" -> new ReplayJudge();
      default -> throw new IllegalArgumentException(spec.config().kind());
    };
  }

  private record Key(String fingerprint, String device) {}

  private static final class Entry {
    private final Judge judge;
    private int users;
    private ScheduledFuture<?> closing;

    Entry(Judge judge) {
      this.judge = judge;
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
      return entry.judge;
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
