package io.assize.judge.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.BitSet;

/**
 * SentencePiece's compiled normalisation, as a stranger wrote it: a trie in a double array, and the
 * texts that it leads to. The native library ends the JVM where a step leads out of either, so each
 * step that some text could take is taken here once.
 */
final class CharsMap {
  private static final int BYTES = 256;

  private CharsMap() {}

  /** Whether no text leads out of it, and no character becomes more than some bytes. */
  static boolean sound(byte[] compiled, int longest) {
    ByteBuffer all = ByteBuffer.wrap(compiled).order(ByteOrder.LITTLE_ENDIAN);
    if (all.remaining() < Integer.BYTES) {
      return false;
    }
    int size = all.getInt();
    if (size <= 0 || size % Integer.BYTES != 0 || size > all.remaining()) {
      return false;
    }
    int[] units = new int[size / Integer.BYTES];
    all.asIntBuffer().get(units);
    all.position(all.position() + size);
    byte[] texts = new byte[all.remaining()];
    all.get(texts);
    return utf8(texts) && walk(units, texts, longest);
  }

  private static boolean walk(int[] units, byte[] texts, int longest) {
    BitSet seen = new BitSet(units.length);
    int[] open = new int[units.length];
    int count = 0;
    open[count++] = 0;
    seen.set(0);
    while (count > 0) {
      int at = open[--count];
      int base = at ^ offset(units[at]);
      if (base < 0 || (base | (BYTES - 1)) >= units.length) {
        return false;
      }
      if ((units[at] >>> 8 & 1) == 1 && !text(texts, units[base] & Integer.MAX_VALUE, longest)) {
        return false;
      }
      for (int label = 1; label < BYTES; label++) {
        int next = base ^ label;
        boolean leads = (units[next] & (1 << 31 | 0xff)) == label;
        if (leads && !seen.get(next)) {
          seen.set(next);
          open[count++] = next;
        }
      }
    }
    return true;
  }

  /** Whether a text begins there, on a character, and ends soon. */
  private static boolean text(byte[] texts, int from, int longest) {
    if (from >= texts.length || (texts[from] & 0xc0) == 0x80) {
      return false;
    }
    int end = from;
    while (end < texts.length && texts[end] != 0) {
      if (++end - from > longest) {
        return false;
      }
    }
    return true;
  }

  private static int offset(int unit) {
    return (unit >>> 10) << ((unit & 1 << 9) >>> 6);
  }

  private static boolean utf8(byte[] texts) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(texts));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
