package io.assize.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;

/** Places on this machine's disk, where code that knows no Hadoop reads them. */
public final class LocalPath {
  private LocalPath() {}

  /**
   * The absolute path of a name or of a {@code file:} address; signs as {@code %20} and {@code ~}
   * mean themselves.
   */
  public static Path of(String name) {
    try {
      return Path.of(name.replaceFirst("^file:(//[^/]*)?(?=/)", "")).toAbsolutePath();
    } catch (InvalidPathException e) {
      throw UserError.configuration("%s is no path: %s", name, e.getReason());
    }
  }
}
