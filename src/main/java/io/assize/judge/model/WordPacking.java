package io.assize.judge.model;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * {@code pack-quantized} of compressed-tensors: each row's numbers one after the other in 32-bit
 * words, lowest bits first, moved up by half their range; a scale for each row or for each group of
 * a row, and zeros, if any, packed alike down the columns.
 *
 * @param bits of a number: 2, 4 or 8
 * @param group columns of a group; 0 for whole rows
 */
record WordPacking(int bits, int group, String text) implements Packing {

  @Override
  public String mark() {
    return ".weight_packed";
  }

  @Override
  public long[] shape(Weights files, String module) {
    long[] packed = files.shape(module + mark());
    long[] scales = files.shape(module + ".weight_scale");
    int[] shape;
    try {
      shape = files.integers(module + ".weight_shape");
    } catch (IOException e) {
      throw UserError.configuration("%s.weight_shape cannot be read: %s", module, e.getMessage());
    }
    int per = 32 / bits;
    boolean fits =
        shape.length == 2
            && shape[0] > 0
            && shape[1] > 0
            && Arrays.equals(packed, new long[] {shape[0], (shape[1] + per - 1) / per})
            && scales != null
            && scales.length == 2
            && scales[0] == shape[0]
            && scales[1] == groups(shape[1]);
    if (!fits) {
      throw UserError.configuration(
          "tensor %s%s of shape %s with scales of shape %s is no matrix of shape %s in %d bits and"
              + " groups of %d: fetch it again",
          module,
          mark(),
          Arrays.toString(packed),
          Arrays.toString(scales),
          Arrays.toString(shape),
          bits,
          group);
    }
    return new long[] {shape[0], shape[1]};
  }

  @Override
  public FloatBuffer read(Weights files, String module, long from, long rows) throws IOException {
    int columns = Math.toIntExact(shape(files, module)[1]);
    int groups = groups(columns);
    int[] words = files.integers(module + mark());
    FloatBuffer scales = files.read(module + ".weight_scale", from, rows);
    int[] zeros = zeros(files, module, from, rows, groups);
    int[] groupOf = Groups.of(files, module + ".weight_g_idx", columns, group, groups);
    FloatBuffer weights = Floats.direct(rows * columns);
    int per = 32 / bits;
    int width = (columns + per - 1) / per;
    for (int row = 0; row < rows; row++) {
      int word = Math.toIntExact(from + row) * width;
      for (int column = 0; column < columns; column++) {
        int at = row * groups + groupOf[column];
        int number = Groups.bits(words[word + column / per], column % per, bits);
        weights.put((number - zeros[at]) * scales.get(at));
      }
    }
    return weights.flip();
  }

  /** For each row and group, moved up as the numbers are. */
  private int[] zeros(Weights files, String module, long from, long rows, int groups)
      throws IOException {
    int[] zeros = new int[Math.toIntExact(rows * groups)];
    Arrays.fill(zeros, 1 << (bits - 1));
    String name = module + ".weight_zero_point";
    if (!files.has(name)) {
      return zeros;
    }
    long[] shape = files.shape(name);
    int per = 32 / bits;
    int[] packed = files.integers(name);
    if (shape.length != 2 || shape[1] != groups || shape[0] * per < from + rows) {
      throw UserError.configuration(
          "tensor %s of shape %s does not fit its module's groups: fetch it again",
          name, Arrays.toString(shape));
    }
    for (int i = 0; i < zeros.length; i++) {
      int row = Math.toIntExact(from) + i / groups;
      zeros[i] = Groups.bits(packed[row / per * groups + i % groups], row % per, bits);
    }
    return zeros;
  }

  private int groups(int columns) {
    return group == 0 ? 1 : (columns + group - 1) / group;
  }
}
