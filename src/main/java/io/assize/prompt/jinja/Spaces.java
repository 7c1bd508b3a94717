package io.assize.prompt.jinja;

/** White space as Python's strings know it. */
final class Spaces {
  private Spaces() {}

  static boolean isSpace(int c) {
    return (c >= 0x09 && c <= 0x0D)
        || (c >= 0x1C && c <= 0x20)
        || c == 0x85
        || c == 0xA0
        || (c > 0xA0 && Character.isSpaceChar(c));
  }

  /** Whether a line ends with this character, as {@code splitlines} sees it. */
  static boolean isLineEnd(int c) {
    return (c >= 0x0A && c <= 0x0D)
        || (c >= 0x1C && c <= 0x1E)
        || c == 0x85
        || c == 0x2028
        || c == 0x2029;
  }
}
