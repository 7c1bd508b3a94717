package io.assize.judge.model;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Set;

/**
 * Matrices of 8-bit numbers, whole or floating, with a scale for all, for each row, or for each
 * block; {@code weight = (number - zero) · scale}.
 *
 * @param scale what follows a module's name in the name of its scales
 * @param blockRows rows of a block, where the scales are of blocks
 * @param blockColumns its columns
 */
record ScaledPacking(String scale, int blockRows, int blockColumns, String text)
    implements Packing {
  private static final String ZERO = ".weight_zero_point";
  private static final Set<String> NARROW = Set.of("I8", "F8_E4M3", "F8_E5M2");

  @Override
  public String mark() {
    return scale;
  }

  @Override
  public long[] shape(Weights files, String module) {
    long[] shape = files.shape(module + ".weight");
    long[] scales = files.shape(module + scale);
    long[] zeros = files.shape(module + ZERO);
    boolean fits =
        shape != null
            && shape.length == 2
            && NARROW.contains(String.valueOf(files.type(module + ".weight")))
            && width(scales, shape) >= 0
            && (zeros == null || Shapes.count(zeros) == Shapes.count(scales));
    if (!fits) {
      throw UserError.configuration(
          "tensor %s%s of shape %s is no scale of 8-bit numbers %s.weight of shape %s in blocks of"
              + " %d × %d: one scale for all, for each row, or for each block is read: fetch it again",
          module,
          scale,
          Arrays.toString(scales),
          module,
          Arrays.toString(shape),
          blockRows,
          blockColumns);
    }
    return shape;
  }

  @Override
  public FloatBuffer read(Weights files, String module, long from, long rows) throws IOException {
    long[] shape = shape(files, module);
    long[] form = files.shape(module + scale);
    FloatBuffer scales = all(files, module + scale);
    FloatBuffer zeros = files.has(module + ZERO) ? all(files, module + ZERO) : null;
    FloatBuffer weights = files.read(module + ".weight", from, rows);
    int columns = Math.toIntExact(shape[1]);
    int width = width(form, shape);
    int tall = form.length < 2 || form[0] == shape[0] ? 1 : blockRows;
    boolean one = scales.capacity() == 1;
    for (int row = 0; row < rows; row++) {
      int first = one ? 0 : Math.toIntExact((from + row) / tall) * width;
      for (int column = 0; column < columns; column++) {
        int at = one || width == 1 ? first : first + column / blockColumns;
        float zero = zeros == null ? 0 : zeros.get(at);
        int place = row * columns + column;
        weights.put(place, (weights.get(place) - zero) * scales.get(at));
      }
    }
    return weights;
  }

  /** Scales of a row of blocks; -1 where they do not fit the matrix. */
  private int width(long[] scales, long[] shape) {
    if (scales == null || scales.length > 2) {
      return -1;
    }
    if (Shapes.count(scales) == 1) {
      return 1;
    }
    long columns = scales.length == 1 ? 1 : scales[1];
    boolean byRow = scales[0] == shape[0];
    boolean byBlock = scales[0] == (shape[0] + blockRows - 1) / blockRows;
    boolean fits =
        (columns == 1 && byRow)
            || (((byRow && blockRows == 1) || byBlock)
                && columns == (shape[1] + blockColumns - 1) / blockColumns);
    return fits && columns <= Integer.MAX_VALUE ? (int) columns : -1;
  }

  private static FloatBuffer all(Weights files, String name) throws IOException {
    long[] shape = files.shape(name);
    return files.read(name, 0, shape.length == 0 ? 1 : shape[0]);
  }
}
