package io.assize.prompt.jinja;

import java.math.BigInteger;
import java.util.AbstractList;
import java.util.List;

/** Python's {@code range}: whole numbers at equal distances, made when they are asked for. */
final class Range extends AbstractList<Object> {
  final long start;
  final long stop;
  final long step;
  private final int size;

  Range(long start, long stop, long step) {
    if (step == 0) {
      throw new TemplateException("range() arg 3 must not be zero");
    }
    this.start = start;
    this.stop = stop;
    this.step = step;
    long span = step > 0 ? stop - start : start - stop;
    long count = span <= 0 ? 0 : (span - 1) / Math.abs(step) + 1;
    if (count > Limits.RANGE_ITEMS) {
      throw new TemplateException("a range may have at most %d items", Limits.RANGE_ITEMS);
    }
    this.size = (int) count;
  }

  /** Equal for ranges of equal numbers, and to nothing else. */
  Object hashable() {
    return List.of(Range.class, size, size > 0 ? start : 0, size > 1 ? step : 0);
  }

  @Override
  public Object get(int index) {
    return BigInteger.valueOf(start + index * step);
  }

  @Override
  public int size() {
    return size;
  }
}
