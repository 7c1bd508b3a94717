package io.assize.cli;

import io.assize.config.Secrets;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.logging.log4j.LogManager;
import org.apache.logging.log4j.core.LoggerContext;
import org.apache.logging.log4j.core.config.Configuration;
import org.apache.logging.log4j.core.config.DefaultConfiguration;
import org.apache.spark.sql.SparkSession;

/**
 * The log file of a process: what Spark and other libraries have to say, and every trace. It lies
 * in the folder {@code logs} of Assize's cache, or in the system's folder for temporary files,
 * never where the user works. The newest twenty are kept.
 */
final class Logs {
  /** The system property with the file's path, which the logging's settings read. */
  static final String FILE = "assize.log";

  private static final String SETTINGS = "io/assize/log4j2.properties";
  private static final int KEPT = 20;

  private Logs() {}

  /**
   * Takes Assize's own settings of the logging, where the user named none: no system property, no
   * log4j2 file on the class path (a cluster's {@code conf} folder), but Spark's or the library's
   * defaults. Spark has logged already under spark-submit, so what is in force counts.
   */
  static void settle() {
    file();
    for (String named : List.of("log4j2.configurationFile", "log4j.configurationFile")) {
      if (System.getProperty(named) != null) {
        return;
      }
    }
    try {
      if (LogManager.getContext(SparkSession.class.getClassLoader(), false)
              instanceof LoggerContext context
          && isDefault(context.getConfiguration())) {
        context.setConfigLocation(URI.create("classpath:" + SETTINGS));
      }
    } catch (LinkageError e) {
      // A platform that logs in another way keeps its own.
    }
  }

  private static boolean isDefault(Configuration settings) {
    String location = String.valueOf(settings.getConfigurationSource().getLocation());
    return settings instanceof DefaultConfiguration
        || location.endsWith("org/apache/spark/log4j2-defaults.properties");
  }

  /** The file's path; the file itself is there once something was written. */
  static synchronized Path file() {
    String chosen = System.getProperty(FILE);
    if (chosen == null) {
      chosen = folder().resolve(name()).toString();
      System.setProperty(FILE, chosen);
    }
    return Path.of(chosen);
  }

  /**
   * Writes a trace.
   *
   * @return where it can be read, for people
   */
  static synchronized String write(Throwable error) {
    String text = Instant.now() + " " + trace(error) + System.lineSeparator();
    Path file = file();
    try {
      Files.writeString(
          file, text, StandardCharsets.UTF_8, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
      return "its trace is in " + file;
    } catch (IOException e) {
      return "--verbose shows its trace, for " + file + " cannot be written";
    }
  }

  /** From now on what libraries print as errors goes to the file, or nowhere where it cannot. */
  static synchronized void takeErrors() {
    OutputStream to;
    try {
      to = Files.newOutputStream(file(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    } catch (IOException e) {
      to = OutputStream.nullOutputStream();
    }
    System.setErr(new PrintStream(to, true, StandardCharsets.UTF_8));
  }

  /** A trace as text, without secrets. */
  static String trace(Throwable error) {
    StringWriter trace = new StringWriter();
    error.printStackTrace(new PrintWriter(trace, true));
    return Secrets.hide(trace.toString());
  }

  private static String name() {
    String time =
        DateTimeFormatter.ofPattern("yyyy-MM-dd-HHmmss", Locale.ROOT)
            .format(LocalDateTime.now(ZoneId.systemDefault()));
    return time + "-" + ProcessHandle.current().pid() + ".log";
  }

  private static Path folder() {
    try {
      Path logs = Files.createDirectories(cache().resolve("logs"));
      if (Files.isWritable(logs)) {
        prune(logs);
        return logs;
      }
    } catch (IOException | InvalidPathException e) {
      // A home that cannot be written, or none: the temporary folder serves as well.
    }
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  /** As scripts/fetch-demo-judge finds it. */
  private static Path cache() {
    String own = System.getenv("ASSIZE_CACHE");
    if (own != null && !own.isEmpty()) {
      return Path.of(own);
    }
    String caches = System.getenv("XDG_CACHE_HOME");
    return caches != null && !caches.isEmpty()
        ? Path.of(caches, "assize")
        : Path.of(System.getProperty("user.home"), ".cache", "assize");
  }

  private static void prune(Path logs) throws IOException {
    try (Stream<Path> files = Files.list(logs)) {
      List<Path> oldestFirst =
          files
              .filter(file -> file.getFileName().toString().endsWith(".log"))
              .sorted(Comparator.comparing(file -> file.getFileName().toString()))
              .toList();
      for (Path old : oldestFirst.subList(0, Math.max(0, oldestFirst.size() - KEPT + 1))) {
        Files.deleteIfExists(old);
      }
    }
  }
}
