package io.assize.spark.base;

import io.assize.config.UserError;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.GlobExpander;
import org.apache.hadoop.fs.GlobPattern;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.DataFrameReader;
import org.apache.spark.sql.SparkSession;

/**
 * What a user calls a place, made absolute and qualified: the one way from a text to a path that
 * Spark, Delta and Hadoop are given. A text with a scheme ({@code s3a://bucket/x}, {@code file:/x})
 * is taken as it is; any other names a place of the default file system, relative to the working
 * directory there. It is a name, whatever its signs, where something of that name is there; a
 * pattern ({@code *}, {@code ?}, {@code [ab]}, <code>{a,b}</code>) only where nothing is. {@code ~}
 * and {@code %20} mean themselves.
 */
public final class Paths {
  private static final Pattern ADDRESS =
      Pattern.compile("([a-zA-Z][a-zA-Z0-9+.-]*):(?://([^/]*))?(/.*)?", Pattern.DOTALL);
  private static final String SIGNS_OF_PATTERNS = "*?[{";

  private Paths() {}

  /**
   * The absolute, qualified path of a name.
   *
   * @throws UserError where there is no file system for it
   */
  public static Path qualified(SparkSession spark, String name) {
    return qualified(Internals.hadoop(spark), name);
  }

  /** The same with Hadoop's settings at hand. */
  public static Path qualified(Configuration hadoop, String name) {
    try {
      Path path = parse(name);
      return path.getFileSystem(hadoop).makeQualified(path);
    } catch (IOException | IllegalArgumentException e) {
      throw UserError.configuration(
          "%s names no place that can be reached: %s", name, e.getMessage());
    }
  }

  /** The file system of a path. */
  public static FileSystem fileSystem(SparkSession spark, Path path) throws IOException {
    return path.getFileSystem(Internals.hadoop(spark));
  }

  /**
   * What is there under a name; where nothing is, what the pattern matches, in order.
   *
   * @param what it is, for the message
   * @throws UserError where there is neither
   */
  public static List<Path> find(SparkSession spark, String what, String nameOrPattern) {
    List<Path> found = findAny(spark, what, nameOrPattern);
    if (found.isEmpty()) {
      throw UserError.configuration(
          "%s %s does not exist (looked for %s): check the path",
          what, nameOrPattern, qualified(spark, nameOrPattern));
    }
    return found;
  }

  /** The same, empty where there is neither. */
  public static List<Path> findAny(SparkSession spark, String what, String nameOrPattern) {
    Path path = qualified(spark, nameOrPattern);
    try {
      FileSystem files = fileSystem(spark, path);
      return files.exists(path) ? List.of(path) : matching(files, path);
    } catch (IOException e) {
      throw UserError.configuration(
          "%s %s cannot be read: %s: check the path", what, nameOrPattern, e.getMessage());
    }
  }

  /** Several of them, as texts for {@link #reader}. */
  public static String[] find(SparkSession spark, String what, List<String> namesOrPatterns) {
    return namesOrPatterns.stream()
        .flatMap(name -> find(spark, what, name).stream())
        .map(Path::toString)
        .distinct()
        .toArray(String[]::new);
  }

  /** A reader that takes paths as names: Spark's own would take their signs for patterns. */
  public static DataFrameReader reader(SparkSession spark) {
    return spark.read().option("__globPaths__", false);
  }

  /**
   * A path with all symbolic links resolved, those in its middle too, as far as it is there; of
   * other file systems than the local one the path itself.
   */
  public static Path real(Path qualified) {
    if (!"file".equals(qualified.toUri().getScheme())) {
      return qualified;
    }
    java.nio.file.Path whole = java.nio.file.Path.of(qualified.toUri().getPath());
    for (java.nio.file.Path there = whole; there != null; there = there.getParent()) {
      if (Files.exists(there)) {
        try {
          return local(there.toRealPath().resolve(there.relativize(whole)).toString());
        } catch (IOException e) {
          return local(whole.toString());
        }
      }
    }
    return local(whole.toString());
  }

  /** Whether one path is the other, lies in it or holds it, by their real paths. */
  public static boolean overlap(Path a, Path b) {
    return isIn(a, b) || isIn(b, a);
  }

  /** Whether a path is a folder or lies in it, by their real paths. */
  public static boolean isIn(Path path, Path folder) {
    String inner = withSlash(real(path));
    return inner.startsWith(withSlash(real(folder)));
  }

  private static String withSlash(Path path) {
    String text = path.toString();
    return text.endsWith("/") ? text : text + "/";
  }

  private static Path local(String absolute) {
    return new Path("file", null, absolute);
  }

  private static Path parse(String name) {
    Matcher address = ADDRESS.matcher(name);
    boolean hasScheme = address.matches() && (address.group(2) != null || address.group(3) != null);
    if (!hasScheme) {
      return new Path(null, null, name);
    }
    boolean file = address.group(1).equalsIgnoreCase("file");
    if (file && address.group(2) != null && !address.group(2).isEmpty()) {
      throw new IllegalArgumentException(
          "file:// is followed by a host, " + address.group(2) + ": write file:/// and the path");
    }
    String authority = file || address.group(2) == null ? null : address.group(2);
    String path = address.group(3);
    return new Path(
        file ? "file" : address.group(1),
        authority == null || authority.isEmpty() ? null : authority,
        path == null ? "/" : path);
  }

  /** Names are matched a folder at a time, so that what is there as a name stays one. */
  private static List<Path> matching(FileSystem files, Path pattern) throws IOException {
    List<String> names = new ArrayList<>();
    Path there = pattern;
    while (there.getParent() != null && !files.exists(there)) {
      names.add(0, there.getName());
      there = there.getParent();
    }
    List<Path> found = new ArrayList<>();
    for (String one : GlobExpander.expand(String.join("/", names))) {
      List<Path> folders = List.of(there);
      for (String name : one.split("/", -1)) {
        List<Path> next = new ArrayList<>();
        for (Path folder : folders) {
          next.addAll(children(files, folder, name));
        }
        folders = next;
      }
      found.addAll(folders);
    }
    return found;
  }

  private static List<Path> children(FileSystem files, Path folder, String name)
      throws IOException {
    if (name.chars().noneMatch(sign -> SIGNS_OF_PATTERNS.indexOf(sign) >= 0)) {
      Path one = child(folder, name);
      return files.exists(one) ? List.of(one) : List.of();
    }
    GlobPattern glob = pattern(name);
    boolean hidden = name.startsWith(".") || name.startsWith("_");
    try {
      return Arrays.stream(files.listStatus(folder))
          .map(FileStatus::getPath)
          .filter(path -> glob.matches(path.getName()))
          .filter(path -> hidden || !path.getName().matches("[._].*"))
          .sorted()
          .toList();
    } catch (FileNotFoundException e) {
      return List.of();
    }
  }

  private static GlobPattern pattern(String text) throws IOException {
    try {
      return new GlobPattern(text);
    } catch (RuntimeException e) {
      throw new IOException("it is neither a name nor a pattern: " + e.getMessage(), e);
    }
  }

  /** A name in a folder; it may hold a colon, which Hadoop would take for a scheme's. */
  private static Path child(Path folder, String name) {
    URI uri = folder.toUri();
    String parent = uri.getPath();
    return new Path(
        uri.getScheme(), uri.getAuthority(), (parent.equals("/") ? "" : parent) + "/" + name);
  }
}
