package io.assize.corpus;

import io.assize.config.UserError;
import io.assize.spark.base.Paths;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.spark.sql.SparkSession;

/**
 * Finds the files of a corpus. A folder is searched with all folders in it; names that begin with _
 * or . are hidden, a folder with a {@code _delta_log} is one table, and files that are no data are
 * passed over, which is said once.
 */
final class CorpusFiles {
  private static final String DELTA_LOG = "_delta_log";
  private static final int NAMES_SAID = 3;

  private final SparkSession spark;
  private final CorpusFormat wanted;
  private final Consumer<String> notes;
  private final TreeSet<String> passedOver = new TreeSet<>();

  /**
   * A file, or a Delta table.
   *
   * @param depth the folders above the one that was named: partition columns come of those below
   */
  record DataFile(String path, int depth) implements Serializable {
    /** The partition columns of its folders, {@code k=v}, below the one that was named. */
    List<String> partitionColumns() {
      return List.copyOf(Partitions.of(path, depth).keySet());
    }
  }

  CorpusFiles(SparkSession spark, String format, Consumer<String> notes) {
    this.spark = spark;
    this.wanted = CorpusFormat.ofKey(format);
    this.notes = notes;
  }

  /** All files by format, each once, in order of their names. */
  Map<CorpusFormat, List<DataFile>> find(List<String> names) {
    Map<CorpusFormat, Map<String, DataFile>> all = new EnumMap<>(CorpusFormat.class);
    for (String name : names) {
      boolean any = false;
      for (Path root : Paths.find(spark, "corpus", name)) {
        try {
          FileSystem files = Paths.fileSystem(spark, root);
          FileStatus status = files.getFileStatus(root);
          any |= status.isDirectory() ? folder(files, root, all) : file(files, root, all);
        } catch (IOException e) {
          throw UserError.configuration(
              "corpus %s cannot be read: %s: check the path and your rights", root, firstLine(e));
        }
      }
      if (!any) {
        throw UserError.configuration(
            "corpus %s holds no data%s: name files, folders or globs of Parquet, JSON lines, CSV or"
                + " a Delta table",
            name, wanted == null ? "" : " of format " + wanted.key());
      }
    }
    sayPassedOver();
    Map<CorpusFormat, List<DataFile>> found = new EnumMap<>(CorpusFormat.class);
    all.forEach((format, named) -> found.put(format, List.copyOf(named.values())));
    return found;
  }

  /** What a file's first characters are like, for a message. */
  static String looksLike(FileSystem files, Path path) throws IOException {
    try (InputStream in = files.open(path)) {
      String begin = new String(in.readNBytes(64), StandardCharsets.UTF_8).strip();
      if (begin.isEmpty()) {
        return "it is empty";
      }
      if (begin.startsWith("{")) {
        return "it looks like JSON lines: name it .jsonl, or set assize.corpus.format = jsonl";
      }
      if (begin.startsWith("sample_id,") || begin.matches("(?s)[\\w \"]+(,[\\w \"]+)+\r?\n.*")) {
        return "it looks like CSV: name it .csv, or set assize.corpus.format = csv";
      }
      return "it may be damaged or cut off: write it again";
    }
  }

  private boolean file(FileSystem files, Path path, Map<CorpusFormat, Map<String, DataFile>> all)
      throws IOException {
    if (wanted == null || wanted == CorpusFormat.DELTA) {
      refuseInTable(files, path);
    }
    CorpusFormat format = wanted != null ? wanted : CorpusFormat.ofName(path.getName());
    if (format == null && isParquet(files, path)) {
      format = CorpusFormat.PARQUET;
    }
    if (format == null || format == CorpusFormat.DELTA) {
      throw UserError.configuration(
          "corpus file %s is %s: set assize.corpus.format to parquet, jsonl or csv",
          path, format == null ? "of no format that its name tells" : "no Delta table");
    }
    add(all, format, path, path.getParent().depth());
    return true;
  }

  private boolean folder(FileSystem files, Path root, Map<CorpusFormat, Map<String, DataFile>> all)
      throws IOException {
    if (wanted == null || wanted == CorpusFormat.DELTA) {
      if (files.exists(new Path(root, DELTA_LOG))) {
        add(all, CorpusFormat.DELTA, root, root.depth());
        return true;
      }
      refuseInTable(files, root);
    }
    Map<CorpusFormat, List<Path>> here = new EnumMap<>(CorpusFormat.class);
    TreeSet<Path> tables = new TreeSet<>();
    List<Path> others = new ArrayList<>();
    RemoteIterator<LocatedFileStatus> listed = files.listFiles(root, true);
    while (listed.hasNext()) {
      Path path = listed.next().getPath();
      Path table = table(path, root);
      if (table != null) {
        tables.add(table);
      } else if (!hidden(path, root)) {
        CorpusFormat format = CorpusFormat.ofName(path.getName());
        if (format == null) {
          others.add(path);
        } else {
          here.computeIfAbsent(format, f -> new ArrayList<>()).add(path);
        }
      }
    }
    if (wanted != CorpusFormat.PARQUET) {
      here.values().forEach(paths -> paths.removeIf(path -> isIn(path, tables)));
      others.removeIf(path -> isIn(path, tables));
      if (!tables.isEmpty()) {
        here.put(CorpusFormat.DELTA, List.copyOf(tables));
      }
    }
    here.values().removeIf(List::isEmpty);
    sortOut(files, here, others);
    passOver(others);
    here.forEach((format, paths) -> paths.forEach(path -> add(all, format, path, root.depth())));
    return !here.isEmpty();
  }

