package io.assize.prompt.jinja;

/** Finds a text in others in time proportional to their length (Knuth, Morris and Pratt). */
final class Search {
  /** Shorter ones are found as quickly by trying each place. */
  private static final int SHORT = 16;

  private final Meter meter;
  private final String wanted;
  private final int[] borders;

  Search(Meter meter, Text wanted) {
    this.meter = meter;
    this.wanted = wanted.toString();
    this.borders = this.wanted.length() > SHORT ? borders(this.wanted) : null;
    meter.reading(this.wanted.length());
  }

  /** The first place from one on; -1 where there is none. */
  int find(Text text, int from) {
    String in = text.toString();
    int place = borders == null ? in.indexOf(wanted, from) : linear(in, from);
    meter.reading((place < 0 ? in.length() : place) - from);
    return place;
  }

  /** The last place that ends at or before one; -1 where there is none. */
  int findLast(Text text, int end) {
    int last = -1;
    for (int at = find(text, 0); at >= 0 && at + wanted.length() <= end; at = find(text, at + 1)) {
      last = at;
      if (at == text.size()) {
        break;
      }
    }
    return last;
  }

  int size() {
    return wanted.length();
  }

  private int linear(String in, int from) {
    int matched = 0;
    for (int i = from; i < in.length(); i++) {
      while (matched > 0 && in.charAt(i) != wanted.charAt(matched)) {
        matched = borders[matched - 1];
      }
      if (in.charAt(i) == wanted.charAt(matched)) {
        matched++;
      }
      if (matched == wanted.length()) {
        return i - matched + 1;
      }
    }
    return -1;
  }

  private static int[] borders(String wanted) {
    int[] borders = new int[wanted.length()];
    int matched = 0;
    for (int i = 1; i < wanted.length(); i++) {
      while (matched > 0 && wanted.charAt(i) != wanted.charAt(matched)) {
        matched = borders[matched - 1];
      }
      if (wanted.charAt(i) == wanted.charAt(matched)) {
        matched++;
      }
      borders[i] = matched;
    }
    return borders;
  }
}
