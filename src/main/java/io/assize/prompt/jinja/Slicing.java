package io.assize.prompt.jinja;

import static io.assize.prompt.jinja.Arguments.absent;

import java.util.ArrayList;
import java.util.List;

/**
 * Which items a slice takes.
 *
 * @param start the first
 * @param count how many
 * @param stop the place that it does not reach
 * @param step the distance from each to the next, never 0
 */
record Slicing(int start, int count, int stop, int step) {
  static Slicing of(int size, Object start, Object stop, Object step) {
    int by = absent(step) ? 1 : Math.max(-Integer.MAX_VALUE, whole(step));
    if (by == 0) {
      throw new TemplateException("slice step cannot be zero");
    }
    int lowest = by > 0 ? 0 : -1;
    int highest = by > 0 ? size : size - 1;
    int from = absent(start) ? (by > 0 ? lowest : highest) : bound(start, size, lowest, highest);
    int to = absent(stop) ? (by > 0 ? highest : lowest) : bound(stop, size, lowest, highest);
    long span = by > 0 ? (long) to - from : (long) from - to;
    return new Slicing(from, span <= 0 ? 0 : (int) ((span - 1) / Math.abs((long) by) + 1), to, by);
  }

  private static int whole(Object part) {
    if (Numbers.whole(part) == null) {
      Comparing.refuseUndefined(part);
      throw new TemplateException(
          "slice indices must be integers or None or have an __index__ method");
    }
    return Numbers.clamped(part);
  }

  private static int bound(Object part, int size, int lowest, int highest) {
    long index = whole(part);
    return (int) Math.max(lowest, Math.min(highest, index < 0 ? index + size : index));
  }

  Text of(Run run, Text text) {
    if (step == 1) {
      return text.substring(text.place(start), text.place(start + count));
    }
    TextBuilder out = new TextBuilder(run.meter());
    int[] places = places(text);
    for (int i = 0; i < count; i++) {
      int index = start + i * step;
      out.append(text, places[index], places[index + 1]);
    }
    return out.build().withSafe(text.isSafe());
  }

  private static int[] places(Text text) {
    int[] places = new int[text.length() + 1];
    for (int i = 0, at = 0; i < text.length(); i++) {
      places[i] = at;
      at += Character.charCount(text.toString().codePointAt(at));
    }
    places[text.length()] = text.size();
    return places;
  }

  Range of(Range range) {
    long first = range.start + start * range.step;
    long distance = range.step * step;
    return new Range(first, range.start + stop * range.step, distance);
  }

  List<Object> of(Run run, List<Object> items) {
    run.meter().steps(count);
    List<Object> part = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      part.add(items.get(start + i * step));
    }
    return part;
  }
}
