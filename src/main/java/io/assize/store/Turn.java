package io.assize.store;

import io.assize.config.UserError;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * A run's place among those that judge for one store, judge and protocol at once: a file in the
 * store while the run lasts. It tells runs where to begin, so that they do not judge the same
 * requests in step; nothing depends on it, and what a killed run leaves of it does no harm.
 */
public final class Turn implements AutoCloseable {
  private static final long FORGOTTEN_MILLIS = 24L * 3600 * 1000;

  private final FileSystem files;
  private final Path own;
  private final int number;

  Turn(FileSystem files, Path folder, String what, String runId) throws IOException {
    this.files = files;
    this.own = new Path(folder, what + "-" + runId);
    files.create(own, true).close();
    long recent = files.getFileStatus(own).getModificationTime() - FORGOTTEN_MILLIS;
    List<String> running =
        Arrays.stream(files.listStatus(folder))
            .filter(file -> file.getPath().getName().startsWith(what + "-"))
            .filter(file -> file.getModificationTime() > recent)
            .sorted(
                Comparator.comparingLong(FileStatus::getModificationTime)
                    .thenComparing(file -> file.getPath().getName()))
            .map(file -> file.getPath().getName())
            .toList();
    this.number = Math.max(0, running.indexOf(own.getName()));
  }

  /**
   * Where in the requests' order this run begins, 0…1: 0, ½, ¼, ¾, … (van der Corput 1935), so that
   * each newcomer begins in the middle of a stretch that nobody has come to.
   */
  public double begins() {
    double place = 0;
    double part = 0.5;
    for (int n = number; n > 0; n /= 2) {
      place += part * (n % 2);
      part /= 2;
    }
    return place;
  }

  @Override
  public void close() {
    try {
      // The folder stays: another run may be about to write into it.
      files.delete(own, false);
    } catch (IOException e) {
      throw UserError.failure("the store's file %s cannot be removed: %s", own, e.getMessage());
    }
  }
}
