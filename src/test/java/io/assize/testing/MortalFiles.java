package io.assize.testing;

import java.io.IOException;
import java.net.URI;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.DelegateToFileSystem;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.LocalFileSystem;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.util.Progressable;
import org.apache.spark.sql.SparkSession;

/**
 * The local disk as a process sees it that is killed: from one change of files on, of those in a
 * folder, none happens any more, whoever cleans up. Or a test holds the process there.
 */
public final class MortalFiles {
  private static final AtomicInteger LEFT = new AtomicInteger(Integer.MAX_VALUE);
  private static volatile String within = "/nowhere/";
  private static volatile Consumer<Path> before = path -> {};

  private MortalFiles() {}

  /** A session whose files these are. */
  public static SparkSession session() {
    SparkSession session = LocalSpark.session().newSession();
    session.conf().set("fs.file.impl", Local.class.getName());
    session.conf().set("fs.file.impl.disable.cache", "true");
    session.conf().set("fs.AbstractFileSystem.file.impl", Context.class.getName());
    return session;
  }

  /** Dies at a change, the first being 1. */
  public static void dieAt(java.nio.file.Path folder, int change) {
    within = folder + "/";
    LEFT.set(change);
  }

  /** Tells what is about to be changed. */
  public static void watch(java.nio.file.Path folder, Consumer<Path> watcher) {
    within = folder + "/";
    before = watcher;
  }

  /**
   * Lives on.
   *
   * @return whether it had died
   */
  public static boolean revive() {
    before = path -> {};
    within = "/nowhere/";
    return LEFT.getAndSet(Integer.MAX_VALUE) <= 0;
  }

  private static void change(Path path) throws IOException {
    if ((path.toUri().getPath() + "/").startsWith(within)) {
      before.accept(path);
      if (LEFT.decrementAndGet() <= 0) {
        LEFT.set(0);
        throw new IOException("killed before " + path);
      }
    }
  }

  /** As {@code FileSystem} gives it. */
  public static final class Local extends LocalFileSystem {
    @Override
    public FSDataOutputStream create(
        Path path,
        FsPermission permission,
        boolean overwrite,
        int buffer,
        short replication,
        long block,
        Progressable progress)
        throws IOException {
      change(path);
      return super.create(path, permission, overwrite, buffer, replication, block, progress);
    }

    @Override
    public boolean rename(Path from, Path to) throws IOException {
      change(to);
      return super.rename(from, to);
    }

    @Override
    public boolean delete(Path path, boolean recursive) throws IOException {
      change(path);
      return super.delete(path, recursive);
    }

    @Override
    public boolean mkdirs(Path path) throws IOException {
      change(path);
      return super.mkdirs(path);
    }
  }

  /** As {@code FileContext} gives it: Delta's commits. */
  public static final class Context extends DelegateToFileSystem {
    /** For Hadoop. */
    public Context(URI uri, Configuration settings)
        throws IOException, java.net.URISyntaxException {
      super(URI.create("file:///"), initialized(settings), settings, "file", false);
    }

    private static Local initialized(Configuration settings) throws IOException {
      Local local = new Local();
      local.initialize(URI.create("file:///"), settings);
      return local;
    }

    @Override
    public int getUriDefaultPort() {
      return -1;
    }

    @Override
    public void renameInternal(Path from, Path to) throws IOException {
      change(to);
      super.renameInternal(from, to);
    }

    @Override
    public void renameInternal(Path from, Path to, boolean overwrite)
        throws org.apache.hadoop.fs.UnresolvedLinkException, IOException {
      change(to);
      super.renameInternal(from, to, overwrite);
    }
  }
}
