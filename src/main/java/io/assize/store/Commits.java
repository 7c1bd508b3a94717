package io.assize.store;

import java.io.BufferedReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/**
 * The commits of one judge and protocol in a store of plain Parquet, as they are at one moment:
 * folders that nothing changes once they are whole. A compaction adds a folder that holds the rows
 * of others, its inputs, and a list of these. From the moment when the list is whole, the new
 * folder is read and the inputs are not. The inputs stay for those who began to read before.
 *
 * <p>Of compactions that took the same inputs the one whose list was there first counts; all see
 * the same, since a list never changes.
 */
final class Commits {
  /** Begins the name of a commit's folder. */
  static final String COMMIT = "commit=";

  private static final String MERGED = COMMIT + "merged-";
  private static final String INPUTS = "_inputs";
  private static final String END = "end";

  private final FileSystem files;
  private final Path folder;
  private final Map<String, FileStatus> there = new TreeMap<>();
  private final List<Merged> lists = new ArrayList<>();

  /** Input → the time when the folder that replaces it counted. */
  private final Map<String, Long> replaced = new HashMap<>();

  /** A whole compaction and what it took. */
  private record Merged(String name, long at, List<String> inputs) {}

  Commits(FileSystem files, Path folder) throws IOException {
    this.files = files;
    this.folder = folder;
    for (FileStatus commit : files.listStatus(folder)) {
      if (commit.getPath().getName().startsWith(COMMIT)) {
        there.put(commit.getPath().getName(), commit);
      }
    }
    for (String name : there.keySet()) {
      Merged merged = name.startsWith(MERGED) ? merged(name) : null;
      if (merged != null) {
        lists.add(merged);
      }
    }
    lists.sort(Comparator.comparingLong(Merged::at).thenComparing(Merged::name));
    for (Merged merged : lists) {
      if (merged.inputs().stream().noneMatch(replaced::containsKey)) {
        merged.inputs().forEach(input -> replaced.put(input, merged.at()));
      } else {
        replaced.put(merged.name(), merged.at());
      }
    }
  }

  /** The name of a new compaction's folder. */
  static String newName(String id) {
    return MERGED + id;
  }

  /** What is to be read: every row that is committed once. */
  List<Path> live() {
    return there.keySet().stream().filter(this::isLive).map(this::path).toList();
  }

  /**
   * Of those to be read the ones that are whole, with data. A commit that is being written, or that
   * died while it was, lacks the mark of its end: nobody but its writer touches it.
   */
  List<Path> whole() throws IOException {
    List<Path> whole = new ArrayList<>();
    for (Path commit : live()) {
      if (files.exists(new Path(commit, "_SUCCESS"))) {
        whole.add(commit);
      }
    }
    return whole;
  }

  /**
   * What no reader needs that began at this time or later.
   *
   * @param since milliseconds since 1970
   */
  List<Path> unread(long since) {
    List<Path> unread = new ArrayList<>();
    for (Map.Entry<String, FileStatus> commit : there.entrySet()) {
      String name = commit.getKey();
      boolean given = name.startsWith(MERGED) && !isWhole(name);
      long from = given ? commit.getValue().getModificationTime() : replacedAt(name);
      if (from < since) {
        unread.add(path(name));
      }
    }
    return unread;
  }

  /** Makes a compaction count: writes the list of its inputs, which is whole with its last line. */
  static void replace(FileSystem files, Path merged, List<Path> inputs) throws IOException {
    StringBuilder list = new StringBuilder();
    inputs.forEach(input -> list.append(input.getName()).append('\n'));
    try (OutputStream out = files.create(new Path(merged, INPUTS), false)) {
      out.write(list.append(END).append('\n').toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  private boolean isLive(String name) {
    return !replaced.containsKey(name) && (!name.startsWith(MERGED) || isWhole(name));
  }

  private boolean isWhole(String name) {
    return lists.stream().anyMatch(merged -> merged.name().equals(name));
  }

  private long replacedAt(String name) {
    return replaced.getOrDefault(name, Long.MAX_VALUE);
  }

  private Path path(String name) {
    return new Path(folder, name);
  }

  /** A compaction; null where its list is not whole. */
  private Merged merged(String name) throws IOException {
    Path list = new Path(path(name), INPUTS);
    List<String> lines;
    try (BufferedReader in =
        new BufferedReader(new InputStreamReader(files.open(list), StandardCharsets.UTF_8))) {
      lines = in.lines().toList();
    } catch (FileNotFoundException e) {
      return null;
    }
    int last = lines.size() - 1;
    return last >= 0 && lines.get(last).equals(END)
        ? new Merged(name, files.getFileStatus(list).getModificationTime(), lines.subList(0, last))
        : null;
  }
}
