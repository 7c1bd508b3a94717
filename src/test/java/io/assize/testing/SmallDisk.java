package io.assize.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * A disk in memory that can be filled up and made read-only; tests without the right are skipped.
 */
public final class SmallDisk implements AutoCloseable {
  private static final Duration LIMIT = Duration.ofMinutes(1);

  private final Path logs;
  private final Path folder;

  private SmallDisk(Path logs, Path folder) {
    this.logs = logs;
    this.folder = folder;
  }

  /** Mounts one in a folder. */
  public static SmallDisk of(Path folder, int megabytes) {
    try {
      Path logs = Files.createTempDirectory(folder.getParent(), "mount-");
      SmallDisk disk = new SmallDisk(logs, Files.createDirectories(folder));
      boolean mounted =
          disk.runs("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", disk.name());
      assumeTrue(mounted, "skipped: mounting a small disk takes rights that this user lacks");
      return disk;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public Path folder() {
    return folder;
  }

  /** Fills it up but for so many bytes. */
  public void leave(long bytes) {
    empty();
    try (OutputStream filler = Files.newOutputStream(filler())) {
      byte[] page = new byte[4096];
      for (long left = Files.getFileStore(folder).getUsableSpace() - bytes;
          left > 0;
          left -= 4096) {
        filler.write(page);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Takes away what filled it up. */
  public void empty() {
    try {
      Files.deleteIfExists(filler());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether it can be written from now on. */
  public void writable(boolean can) {
    // Streams that failed writes left open hold the disk until they are collected.
    for (int tries = 0; !runs("mount", "-o", "remount," + (can ? "rw" : "ro"), name()); tries++) {
      if (tries == 20) {
        throw new AssertionError("cannot remount " + folder);
      }
      System.gc();
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(500));
    }
  }

  @Override
  public void close() {
    if (!runs("umount", name())) {
      runs("umount", "-l", name());
    }
  }

  private Path filler() {
    return folder.resolve("filler");
  }

  private String name() {
    return folder.toString();
  }

  private boolean runs(String... command) {
    return Programs.run(logs, Map.of(), LIMIT, List.copyOf(Arrays.asList(command))).code() == 0;
  }
}
