package io.assize.table;

import io.assize.config.UserError;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * One writer of an output folder at a time. On local disks the operating system's lock of a file
 * holds, which ends with the process; elsewhere a file that is made where there is none and renewed
 * every half minute.
 */
public final class OutputLock implements AutoCloseable {
  private static final String NAME = ".assize-lock";
  private static final Duration RENEWED = Duration.ofSeconds(30);
  private static final Duration DEAD = Duration.ofMinutes(4);

  /**
   * Who holds it.
   *
   * @param since an instant, as text
   */
  private record Holder(String run, String host, long pid, String since) {
    static Holder me(String run) {
      return new Holder(
          run,
          hostName(),
          ProcessHandle.current().pid(),
          Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    }

    static Holder parse(String text) {
      String[] lines = text.split("\n", -1);
      return lines.length < 4 || !lines[2].matches("\\d{1,18}")
          ? new Holder("(unknown)", "(unknown)", -1, "(unknown)")
          : new Holder(lines[0], lines[1], Long.parseLong(lines[2]), lines[3]);
    }

    String text() {
      return String.join("\n", run, host, String.valueOf(pid), since);
    }

    boolean diedHere() {
      return host.equals(hostName()) && ProcessHandle.of(pid).isEmpty();
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT, "run %s (host %s, process %d, since %s)", run, host, pid, since);
    }

    private static String hostName() {
      try {
        return InetAddress.getLocalHost().getHostName();
      } catch (UnknownHostException e) {
        return "localhost";
      }
    }
  }

  /** Gives the lock back; may be called by another thread than the one that took it. */
  private interface Release {
    void run() throws IOException;
  }

  private final Release release;

  private OutputLock(Release release) {
    this.release = release;
  }

  /**
   * Takes the lock.
   *
   * @param run who asks
   * @param say takes a line where a dead run's lock is taken over
   * @throws UserError where another holds it
   */
  public static OutputLock take(FileSystem files, Path folder, String run, Consumer<String> say)
      throws IOException {
    files.mkdirs(folder);
    Path lock = new Path(folder, NAME);
    return "file".equals(lock.toUri().getScheme())
        ? local(Replacing.local(lock), folder, Holder.me(run), say)
        : remote(files, lock, Holder.me(run), say);
  }

  @Override
  public void close() throws IOException {
    release.run();
  }

  private static UserError held(Path folder, Holder holder) {
    return UserError.failure(
        "another run is writing to %s: %s: wait for its end, or choose another output folder",
        folder, holder);
  }

  private static void takenOver(Holder dead, Consumer<String> say) {
    say.accept(dead + " ended while it was writing here: going on in its place");
  }

  private static OutputLock local(
      java.nio.file.Path file, Path folder, Holder me, Consumer<String> say) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    try {
      FileLock held = tryLock(channel);
      String before = read(channel);
      if (held == null) {
        throw held(folder, Holder.parse(before));
      }
      if (!before.isEmpty()) {
        takenOver(Holder.parse(before), say);
      }
      channel.truncate(0);
      channel.write(ByteBuffer.wrap(me.text().getBytes(StandardCharsets.UTF_8)), 0);
      // The file stays: who deleted it could delete that of the next one.
      return new OutputLock(
          () -> {
            channel.truncate(0);
            channel.close();
          });
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static String read(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(1 << 12);
    channel.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.UTF_8);
  }

  private static OutputLock remote(FileSystem files, Path lock, Holder me, Consumer<String> say)
      throws IOException {
    if (!create(files, lock, me, false)) {
      Holder other = Holder.parse(read(files, lock));
      if (!other.diedHere() && age(files, lock).compareTo(DEAD) < 0) {
        throw held(lock.getParent(), other);
      }
      takenOver(other, say);
      create(files, lock, me, true);
    }
    // Where a store lets two make the file at once, the later one holds.
    if (!read(files, lock).equals(me.text())) {
      throw held(lock.getParent(), Holder.parse(read(files, lock)));
    }
    ScheduledExecutorService renewing =
        Executors.newSingleThreadScheduledExecutor(
            work -> {
              Thread thread = new Thread(work, "assize-output-lock");
              thread.setDaemon(true);
              return thread;
            });
    renewing.scheduleWithFixedDelay(
        () -> renew(files, lock, me), RENEWED.toSeconds(), RENEWED.toSeconds(), TimeUnit.SECONDS);
    return new OutputLock(
        () -> {
          renewing.shutdownNow();
          if (read(files, lock).equals(me.text())) {
            files.delete(lock, false);
          }
        });
  }

  private static void renew(FileSystem files, Path lock, Holder me) {
    try {
      create(files, lock, me, true);
    } catch (IOException e) {
      // The next one may come through; a lock counts as dead after several only.
    }
  }

  private static boolean create(FileSystem files, Path lock, Holder me, boolean over)
      throws IOException {
    if (!over && files.exists(lock)) {
      return false;
    }
    try (FSDataOutputStream out = files.create(lock, over)) {
      out.write(me.text().getBytes(StandardCharsets.UTF_8));
      return true;
    } catch (FileAlreadyExistsException | org.apache.hadoop.fs.PathIOException e) {
      if (over) {
        throw e;
      }
      return false;
    }
  }

  /** By the file system's own clock. */
  private static Duration age(FileSystem files, Path lock) throws IOException {
    Path now = new Path(lock.getParent(), NAME + "-now");
    files.create(now, true).close();
    long millis =
        files.getFileStatus(now).getModificationTime()
            - files.getFileStatus(lock).getModificationTime();
    files.delete(now, false);
    return Duration.ofMillis(millis);
  }

  private static String read(FileSystem files, Path lock) throws IOException {
    try (FSDataInputStream in = files.open(lock)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (FileNotFoundException e) {
      return "";
    }
  }
}
