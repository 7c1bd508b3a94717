package io.assize.prompt.jinja;

/**
 * What one rendering may use. A template that asks for more is refused with one line.
 *
 * @param steps nodes evaluated and items visited
 * @param characters characters of text made on the way, the output among them
 * @param depth statements, expressions and macros inside each other, and values inside values
 */
public record Limits(int steps, int characters, int depth) {
  /** Far above what a chat asks for, and spent within a second. */
  public static final Limits DEFAULT = new Limits(1_000_000, 20_000_000, 400);

  /** These limits with room for values of so many characters, each of them handled many times. */
  public Limits with(long valueCharacters) {
    long room = characters + 50 * valueCharacters;
    long reading = steps + valueCharacters;
    return new Limits(
        (int) Math.min(reading, Integer.MAX_VALUE), (int) Math.min(room, Integer.MAX_VALUE), depth);
  }

  /** The most characters that a template may have. */
  static final int TEMPLATE_CHARACTERS = 1_000_000;

  /** How deep a template's own statements and expressions may stand inside each other. */
  static final int TEMPLATE_DEPTH = 100;

  /** The most bits of a whole number. */
  static final int NUMBER_BITS = 4096;

  /** The most items of a {@code range}, as in Jinja's sandbox. */
  static final int RANGE_ITEMS = 100_000;
}
