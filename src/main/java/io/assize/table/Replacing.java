package io.assize.table;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.StandardCopyOption;
import java.util.Locale;
import java.util.Set;
import org.apache.hadoop.fs.FileContext;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FileUtil;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;

/**
 * Puts a file in another's place in one step: who opens it finds the old one or the new one, whole.
 * By a rename on local disks, HDFS and the like; on object stores, where a rename is a copy, by
 * writing the object, which is there when it is complete.
 */
final class Replacing {
  private static final Set<String> RENAMES =
      Set.of("hdfs", "webhdfs", "viewfs", "abfs", "abfss", "wasb", "wasbs");

  private Replacing() {}

  static boolean isObjectStore(Path path) {
    String scheme = scheme(path);
    return !scheme.equals("file") && !RENAMES.contains(scheme);
  }

  static void replace(FileSystem files, Path from, Path to) throws IOException {
    if (scheme(to).equals("file")) {
      // The checksum of the old file would condemn the new one.
      Files.deleteIfExists(local(checksum(to)));
      Files.move(
          local(from),
          local(to),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
      Files.deleteIfExists(local(checksum(from)));
    } else if (isObjectStore(to)) {
      FileUtil.copy(files, from, files, to, true, true, files.getConf());
    } else {
      FileContext.getFileContext(to.toUri(), files.getConf())
          .rename(from, to, Options.Rename.OVERWRITE);
    }
  }

  static java.nio.file.Path local(Path path) {
    return java.nio.file.Path.of(path.toUri().getPath());
  }

  private static Path checksum(Path file) {
    return new Path(file.getParent(), "." + file.getName() + ".crc");
  }

  private static String scheme(Path path) {
    return String.valueOf(path.toUri().getScheme()).toLowerCase(Locale.ROOT);
  }
}
