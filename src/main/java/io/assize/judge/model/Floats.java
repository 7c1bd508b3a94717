package io.assize.judge.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/** Float formats narrower than 32 bits. */
final class Floats {
  /** Numbers of the largest buffer. */
  static final long MOST = Integer.MAX_VALUE / Float.BYTES;

  private Floats() {}

  /** IEEE 754 binary16 to binary32, exactly. */
  static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0x1f) {
      return Float.intBitsToFloat(sign | 0x7f800000 | (fraction << 13));
    }
    if (exponent == 0) {
      float subnormal = fraction * 0x1p-24f;
      return sign == 0 ? subnormal : -subnormal;
    }
    return Float.intBitsToFloat(sign | ((exponent + 112) << 23) | (fraction << 13));
  }

  /** The bfloat16 nearest to a number that is no NaN. */
  static short toBrain(float value) {
    int bits = Float.floatToRawIntBits(value);
    return (short) ((bits + 0x7fff + ((bits >>> 16) & 1)) >>> 16);
  }

  /** bfloat16 to binary32, exactly. */
  static float brain(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** A direct buffer for {@code count} floats in the machine's order. */
  static FloatBuffer direct(long count) {
    long bytes = Math.multiplyExact(count, Float.BYTES);
    if (bytes > Integer.MAX_VALUE) {
      throw new IllegalArgumentException(
          "a tensor of " + count + " floats is larger than one buffer can hold");
    }
    return ByteBuffer.allocateDirect((int) bytes).order(ByteOrder.nativeOrder()).asFloatBuffer();
  }
}
