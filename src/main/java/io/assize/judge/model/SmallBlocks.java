package io.assize.judge.model;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * GGUF's blocks of 32 weights. Of the 16 bytes of nibbles, the low ones are weights 0…15 and the
 * high ones 16…31.
 */
final class SmallBlocks {
  /** What the nibbles of IQ4_NL and IQ4_XS stand for. */
  private static final byte[] UNEVEN = {
    -127, -104, -83, -65, -49, -35, -22, -10, 1, 13, 25, 38, 53, 69, 89, 113
  };

  /** The numbers of four bits that the Open Compute Project calls E2M1, doubled. */
  private static final byte[] E2M1 = {0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12};

  private SmallBlocks() {}

  /** d, nibbles; w = d·(q − 8). */
  static void q4(ByteBuffer in, FloatBuffer out) {
    float d = Floats.half(in.getShort());
    int at = in.position();
    for (int i = 0; i < 32; i++) {
      out.put(d * (nibble(in, at, i) - 8));
    }
    in.position(at + 16);
  }

  /** d, m, nibbles; w = d·q + m. */
  static void q4WithLeast(ByteBuffer in, FloatBuffer out) {
    float d = Floats.half(in.getShort());
    float m = Floats.half(in.getShort());
    int at = in.position();
    for (int i = 0; i < 32; i++) {
      out.put(d * nibble(in, at, i) + m);
    }
    in.position(at + 16);
  }

  /** d, 32 fifth bits, nibbles; w = d·(q − 16). */
  static void q5(ByteBuffer in, FloatBuffer out) {
    float d = Floats.half(in.getShort());
    int fifth = in.getInt();
    int at = in.position();
    for (int i = 0; i < 32; i++) {
      out.put(d * ((nibble(in, at, i) | (((fifth >>> i) & 1) << 4)) - 16));
    }
    in.position(at + 16);
  }

  /** d, m, 32 fifth bits, nibbles; w = d·q + m. */
  static void q5WithLeast(ByteBuffer in, FloatBuffer out) {
    float d = Floats.half(in.getShort());
    float m = Floats.half(in.getShort());
    int fifth = in.getInt();
    int at = in.position();
    for (int i = 0; i < 32; i++) {
      out.put(d * (nibble(in, at, i) | (((fifth >>> i) & 1) << 4)) + m);
    }
    in.position(at + 16);
  }

  /** d, 32 signed bytes; w = d·q. */
  static void q8(ByteBuffer in, FloatBuffer out) {
    float d = Floats.half(in.getShort());
    for (int i = 0; i < 32; i++) {
      out.put(d * in.get());
    }
  }

  /** d, nibbles; w = d·uneven(q). */
  static void iq4(ByteBuffer in, FloatBuffer out) {
    uneven(in, out, Floats.half(in.getShort()));
  }

  /** An exponent of two in eight bits, nibbles; w = 2^(e − 128)·E2M1(q). */
  static void mxfp4(ByteBuffer in, FloatBuffer out) {
    int e = in.get() & 0xff;
    float d = Float.intBitsToFloat(e < 2 ? 0x00200000 << e : (e - 1) << 23);
    int at = in.position();
    for (int i = 0; i < 32; i++) {
      out.put(d * E2M1[nibble(in, at, i)]);
    }
    in.position(at + 16);
  }

  /** 16 bytes of nibbles; w = d·uneven(q). */
  static void uneven(ByteBuffer in, FloatBuffer out, float d) {
    int at = in.position();
    for (int i = 0; i < 32; i++) {
      out.put(d * UNEVEN[nibble(in, at, i)]);
    }
    in.position(at + 16);
  }

  private static int nibble(ByteBuffer in, int at, int i) {
    int both = in.get(at + (i & 15));
    return (i < 16 ? both : both >> 4) & 0xf;
  }
}
