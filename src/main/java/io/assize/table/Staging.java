package io.assize.table;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Path;

/**
 * Tables that are being written, in a hidden folder of the output's; nobody sees them before all
 * are there. Then a list of them is written, and each takes the place of the one before: a table of
 * one Parquet file, and a CSV, in one step; a folder of several files by two renames. A death in
 * between is made good by {@link #recover}, which goes on with the list.
 */
public final class Staging implements AutoCloseable {
  /** The one file of a table that has one: the same name each time, so that it can be replaced. */
  static final String ONE_FILE = "part-00000.parquet";

  private static final String PREFIX = ".assize-";
  private static final String LIST = "_to-publish";

  private final FileSystem files;
  private final Path out;
  private final Path folder;
  private final Set<String> names = new TreeSet<>();

  private Staging(FileSystem files, Path out, Path folder) {
    this.files = files;
    this.out = out;
    this.folder = folder;
  }

  /**
   * A place for tables of an output folder.
   *
   * @param id tells it from others
   */
  public static Staging in(FileSystem files, Path out, String id) {
    return new Staging(files, out, new Path(out, PREFIX + id));
  }

  /** Where a table or CSV is to be written. */
  public Path at(String name) {
    return new Path(folder, name);
  }

  /** Says that a table or CSV is whole, and brings a table of one file into its form. */
  public synchronized void add(String name) throws IOException {
    if (files.getFileStatus(at(name)).isDirectory()) {
      nameOneFile(at(name));
    }
    names.add(name);
  }

  /** Whether a table or CSV was {@link #add}ed. */
  public synchronized boolean has(String name) {
    return names.contains(name);
  }

  /** How many files of Parquet a table has. */
  public int parts(String name) throws IOException {
    int parts = 0;
    for (FileStatus file : list(files, at(name))) {
      parts += isPart(file.getPath()) ? 1 : 0;
    }
    return parts;
  }

  /** Puts a table written under another name in the place of one that was added. */
  public synchronized void rename(String from, String to) throws IOException {
    files.delete(at(to), true);
    rename(at(from), at(to));
    add(to);
  }

  /** Adds the one file of a folder under a name, and deletes the folder. */
  public synchronized void addOnlyFile(String from, String name) throws IOException {
    for (FileStatus file : list(files, at(from))) {
      if (file.getPath().getName().startsWith("part-")) {
        Replacing.replace(files, file.getPath(), at(name));
      }
    }
    files.delete(at(from), true);
    add(name);
  }

  /** Puts all in the places of those before; {@code last} after the others. */
  public synchronized void publish(String last) throws IOException {
    List<String> order = new ArrayList<>(names);
    order.sort((a, b) -> Boolean.compare(rank(a, last), rank(b, last)));
    Path list = new Path(folder, LIST);
    Path part = new Path(folder, LIST + ".part");
    try (FSDataOutputStream text = files.create(part, true)) {
      text.write(String.join("\n", order).getBytes(StandardCharsets.UTF_8));
    }
    Replacing.replace(files, part, list);
    place(order);
    names.clear();
  }

  private static boolean rank(String name, String last) {
    return name.equals(last) || name.equals(last + ".csv");
  }

  /** Throws away what was not published. */
  @Override
  public void close() throws IOException {
    files.delete(folder, true);
  }

  /**
   * Finishes what a dead process had begun to publish, and throws away what it had not; to be
   * called by the only one who writes.
   *
   * @return whether something was finished
   */
  public static boolean recover(FileSystem files, Path out) throws IOException {
    boolean finished = false;
    for (FileStatus found : list(files, out)) {
      if (found.isDirectory() && found.getPath().getName().startsWith(PREFIX)) {
        Staging dead = new Staging(files, out, found.getPath());
        Path list = new Path(found.getPath(), LIST);
        if (files.exists(list)) {
          dead.place(lines(files, list));
          finished = true;
        }
        dead.close();
      }
    }
    return finished;
  }

