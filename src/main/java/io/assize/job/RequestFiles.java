package io.assize.job;

import io.assize.config.UserError;
import io.assize.spark.base.Paths;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.SparkSession;

/**
 * Files of lines, each of bounded size, in a folder of their own. A file has its name when it is
 * whole.
 */
final class RequestFiles implements AutoCloseable {
  private static final int BUFFER = 1 << 16;

  private final FileSystem files;
  private final Path folder;
  private final Path writing;
  private final Limits limits;
  private final List<String> written = new ArrayList<>();
  private OutputStream open;
  private long lines;
  private long bytes;

  /**
   * How large a file may be.
   *
   * @param requests most lines, 1 or more
   * @param bytes most bytes, which one line alone may exceed
   */
  record Limits(long requests, long bytes) {}

  /**
   * Prepares the folder.
   *
   * @throws UserError where something is in it already, or it cannot be written
   */
  RequestFiles(SparkSession spark, String out, Limits limits) {
    this.folder = Paths.qualified(spark, out);
    this.writing = new Path(folder, "_writing");
    this.limits = limits;
    try {
      this.files = Paths.fileSystem(spark, folder);
      if (files.exists(folder)
          && (files.getFileStatus(folder).isFile() || files.listStatus(folder).length > 0)) {
        throw UserError.configuration(
            "--out %s is there already: name a folder that is not, so that nothing that was handed in"
                + " is written over",
            out);
      }
      files.mkdirs(folder);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  /** Writes a line, into another file where this one is full. */
  void write(String line) {
    byte[] text = (line + "\n").getBytes(StandardCharsets.UTF_8);
    if (open != null && (lines == limits.requests() || bytes + text.length > limits.bytes())) {
      finish();
    }
    try {
      if (open == null) {
        open = new BufferedOutputStream(files.create(writing, true), BUFFER);
      }
      open.write(text);
    } catch (IOException e) {
      throw unwritable(e);
    }
    lines++;
    bytes += text.length;
  }

  /** Ends the last file; returns all by name. */
  List<String> finish() {
    if (open != null) {
      Path name =
          new Path(folder, String.format(Locale.ROOT, "requests-%05d.jsonl", written.size() + 1));
      try {
        open.close();
        open = null;
        if (!files.rename(writing, name)) {
          throw new IOException(writing + " cannot be renamed to " + name);
        }
      } catch (IOException e) {
        throw unwritable(e);
      }
      written.add(name.getName());
      lines = 0;
      bytes = 0;
    }
    return List.copyOf(written);
  }

  /** Removes what is not whole. */
  @Override
  public void close() {
    if (open == null) {
      return;
    }
    try {
      open.close();
      files.delete(writing, false);
    } catch (IOException e) {
      throw unwritable(e);
    }
  }

  private UserError unwritable(IOException e) {
    return UserError.failure("%s cannot be written: %s", folder, e.getMessage());
  }
}
