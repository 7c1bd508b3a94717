package io.assize.prompt.jinja;

import java.util.Arrays;

/**
 * A template's string: characters, each of which is either the template's own or data, that is,
 * taken from a value that was given as data. Whatever a template does to strings, characters that
 * survive keep their mark; so what comes out tells control text and contents apart. Positions and
 * lengths are in code points where a method says so, as Python's are, else in Java's characters.
 */
public final class Text {
  static final Text EMPTY = new Text("", new int[0], false);

  private final String value;

  /** Stretches of data: starts and ends in turn, ascending, never touching. */
  private final int[] data;

  /** Whether it counts as escaped for HTML. */
  private final boolean safe;

  private int codePoints = -1;

  Text(String value, int[] data, boolean safe) {
    this.value = value;
    this.data = data;
    this.safe = safe;
  }

  /** Text of the template's own. */
  public static Text of(String value) {
    return value.isEmpty() ? EMPTY : new Text(value, EMPTY.data, false);
  }

  /** Text that is data in every character. */
  public static Text data(String value) {
    return value.isEmpty() ? EMPTY : new Text(value, new int[] {0, value.length()}, false);
  }

  /** Takes stretches of a text in order. */
  public interface StretchVisitor {
    /** Takes one stretch, never empty. */
    void visit(String stretch, boolean data);
  }

  /** Visits the stretches of data and of the template's own text, in turn. */
  public void forEachStretch(StretchVisitor visitor) {
    int at = 0;
    for (int i = 0; i < data.length; i += 2) {
      if (data[i] > at) {
        visitor.visit(value.substring(at, data[i]), false);
      }
      visitor.visit(value.substring(data[i], data[i + 1]), true);
      at = data[i + 1];
    }
    if (at < value.length()) {
      visitor.visit(value.substring(at), false);
    }
  }

  /** The characters without their marks. */
  @Override
  public String toString() {
    return value;
  }

  boolean isEmpty() {
    return value.isEmpty();
  }

  boolean isSafe() {
    return safe;
  }

  Text withSafe(boolean wanted) {
    return wanted == safe ? this : new Text(value, data, wanted);
  }

  /** Length in Java's characters. */
  int size() {
    return value.length();
  }

  /** Length in code points. */
  int length() {
    if (codePoints < 0) {
      codePoints = value.codePointCount(0, value.length());
    }
    return codePoints;
  }

  /** The place of the code point of this number. */
  int place(int codePoint) {
    return length() == value.length() ? codePoint : value.offsetByCodePoints(0, codePoint);
  }

  /** The number of the code point at this place. */
  int codePointAt(int place) {
    return length() == value.length() ? place : value.codePointCount(0, place);
  }

  boolean isData(int place) {
    int found = Arrays.binarySearch(data, place);
    int before = found >= 0 ? found : -found - 2;
    return before >= 0 && before % 2 == 0;
  }

  /** The stretches of data from one place to another. */
  int[] data(int from, int to) {
    if (data.length == 0) {
      return data;
    }
    int[] clipped = new int[data.length];
    int size = 0;
    for (int i = 0; i < data.length; i += 2) {
      int start = Math.max(data[i], from);
      int end = Math.min(data[i + 1], to);
      if (start < end) {
        clipped[size++] = start - from;
        clipped[size++] = end - from;
      }
    }
    return Arrays.copyOf(clipped, size);
  }

  Text substring(int from, int to) {
    if (from == 0 && to == value.length()) {
      return this;
    }
    return from >= to
        ? EMPTY.withSafe(safe)
        : new Text(value.substring(from, to), data(from, to), safe);
  }

  Text substring(int from) {
    return substring(from, value.length());
  }

  /** Order by code points. */
  int compare(Text other) {
    String theirs = other.value;
    int shared = Math.min(value.length(), theirs.length());
    for (int i = 0; i < shared; i++) {
      char a = value.charAt(i);
      char b = theirs.charAt(i);
      if (a != b) {
        boolean bothOrNone = Character.isSurrogate(a) == Character.isSurrogate(b);
        return bothOrNone ? a - b : Character.isSurrogate(a) ? 1 : -1;
      }
    }
    return value.length() - theirs.length();
  }

  /** Equal characters are equal texts, whatever their marks. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Text text && value.equals(text.value);
  }

  @Override
  public int hashCode() {
    return value.hashCode();
  }
}
