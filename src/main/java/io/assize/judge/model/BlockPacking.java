package io.assize.judge.model;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.Arrays;

/**
 * MXFP4 of the Open Compute Project, as gpt-oss has it: blocks of 32 numbers of four bits (E2M1)
 * with an exponent of two in eight bits. {@code NAME_blocks} {@code [experts, out, blocks, 16]} has
 * two numbers a byte, the first in its low bits, and {@code NAME_scales} {@code [experts, out,
 * blocks]} the exponents, 127 more than they are.
 */
record BlockPacking(String text) implements Packing {
  static final String BLOCKS = "_blocks";

  private static final String SCALES = "_scales";
  private static final int BYTES = 16;
  private static final int BIAS = 127;
  private static final float[] E2M1 = {
    0, 0.5f, 1, 1.5f, 2, 3, 4, 6, -0.0f, -0.5f, -1, -1.5f, -2, -3, -4, -6
  };

  @Override
  public String mark() {
    return BLOCKS;
  }

  /** The tensor's name is the module's. */
  @Override
  public String module(String tensor) {
    return tensor;
  }

  /** {@code [experts, out, in]}. */
  @Override
  public long[] shape(Weights files, String module) {
    long[] blocks = files.shape(module + BLOCKS);
    long[] scales = files.shape(module + SCALES);
    boolean fits =
        blocks != null
            && blocks.length == 4
            && blocks[3] == BYTES
            && Arrays.equals(scales, Arrays.copyOf(blocks, 3))
            && files.type(module + BLOCKS) == NumberType.U8
            && files.type(module + SCALES) == NumberType.U8;
    if (!fits) {
      throw UserError.configuration(
          "tensors %s%s of shape %s and %s of shape %s are no blocks of 32 numbers of four bits in"
              + " bytes with a scale each: fetch it again",
          module, BLOCKS, Arrays.toString(blocks), SCALES, Arrays.toString(scales));
    }
    return new long[] {blocks[0], blocks[1], 2 * BYTES * blocks[2]};
  }

  @Override
  public FloatBuffer read(Weights files, String module, long from, long rows) throws IOException {
    FloatBuffer scales = files.read(module + SCALES, from, rows);
    FloatBuffer blocks = files.read(module + BLOCKS, from, rows);
    FloatBuffer into = Floats.direct(2L * blocks.capacity());
    while (scales.hasRemaining()) {
      float scale = Math.scalb(1f, (int) scales.get() - BIAS);
      for (int i = 0; i < BYTES; i++) {
        int both = (int) blocks.get();
        into.put(E2M1[both & 0xf] * scale).put(E2M1[both >> 4] * scale);
      }
    }
    return into.flip();
  }
}
