package io.assize.summary;

import java.io.Externalizable;
import java.io.IOException;
import java.io.ObjectInput;
import java.io.ObjectOutput;
import java.util.Arrays;
import java.util.function.LongConsumer;
import java.util.stream.LongStream;

/**
 * Rows of whole numbers by key, which add up. Sums of whole numbers are exact, so neither the order
 * of rows nor their partitions change a digit of what is made of them.
 */
public final class LongTable implements Externalizable {
  private static final long serialVersionUID = 1;

  private int width;
  private int size;
  private long[] keys = new long[8];
  private int[] slots = new int[16];
  private long[] values;

  /** For deserialization. */
  public LongTable() {}

  LongTable(int width) {
    this.width = width;
    this.values = new long[8 * width];
  }

  static long key(int x, int y) {
    return (long) x << 32 | y;
  }

  static int first(long key) {
    return (int) (key >> 32);
  }

  static int second(long key) {
    return (int) key;
  }

  int size() {
    return size;
  }

  /** Where the key's row begins in {@link #values()}; a new row is all 0. */
  int row(long key) {
    int at = slot(key);
    return slots[at] == 0 ? append(key, at) : (slots[at] - 1) * width;
  }

  /** The same without making a row; −1: there is none. */
  int find(long key) {
    int at = slot(key);
    return slots[at] == 0 ? -1 : (slots[at] - 1) * width;
  }

  /** The slot of the key, or the empty one where it would go. */
  private int slot(long key) {
    int mask = slots.length - 1;
    int at = hash(key) & mask;
    while (slots[at] != 0 && keys[slots[at] - 1] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private int append(long key, int at) {
    if (size == keys.length) {
      keys = Arrays.copyOf(keys, 2 * size);
      values = Arrays.copyOf(values, 2 * size * width);
    }
    keys[size] = key;
    size++;
    slots[at] = size;
    if (2 * size > slots.length) {
      index(4 * size);
    }
    return (size - 1) * width;
  }

  private void index(int atLeast) {
    slots = new int[Integer.highestOneBit(Math.max(16, atLeast) * 2 - 1)];
    for (int i = 0; i < size; i++) {
      slots[slot(keys[i])] = i + 1;
    }
  }

  private static int hash(long key) {
    long mixed = key * 0x9E3779B97F4A7C15L;
    return (int) (mixed >>> 32);
  }

  /** The rows' numbers, one row after another; valid until a row is made. */
  long[] values() {
    return values;
  }

  LongTable add(LongTable other) {
    for (int i = 0; i < other.size; i++) {
      int at = row(other.keys[i]);
      for (int k = 0; k < width; k++) {
        values[at + k] += other.values[i * width + k];
      }
    }
    return this;
  }

  /** All keys in rising order. */
  void forEachKey(LongConsumer action) {
    LongStream.of(Arrays.copyOf(keys, size)).sorted().forEach(action);
  }

  @Override
  public void writeExternal(ObjectOutput out) throws IOException {
    out.writeInt(width);
    out.writeInt(size);
    for (int i = 0; i < size; i++) {
      out.writeLong(keys[i]);
    }
    for (int i = 0; i < size * width; i++) {
      out.writeLong(values[i]);
    }
  }

  @Override
  public void readExternal(ObjectInput in) throws IOException {
    width = in.readInt();
    size = in.readInt();
    keys = new long[Math.max(8, size)];
    values = new long[Math.max(8, size) * width];
    for (int i = 0; i < size; i++) {
      keys[i] = in.readLong();
    }
    for (int i = 0; i < size * width; i++) {
      values[i] = in.readLong();
    }
    index(4 * size);
  }
}
