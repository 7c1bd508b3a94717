package io.assize.prompt.jinja;

import java.util.Arrays;

/** Puts a {@link Text} together; what it holds is metered as it grows. */
final class TextBuilder {
  private final Meter meter;
  private final StringBuilder value = new StringBuilder();
  private int[] data = new int[8];
  private int marks;

  TextBuilder(Meter meter) {
    this.meter = meter;
  }

  /** Appends text of the template's own. */
  TextBuilder append(String text) {
    meter.characters(text.length());
    value.append(text);
    return this;
  }

  TextBuilder append(Text text) {
    return append(text, 0, text.size());
  }

  TextBuilder append(Text text, int from, int to) {
    meter.characters(to - from);
    int base = value.length();
    value.append(text.toString(), from, to);
    int[] more = text.data(from, to);
    for (int i = 0; i < more.length; i += 2) {
      mark(base + more[i], base + more[i + 1]);
    }
    return this;
  }

  /** Appends text that takes the mark of where it comes from. */
  TextBuilder append(String text, boolean isData) {
    int base = value.length();
    append(text);
    if (isData && !text.isEmpty()) {
      mark(base, value.length());
    }
    return this;
  }

  TextBuilder append(int codePoint, boolean isData) {
    return append(Character.toString(codePoint), isData);
  }

  boolean isEmpty() {
    return value.length() == 0;
  }

  Text build() {
    return value.length() == 0
        ? Text.EMPTY
        : new Text(value.toString(), Arrays.copyOf(data, marks), false);
  }

  private void mark(int from, int to) {
    if (marks > 0 && data[marks - 1] == from) {
      data[marks - 1] = to;
      return;
    }
    if (marks == data.length) {
      data = Arrays.copyOf(data, marks * 2);
    }
    data[marks++] = from;
    data[marks++] = to;
  }
}
