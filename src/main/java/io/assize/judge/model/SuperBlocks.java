package io.assize.judge.model;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * GGUF's blocks of 256 weights, in groups of 16 or 32 that have a scale each, itself of few bits
 * and times the block's d. Where two or more weights share a byte, they stand 32 apart.
 */
final class SuperBlocks {
  private SuperBlocks() {}

  /**
   * 16 bytes of a scale (low nibble) and a least value (high one), 64 bytes of two bits, d, dmin; w
   * = d·scale·q − dmin·least.
   */
  static void q2(ByteBuffer in, FloatBuffer out) {
    int scales = in.position();
    int pairs = scales + 16;
    float d = Floats.half(in.getShort(pairs + 64));
    float dmin = Floats.half(in.getShort(pairs + 66));
    for (int group = 0; group < 16; group++) {
      int scale = in.get(scales + group);
      float times = d * (scale & 0xf);
      float least = dmin * ((scale >> 4) & 0xf);
      int at = pairs + 32 * (group / 8) + 16 * (group & 1);
      int shift = 2 * ((group / 2) & 3);
      for (int i = 0; i < 16; i++) {
        out.put(times * ((in.get(at + i) >> shift) & 3) - least);
      }
    }
    in.position(scales + 84);
  }

  /** 32 bytes of third bits, 64 of two bits, 16 scales of six bits, d; w = d·(scale − 32)·q. */
  static void q3(ByteBuffer in, FloatBuffer out) {
    int third = in.position();
    int pairs = third + 32;
    int scales = pairs + 64;
    float d = Floats.half(in.getShort(scales + 12));
    for (int group = 0; group < 16; group++) {
      int low = (in.get(scales + (group & 7)) >> (group < 8 ? 0 : 4)) & 0xf;
      int high = (in.get(scales + 8 + (group & 3)) >> (2 * (group / 4))) & 3;
      float times = d * ((low | (high << 4)) - 32);
      int at = pairs + 32 * (group / 8) + 16 * (group & 1);
      int shift = 2 * ((group / 2) & 3);
      for (int i = 0; i < 16; i++) {
        int two = (in.get(at + i) >> shift) & 3;
        // A third bit that is not set takes four away.
        int bit = (in.get(third + 16 * (group & 1) + i) >> (group / 2)) & 1;
        out.put(times * (two - 4 + 4 * bit));
      }
    }
    in.position(third + 110);
  }

  /** d, dmin, 8 scales and least values of six bits, nibbles; w = d·scale·q − dmin·least. */
  static void q4(ByteBuffer in, FloatBuffer out) {
    int begin = in.position();
    float d = Floats.half(in.getShort(begin));
    float dmin = Floats.half(in.getShort(begin + 2));
    for (int group = 0; group < 8; group++) {
      float times = d * scale(in, begin + 4, group);
      float least = dmin * least(in, begin + 4, group);
      int at = begin + 16 + 32 * (group / 2);
      int shift = 4 * (group & 1);
      for (int i = 0; i < 32; i++) {
        out.put(times * ((in.get(at + i) >> shift) & 0xf) - least);
      }
    }
    in.position(begin + 144);
  }

  /** As {@link #q4}, with 32 bytes of fifth bits before the nibbles. */
  static void q5(ByteBuffer in, FloatBuffer out) {
    int begin = in.position();
    int fifth = begin + 16;
    float d = Floats.half(in.getShort(begin));
    float dmin = Floats.half(in.getShort(begin + 2));
    for (int group = 0; group < 8; group++) {
      float times = d * scale(in, begin + 4, group);
      float least = dmin * least(in, begin + 4, group);
      int at = fifth + 32 + 32 * (group / 2);
      int shift = 4 * (group & 1);
      for (int i = 0; i < 32; i++) {
        int four = (in.get(at + i) >> shift) & 0xf;
        int bit = (in.get(fifth + i) >> group) & 1;
        out.put(times * (four | (bit << 4)) - least);
      }
    }
    in.position(begin + 176);
  }

  /**
   * 128 bytes of low nibbles, 64 bytes of high bit pairs, 16 signed scales, d; w = d·scale·(q −
   * 32), in two halves of 128.
   */
  static void q6(ByteBuffer in, FloatBuffer out) {
    int low = in.position();
    int high = low + 128;
    int scales = high + 64;
    float d = Floats.half(in.getShort(scales + 16));
    for (int group = 0; group < 16; group++) {
      float times = d * in.get(scales + group);
      int half = group / 8;
      int quarter = (group / 2) & 3;
      int nibbles = low + 64 * half + 32 * (quarter & 1) + 16 * (group & 1);
      int pairs = high + 32 * half + 16 * (group & 1);
      for (int i = 0; i < 16; i++) {
        int four = (in.get(nibbles + i) >> (quarter < 2 ? 0 : 4)) & 0xf;
        int two = (in.get(pairs + i) >> (2 * quarter)) & 3;
        out.put(times * ((four | (two << 4)) - 32));
      }
    }
    in.position(low + 210);
  }

  /** d, 8 scales of six bits, the two high ones of all first; then nibbles as in IQ4_NL. */
  static void iq4(ByteBuffer in, FloatBuffer out) {
    float d = Floats.half(in.getShort());
    int high = in.getShort();
    int low = in.getInt();
    for (int group = 0; group < 8; group++) {
      int scale = ((low >>> (4 * group)) & 0xf) | (((high >> (2 * group)) & 3) << 4);
      SmallBlocks.uneven(in, out, d * (scale - 32));
    }
  }

  /** Of Q4_K's and Q5_K's 12 bytes: six bits, for the last four groups in two places. */
  private static int scale(ByteBuffer in, int at, int group) {
    return group < 4
        ? in.get(at + group) & 0x3f
        : (in.get(at + 4 + group) & 0xf) | ((in.get(at + group - 4) & 0xc0) >> 2);
  }

  /** Likewise. */
  private static int least(ByteBuffer in, int at, int group) {
    return group < 4
        ? in.get(at + 4 + group) & 0x3f
        : ((in.get(at + 4 + group) >> 4) & 0xf) | ((in.get(at + group) & 0xc0) >> 2);
  }
}
