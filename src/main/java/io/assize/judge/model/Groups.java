package io.assize.judge.model;

import io.assize.config.UserError;
import java.io.IOException;

/** Groups of columns that share a scale, and numbers of few bits in 32-bit words. */
final class Groups {
  private Groups() {}

  /** The number at a place of a word, lowest bits first. */
  static int bits(int word, int place, int bits) {
    return (word >>> (place * bits)) & ((1 << bits) - 1);
  }

  /**
   * The group of each column: one after the other, or as a tensor says.
   *
   * @param name that of the tensor, which may be lacking
   * @param group columns of a group; 0 for all
   */
  static int[] of(Weights files, String name, int columns, int group, int groups)
      throws IOException {
    int[] told = files.has(name) ? files.integers(name) : new int[0];
    int[] of = new int[columns];
    for (int column = 0; column < columns; column++) {
      of[column] = group == 0 ? 0 : column / group;
      if (told.length == columns && told[column] >= 0) {
        of[column] = told[column];
      }
      if (of[column] >= groups || (told.length != 0 && told.length != columns)) {
        throw UserError.configuration(
            "tensor %s does not tell one of %d groups for each of %d columns: fetch it again",
            name, groups, columns);
      }
    }
    return of;
  }
}
