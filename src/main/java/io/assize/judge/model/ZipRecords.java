package io.assize.judge.model;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The records of a zip archive as PyTorch writes it: stored and not compressed, none over another,
 * all of them inside the file. Zip64 is read.
 */
final class ZipRecords {
  private static final int END = 0x06054b50;
  private static final int END64 = 0x06064b50;
  private static final int LOCATOR64 = 0x07064b50;
  private static final int CENTRAL = 0x02014b50;
  private static final int LOCAL = 0x04034b50;
  private static final int END_BYTES = 22;
  private static final int LOCATOR_BYTES = 20;
  private static final int END64_BYTES = 56;
  private static final int LOCAL_BYTES = 30;
  private static final long U32 = 0xffffffffL;
  private static final int MAX_COMMENT = 0xffff;
  private static final long MAX_DIRECTORY = 64L << 20;
  private static final int MAX_RECORDS = 1 << 18;

  private final ModelFile file;
  private final Map<String, Stored> records = new LinkedHashMap<>();

  /** Where a record's bytes lie in the file. */
  record Stored(long begin, long size) {
    long end() {
      return begin + size;
    }
  }

  /** Where the central directory lies, and how many entries it has. */
  private record Directory(long begin, long size, long count) {}

  ZipRecords(ModelFile file) throws IOException {
    this.file = file;
    try {
      Directory directory = directory();
      if (directory.count() > MAX_RECORDS
          || directory.size() > MAX_DIRECTORY
          || directory.begin() < 0
          || directory.begin() > file.size() - directory.size()) {
        throw damaged();
      }
      read(directory);
    } catch (BufferUnderflowException e) {
      throw damaged();
    }
    checkPlaces();
  }

  /** The records by their names. */
  Map<String, Stored> all() {
    return records;
  }

  private Directory directory() throws IOException {
    int tail = (int) Math.min(file.size(), END_BYTES + MAX_COMMENT);
    long from = file.size() - tail;
    ByteBuffer bytes = bytes(from, tail);
    for (int at = tail - END_BYTES; at >= 0; at--) {
      if (bytes.getInt(at) == END
          && Short.toUnsignedInt(bytes.getShort(at + 20)) == tail - END_BYTES - at) {
        long count = Short.toUnsignedInt(bytes.getShort(at + 10));
        long size = Integer.toUnsignedLong(bytes.getInt(at + 12));
        long begin = Integer.toUnsignedLong(bytes.getInt(at + 16));
        boolean large = count == 0xffff || size == U32 || begin == U32;
        return large ? directory64(from + at) : new Directory(begin, size, count);
      }
    }
    throw damaged();
  }

  private Directory directory64(long end) throws IOException {
    if (end < LOCATOR_BYTES) {
      throw damaged();
    }
    ByteBuffer locator = bytes(end - LOCATOR_BYTES, LOCATOR_BYTES);
    long at = locator.getLong(8);
    if (locator.getInt(0) != LOCATOR64 || at < 0 || at > file.size() - END64_BYTES) {
      throw damaged();
    }
    ByteBuffer record = bytes(at, END64_BYTES);
    if (record.getInt(0) != END64 || record.getLong(40) < 0) {
      throw damaged();
    }
    long count = record.getLong(32);
    return new Directory(record.getLong(48), record.getLong(40), count < 0 ? U32 : count);
  }

  private void read(Directory directory) throws IOException {
    ByteBuffer bytes = bytes(directory.begin(), (int) directory.size());
    for (long i = 0; i < directory.count(); i++) {
      if (bytes.getInt() != CENTRAL) {
        throw damaged();
      }
      bytes.getInt();
      int flags = bytes.getShort();
      int method = Short.toUnsignedInt(bytes.getShort());
      bytes.position(bytes.position() + 8);
      long packed = Integer.toUnsignedLong(bytes.getInt());
      long size = Integer.toUnsignedLong(bytes.getInt());
      int nameBytes = Short.toUnsignedInt(bytes.getShort());
      int extraBytes = Short.toUnsignedInt(bytes.getShort());
      int commentBytes = Short.toUnsignedInt(bytes.getShort());
      bytes.getLong();
      long header = Integer.toUnsignedLong(bytes.getInt());
      byte[] name = taken(bytes, nameBytes);
      ByteBuffer large = large(ByteBuffer.wrap(taken(bytes, extraBytes)));
      taken(bytes, commentBytes);
      size = size == U32 ? large.getLong() : size;
      packed = packed == U32 ? large.getLong() : packed;
      header = header == U32 ? large.getLong() : header;
      String text = new String(name, StandardCharsets.UTF_8);
      if (method != 0 || packed != size || (flags & 1) != 0) {
        throw file.broken(
            String.format(
                Locale.ROOT,
                "its record %s is compressed or encrypted (method %d), and torch.save only stores",
                text,
                method));
      }
      if (records.put(text, place(header, size)) != null) {
        throw file.broken("it has the record " + text + " twice");
      }
    }
  }

  /** The record's bytes, behind its local header, which is padded to align them. */
  private Stored place(long header, long size) throws IOException {
    if (header < 0 || header > file.size() - LOCAL_BYTES) {
      throw damaged();
    }
    ByteBuffer local = bytes(header, LOCAL_BYTES);
    long begin =
        header
            + LOCAL_BYTES
            + Short.toUnsignedInt(local.getShort(26))
            + Short.toUnsignedInt(local.getShort(28));
    if (local.getInt(0) != LOCAL || size < 0 || begin > file.size() || size > file.size() - begin) {
      throw damaged();
    }
    return new Stored(begin, size);
  }

  private void checkPlaces() {
    List<Map.Entry<String, Stored>> byPlace = new ArrayList<>(records.entrySet());
    byPlace.sort(
        Comparator.<Map.Entry<String, Stored>>comparingLong(entry -> entry.getValue().begin())
            .thenComparingLong(entry -> entry.getValue().end()));
    long free = 0;
    for (Map.Entry<String, Stored> entry : byPlace) {
      if (entry.getValue().begin() < free) {
        throw file.broken("its record " + entry.getKey() + " lies over another");
      }
      free = entry.getValue().end();
    }
  }

  /** The 64-bit numbers of an entry, in the extra field of number 1; none where it has none. */
  private static ByteBuffer large(ByteBuffer extra) {
    extra.order(ByteOrder.LITTLE_ENDIAN);
    while (extra.remaining() >= 4) {
      int id = Short.toUnsignedInt(extra.getShort());
      int length = Short.toUnsignedInt(extra.getShort());
      byte[] field = taken(extra, length);
      if (id == 1) {
        return ByteBuffer.wrap(field).order(ByteOrder.LITTLE_ENDIAN);
      }
    }
    return ByteBuffer.allocate(0);
  }

  private static byte[] taken(ByteBuffer bytes, int count) {
    if (count > bytes.remaining()) {
      throw new BufferUnderflowException();
    }
    byte[] taken = new byte[count];
    bytes.get(taken);
    return taken;
  }

  private ByteBuffer bytes(long at, int count) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(count).order(ByteOrder.LITTLE_ENDIAN);
    file.read(at, bytes);
    return bytes.flip();
  }

  private UserError damaged() {
    return file.broken("it is no whole zip archive as torch.save writes it");
  }
}