  /** Leaves one format in a folder, and in {@code others} what is no data. */
  private void sortOut(FileSystem files, Map<CorpusFormat, List<Path>> here, List<Path> others)
      throws IOException {
    if (wanted != null) {
      here.forEach(
          (format, paths) -> {
            if (format != wanted) {
              others.addAll(paths);
            }
          });
      here.keySet().removeIf(format -> format != wanted);
    }
    List<Path> unnamed = others.stream().filter(path -> !path.getName().contains(".")).toList();
    for (Path path : unnamed) {
      CorpusFormat format = isParquet(files, path) ? CorpusFormat.PARQUET : wanted;
      boolean taken = format != null && (wanted == null || wanted == format);
      if (taken && format != CorpusFormat.DELTA) {
        here.computeIfAbsent(format, f -> new ArrayList<>()).add(path);
        others.remove(path);
      }
    }
    List<Path> lines = here.get(CorpusFormat.JSONL);
    if (here.size() > 1
        && lines != null
        && lines.stream().allMatch(path -> CorpusFormat.mayDescribe(path.getName()))) {
      others.addAll(here.remove(CorpusFormat.JSONL));
    }
    if (here.size() > 1) {
      StringBuilder said = new StringBuilder();
      here.forEach(
          (format, paths) ->
              said.append(said.isEmpty() ? "" : " and ")
                  .append(format.said())
                  .append(" (")
                  .append(paths.get(0))
                  .append(')'));
      throw UserError.configuration(
          "the corpus's folder holds %s: set assize.corpus.format, or name the files", said);
    }
  }

  private void refuseInTable(FileSystem files, Path path) throws IOException {
    for (Path above = path.getParent(); above != null; above = above.getParent()) {
      if (files.exists(new Path(above, DELTA_LOG))) {
        throw UserError.configuration(
            "corpus %s is a part of the Delta table %s, whose log says which rows count: name the"
                + " table's folder (or set assize.corpus.format = parquet to read the files as"
                + " they are)",
            path, above);
      }
    }
  }

  private void passOver(List<Path> others) {
    others.forEach(path -> passedOver.add(path.getName()));
  }

  private void sayPassedOver() {
    if (!passedOver.isEmpty()) {
      notes.accept(
          String.format(
              Locale.ROOT,
              "passed over what is no data: %s%s",
              String.join(", ", passedOver.stream().limit(NAMES_SAID).toList()),
              passedOver.size() > NAMES_SAID
                  ? String.format(Locale.ROOT, " and %d more", passedOver.size() - NAMES_SAID)
                  : ""));
    }
  }

  private static void add(
      Map<CorpusFormat, Map<String, DataFile>> all, CorpusFormat format, Path path, int depth) {
    all.computeIfAbsent(format, f -> new TreeMap<>())
        .putIfAbsent(path.toString(), new DataFile(path.toString(), depth));
  }

  private static boolean isIn(Path path, Set<Path> tables) {
    for (Path above = path.getParent(); above != null; above = above.getParent()) {
      if (tables.contains(above)) {
        return true;
      }
    }
    return false;
  }

  /** The Delta table whose log a file is a part of; null for none. */
  private static Path table(Path path, Path root) {
    for (Path at = path.getParent(); at != null && at.depth() > root.depth(); at = at.getParent()) {
      if (at.getName().equals(DELTA_LOG)) {
        return at.getParent();
      }
    }
    return null;
  }

  private static boolean hidden(Path path, Path root) {
    for (Path at = path; at != null && at.depth() > root.depth(); at = at.getParent()) {
      String name = at.getName();
      if (name.startsWith(".") || (name.startsWith("_") && !name.contains("="))) {
        return true;
      }
    }
    return false;
  }

  private static boolean isParquet(FileSystem files, Path path) throws IOException {
    byte[] magic = new byte[4];
    try (FSDataInputStream in = files.open(path)) {
      in.readFully(0, magic);
    } catch (EOFException e) {
      return false;
    }
    return new String(magic, StandardCharsets.ISO_8859_1).equals("PAR1");
  }

  private static String firstLine(Exception e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("for no stated reason");
  }
}