  /**
   * A file in a table's folder that is not one of our tables' files, and that replacing the table
   * would delete; null where there is none.
   */
  public static Path foreign(FileSystem files, Path table) throws IOException {
    for (FileStatus found : list(files, table)) {
      String name = found.getPath().getName();
      if (name.equals("_delta_log")) {
        return found.getPath();
      }
      if (name.startsWith(".") || name.startsWith("_")) {
        continue;
      }
      if (found.isDirectory() && name.startsWith("kind=")) {
        Path inner = foreign(files, found.getPath());
        if (inner != null) {
          return inner;
        }
      } else if (found.isDirectory() || !isPart(found.getPath())) {
        return found.getPath();
      }
    }
    return null;
  }

  private void place(List<String> order) throws IOException {
    for (String name : order) {
      Path staged = at(name);
      if (files.exists(staged)) {
        place(staged, new Path(out, name));
      }
    }
  }

  private void place(Path staged, Path target) throws IOException {
    if (!files.getFileStatus(staged).isDirectory()) {
      Replacing.replace(files, staged, target);
    } else if (hasOneFile(staged) && hasOneFile(target)) {
      Replacing.replace(files, new Path(staged, ONE_FILE), new Path(target, ONE_FILE));
      files.delete(staged, true);
    } else if (list(files, staged).length == 0) {
      // Its one file was placed before a death.
      files.delete(staged, true);
    } else if (Replacing.isObjectStore(target)) {
      copyOver(staged, target);
      files.delete(staged, true);
    } else {
      swap(staged, target);
    }
  }

  /** The old folder away, the new one in: a death between them is mended by doing it again. */
  private void swap(Path staged, Path target) throws IOException {
    if (files.exists(target)) {
      Path away = new Path(folder, "_old");
      files.delete(away, true);
      rename(target, away);
    }
    files.mkdirs(target.getParent());
    rename(staged, target);
    files.delete(new Path(folder, "_old"), true);
  }

  private void rename(Path from, Path to) throws IOException {
    if (!files.rename(from, to)) {
      throw new IOException("cannot move " + from + " to " + to);
    }
  }

  /**
   * Without renames: the new files beside the old ones, whose names are others, then without. What
   * is staged stays until all is done, so that after a death it can be done again.
   */
  private void copyOver(Path staged, Path target) throws IOException {
    Set<String> kept = new TreeSet<>();
    for (FileStatus file : list(files, staged)) {
      Path to = new Path(target, file.getPath().getName());
      if (file.isDirectory()) {
        copyOver(file.getPath(), to);
      } else {
        FileUtil.copy(files, file.getPath(), files, to, false, true, files.getConf());
      }
      kept.add(to.getName());
    }
    for (FileStatus file : list(files, target)) {
      if (!kept.contains(file.getPath().getName())) {
        files.delete(file.getPath(), true);
      }
    }
  }

  private void nameOneFile(Path table) throws IOException {
    List<Path> parts = new ArrayList<>();
    for (FileStatus file : list(files, table)) {
      if (file.isDirectory()) {
        return;
      }
      if (isPart(file.getPath())) {
        parts.add(file.getPath());
      }
    }
    if (parts.size() == 1 && !parts.get(0).getName().equals(ONE_FILE)) {
      Replacing.replace(files, parts.get(0), new Path(table, ONE_FILE));
      for (FileStatus file : list(files, table)) {
        if (!file.getPath().getName().equals(ONE_FILE)) {
          files.delete(file.getPath(), true);
        }
      }
    }
  }

  private static boolean isPart(Path file) {
    return file.getName().matches("part-.*\\.parquet");
  }

  private boolean hasOneFile(Path table) throws IOException {
    return Arrays.stream(list(files, table))
        .map(file -> file.getPath().getName())
        .toList()
        .equals(List.of(ONE_FILE));
  }

  private static FileStatus[] list(FileSystem files, Path folder) throws IOException {
    try {
      return files.listStatus(folder);
    } catch (FileNotFoundException e) {
      return new FileStatus[0];
    }
  }

  private static List<String> lines(FileSystem files, Path list) throws IOException {
    try (FSDataInputStream in = files.open(list)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().toList();
    }
  }
}
