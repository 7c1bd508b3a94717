package io.assize.judge.model;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * GPTQ and AWQ, which keep a matrix turned, {@code [columns, rows]}, with zeros and scales {@code
 * [groups, rows]}. GPTQ packs eight columns of a row into a word (of 4 bits each); AWQ packs eight
 * rows of a column, in an order of its own.
 *
 * @param bits of a number: 2, 4 or 8
 * @param group columns of a group; 0 for all
 * @param zeroAdded what is added to a stored zero: 1 in GPTQ's first form
 * @param awq whether it is AWQ's
 */
record ColumnPacking(int bits, int group, int zeroAdded, boolean awq, String text)
    implements Packing {
  /** Which of eight neighbours each place of a word holds, turned round: where each lies. */
  private static final int[] AWQ_PLACES = {0, 4, 1, 5, 2, 6, 3, 7};

  @Override
  public String mark() {
    return ".qweight";
  }

  @Override
  public long[] shape(Weights files, String module) {
    int per = 32 / bits;
    long[] words = files.shape(module + mark());
    long[] scales = files.shape(module + ".scales");
    long[] zeros = files.shape(module + ".qzeros");
    if (words.length == 2 && scales != null && scales.length == 2) {
      long columns = awq ? words[0] : words[0] * per;
      long rows = awq ? words[1] * per : words[1];
      long groups = group == 0 ? 1 : (columns + group - 1) / group;
      boolean fits =
          scales[0] == groups
              && scales[1] == rows
              && Arrays.equals(zeros, new long[] {groups, (rows + per - 1) / per});
      if (fits) {
        return new long[] {rows, columns};
      }
    }
    throw UserError.configuration(
        "tensor %s%s of shape %s with scales of shape %s and zeros of shape %s is no matrix in %d"
            + " bits and groups of %d, as its quantization_config says: fetch it again",
        module,
        mark(),
        Arrays.toString(words),
        Arrays.toString(scales),
        Arrays.toString(zeros),
        bits,
        group);
  }

  @Override
  public FloatBuffer read(Weights files, String module, long from, long rows) throws IOException {
    long[] shape = shape(files, module);
    int all = Math.toIntExact(shape[0]);
    int columns = Math.toIntExact(shape[1]);
    int groups = Math.toIntExact(files.shape(module + ".scales")[0]);
    int[] words = files.integers(module + mark());
    int[] zeros = files.integers(module + ".qzeros");
    FloatBuffer scales = files.read(module + ".scales", 0, groups);
    int[] groupOf = Groups.of(files, module + ".g_idx", columns, group, groups);
    int per = 32 / bits;
    int mask = (1 << bits) - 1;
    FloatBuffer weights = Floats.direct(rows * columns);
    int zeroWidth = (all + per - 1) / per;
    for (int i = 0; i < rows; i++) {
      int row = Math.toIntExact(from) + i;
      int rowPlace = awq ? AWQ_PLACES[row % per] : row % per;
      for (int column = 0; column < columns; column++) {
        int number =
            awq
                ? Groups.bits(words[column * (all / per) + row / per], rowPlace, bits)
                : Groups.bits(words[column / per * all + row], column % per, bits);
        int of = groupOf[column];
        int zero = Groups.bits(zeros[of * zeroWidth + row / per], rowPlace, bits);
        weights.put((number - ((zero + zeroAdded) & mask)) * scales.get(of * all + row));
      }
    }
    return weights.flip();
  }
}
