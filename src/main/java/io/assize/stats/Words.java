package io.assize.stats;

import com.ibm.icu.text.BreakIterator;
import com.ibm.icu.util.ULocale;

/**
 * The one way to count words. Words are runs of characters between white space; where a run is
 * written in a script that puts no blanks between words (Chinese, Japanese, Thai, Lao, Khmer,
 * Burmese), it has as many as Unicode's word breaks (UAX #29) find with ICU's dictionaries, and one
 * at least.
 */
final class Words {
  /** No script without blanks begins before it. */
  private static final char FIRST_SCRIPT = '\u0E00';

  /** Reads dictionaries once for each thread: iterators are not to be shared. */
  private static final ThreadLocal<BreakIterator> BREAKS =
      ThreadLocal.withInitial(() -> BreakIterator.getWordInstance(ULocale.ROOT));

  private Words() {}

  /** The number of words of a text; 0 for null. */
  static int count(String text) {
    int words = 0;
    int length = text == null ? 0 : text.length();
    int begin = 0;
    while (begin < length) {
      if (isSpace(text.charAt(begin))) {
        begin++;
        continue;
      }
      int end = begin;
      boolean dense = false;
      for (; end < length && !isSpace(text.charAt(end)); end++) {
        dense |= text.charAt(end) >= FIRST_SCRIPT && isDense(text.charAt(end));
      }
      words += dense ? Math.max(1, breaks(text.substring(begin, end))) : 1;
      begin = end;
    }
    return words;
  }

  private static int breaks(String run) {
    BreakIterator breaks = BREAKS.get();
    breaks.setText(run);
    int words = 0;
    while (breaks.next() != BreakIterator.DONE) {
      words += breaks.getRuleStatus() >= BreakIterator.WORD_NONE_LIMIT ? 1 : 0;
    }
    return words;
  }

  private static boolean isSpace(char c) {
    return Character.isWhitespace(c) || Character.isSpaceChar(c);
  }

  /** Whether a character, or the first half of one, is of a script without blanks. */
  private static boolean isDense(char c) {
    return c <= '\u0EFF' // Thai, Lao
        || within(c, '\u1000', '\u109F') // Burmese
        || within(c, '\u1780', '\u17FF') // Khmer
        || within(c, '\u2E80', '\u2FDF') // radicals
        || within(c, '\u3005', '\u3007')
        || within(c, '\u3041', '\u30FF') // kana
        || within(c, '\u31F0', '\u31FF')
        || within(c, '\u3400', '\u4DBF') // ideographs, to the end
        || within(c, '\u4E00', '\u9FFF')
        || within(c, '\uA9E0', '\uA9FF')
        || within(c, '\uAA60', '\uAA7F')
        || within(c, '\uD840', '\uD8BF')
        || within(c, '\uF900', '\uFAFF')
        || within(c, '\uFF66', '\uFF9F');
  }

  private static boolean within(char c, char first, char last) {
    return c >= first && c <= last;
  }
}
