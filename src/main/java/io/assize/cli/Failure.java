package io.assize.cli;

import io.assize.config.Secrets;
import io.assize.config.UserError;
import java.nio.file.AccessDeniedException;
import java.nio.file.InvalidPathException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ExitCode;

/**
 * What a person is told of an error, whatever its cause: one line that says why and what to do.
 *
 * @param line what is wrong, without a line break
 * @param exitCode of the process
 * @param bug whether nothing but the trace can tell more
 */
record Failure(String line, int exitCode, boolean bug) {
  /** An error of a task comes to the driver as text when its class could not be carried over. */
  private static final Pattern CARRIED =
      Pattern.compile(Pattern.quote(UserError.class.getName()) + ": ([^\\r\\n]+)");

  private static final Pattern UNWRITABLE =
      Pattern.compile("Permission denied|Read-only file system|Mkdirs failed to create");

  /** The line that says it, which may be deep in the text of another. */
  private static final Pattern FULL =
      Pattern.compile("[^\\s][^\\r\\n]*(No space left on device|Disk quota exceeded)[^\\r\\n]*");

  private static final Pattern SETTING = Pattern.compile("^(The value of )?spark\\.\\S+ should be");

  private static final int DEEPEST = 100;

  /** Finds the error that the user can mend, at any depth, or says that there is none. */
  static Failure of(Throwable error) {
    List<Throwable> chain = chain(error);
    for (Throwable cause : chain) {
      if (cause instanceof UserError user) {
        return new Failure(user.getMessage(), user.exitCode(), false);
      }
    }
    for (Throwable cause : chain) {
      Failure failure = known(cause);
      if (failure != null) {
        return failure;
      }
    }
    Throwable root = chain.get(chain.size() - 1);
    return new Failure(
        "failed with " + firstLine(root) + ": this looks like a bug", ExitCode.SOFTWARE, true);
  }

  private static Failure known(Throwable cause) {
    String text = String.valueOf(cause.getMessage());
    Matcher carried = CARRIED.matcher(text);
    if (carried.find()) {
      return failed(carried.group(1).strip(), false);
    }
    if (cause instanceof OutOfMemoryError || text.contains(OutOfMemoryError.class.getName())) {
      return failed(
          "a JVM's memory is full: give it more, by ASSIZE_JAVA_OPTS=-Xmx8g for scripts/assize, by"
              + " --driver-memory and --executor-memory for spark-submit",
          true);
    }
    Matcher full = FULL.matcher(cause.toString());
    if (full.find()) {
      return failed(
          "no space is left on a disk (" + Secrets.hide(full.group()) + "): make room", true);
    }
    if (cause instanceof AccessDeniedException || UNWRITABLE.matcher(text).find()) {
      return new Failure(
          "a file or folder cannot be written or read: " + firstLine(cause), ExitCode.USAGE, false);
    }
    if (cause instanceof InvalidPathException || text.contains("DELTA_TABLE_NOT_FOUND")) {
      return new Failure("a path names no such thing: " + firstLine(cause), ExitCode.USAGE, false);
    }
    if (cause instanceof IllegalArgumentException && SETTING.matcher(text).find()) {
      return new Failure("a setting of Spark is wrong: " + firstLine(cause), ExitCode.USAGE, false);
    }
    if (cause instanceof LinkageError) {
      return failed(
          "a class is missing or of another version ("
              + firstLine(cause)
              + "): Assize needs Spark 3.5 with Scala 2.12 and Java 17, and no second version of"
              + " its libraries on the class path",
          true);
    }
    if (cause instanceof StackOverflowError) {
      return failed("a JVM's stack is full: an input is nested too deeply", true);
    }
    return null;
  }

  private static Failure failed(String line, boolean traced) {
    return new Failure(line, ExitCode.SOFTWARE, traced);
  }

  private static List<Throwable> chain(Throwable error) {
    List<Throwable> chain = new ArrayList<>();
    for (Throwable cause = error;
        cause != null && chain.size() < DEEPEST;
        cause = cause.getCause()) {
      chain.add(cause);
    }
    return chain;
  }

  private static String firstLine(Throwable error) {
    return Secrets.hide(String.valueOf(error))
        .lines()
        .findFirst()
        .orElse("an unnamed error")
        .strip();
  }
}
