package io.assize.judge.model;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * A file of a model, opened: a regular file of the size that it had then. What is read is what is
 * hashed, through one descriptor, and nothing is read beyond that size. Files are read and not
 * mapped: one that is cut short meanwhile is an error and not the end of the JVM.
 */
final class ModelFile implements AutoCloseable {
  private static final int CHUNK = 1 << 20;

  /** A file's clock may stand still for so long: a younger digest may be of what it was before. */
  private static final long SETTLED_SECONDS = 2;

  /** Digests of this JVM, by what tells one state of a file from another. */
  private static final Map<State, Digest> DIGESTS = new ConcurrentHashMap<>();

  private final Path path;
  private final FileChannel channel;
  private final long size;
  private final State opened;
  private State state;
  private String sha256;

  /** Which file, and when its contents or itself last changed; users cannot set the last. */
  private record State(Object device, Object inode, long size, Object modified, Object changed) {
    boolean sameFile(State other) {
      return other != null && device.equals(other.device) && inode.equals(other.inode);
    }
  }

  private record Digest(String sha256, boolean settled) {}

  private ModelFile(Path path, FileChannel channel, State state) throws IOException {
    this.path = path;
    this.channel = channel;
    this.opened = state;
    this.size = channel.size();
  }

  /**
   * Opens a file.
   *
   * @throws UserError where it is no regular file (a pipe would never end) or cannot be read
   */
  static ModelFile open(Path path) throws IOException {
    try {
      if (Files.exists(path) && !Files.isRegularFile(path)) {
        throw UserError.configuration(
            "%s is no regular file: a model's files are files, not folders, pipes or devices",
            path);
      }
      State state = stateOf(path);
      FileChannel channel = FileChannel.open(path, StandardOpenOption.READ);
      try {
        return new ModelFile(path, channel, state);
      } catch (IOException e) {
        channel.close();
        throw e;
      }
    } catch (NoSuchFileException e) {
      throw UserError.configuration("%s does not exist", path);
    } catch (AccessDeniedException e) {
      throw UserError.configuration("%s cannot be read: permission denied", path);
    }
  }

  /** A file's sha-256 in hexadecimal; known already where this JVM took it of the same state. */
  static String sha256(Path path) throws IOException {
    try (ModelFile file = open(path)) {
      return file.sha256(false);
    }
  }

  /** Tells what a file's sha-256 is that was taken while it was written, and is complete. */
  static void remember(Path path, String sha256) throws IOException {
    State state = stateOf(path);
    if (state != null) {
      DIGESTS.put(state, new Digest(sha256, false));
    }
  }

  Path path() {
    return path;
  }

  /** Bytes, as the file had when it was opened. */
  long size() {
    return size;
  }

  /** All of a text file of at most so many bytes. */
  byte[] all(long most) throws IOException {
    if (size > most) {
      throw broken(
          String.format(Locale.ROOT, "it has %d bytes, and %d at most are taken", size, most));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) size);
    read(0, bytes);
    return bytes.array();
  }

  /** Fills a buffer from its position to its limit; {@code at} is counted from the beginning. */
  void read(long at, ByteBuffer into) throws IOException {
    if (at < 0 || into.remaining() > size - at) {
      throw broken("it was cut short or damaged");
    }
    long from = at;
    while (into.hasRemaining()) {
      int n = channel.read(into, from);
      if (n < 0) {
        throw broken("it was cut short while it was read");
      }
      from += n;
    }
  }

  /**
   * Reads little-endian stretches of whole blocks, one after the other.
   *
   * @param block bytes of a block
   */
  void stretches(long at, long bytes, int block, Stretch take) throws IOException {
    int most = Math.max(1, CHUNK / block) * block;
    ByteBuffer buffer =
        ByteBuffer.allocateDirect((int) Math.min(most, bytes)).order(ByteOrder.LITTLE_ENDIAN);
    for (long done = 0; done < bytes; done += buffer.limit()) {
      buffer.clear().limit((int) Math.min(most, bytes - done));
      read(at + done, buffer);
      take.of(buffer.flip());
    }
  }

  /** Takes what was read. */
  interface Stretch {
    void of(ByteBuffer bytes);
  }

  /**
   * The sha-256 of the whole file in hexadecimal, read through this descriptor. Where the file was
   * touched since it was last asked for, it is taken anew.
   *
   * @param claim whether a digest of this JVM will do whose file may have changed within its
   *     clock's grain since; for what is checked again by others
   */
  String sha256(boolean claim) throws IOException {
    State now = stateOf(path);
    if (now == null || !now.sameFile(opened)) {
      // The path leads elsewhere by now, or nobody can tell: what is open is read again.
      return digest();
    }
    if (sha256 != null && now.equals(state)) {
      return sha256;
    }
    state = now;
    Digest known = DIGESTS.get(now);
    if (known != null && (known.settled() || claim)) {
      sha256 = known.sha256();
      return sha256;
    }
    boolean settled = changedBefore(path, SETTLED_SECONDS);
    sha256 = digest();
    DIGESTS.put(now, new Digest(sha256, settled));
    return sha256;
  }

  UserError broken(String why) {
    return UserError.configuration("%s cannot be read: %s: fetch it again", path, why);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private String digest() throws IOException {
    MessageDigest digest = newDigest();
    stretches(0, size, 1, digest::update);
    return HexFormat.of().formatHex(digest.digest());
  }

  /** The sha-256 of bytes in hexadecimal. */
  static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(newDigest().digest(bytes));
  }

  private static MessageDigest newDigest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Null where the file system does not tell. */
  private static State stateOf(Path path) throws IOException {
    try {
      Map<String, Object> now =
          Files.readAttributes(path, "unix:dev,ino,size,lastModifiedTime,ctime");
      return new State(
          now.get("dev"),
          now.get("ino"),
          (Long) now.get("size"),
          now.get("lastModifiedTime"),
          now.get("ctime"));
    } catch (UnsupportedOperationException | NoSuchFileException e) {
      return null;
    }
  }

  private static boolean changedBefore(Path path, long seconds) throws IOException {
    var changed = (java.nio.file.attribute.FileTime) Files.getAttribute(path, "unix:ctime");
    return changed.toInstant().isBefore(Instant.now().minusSeconds(seconds));
  }
}
