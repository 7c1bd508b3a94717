package io.assize.judge.model;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/**
 * The tensor types of GGUF that the judge reads, with their ids there and their layout in blocks
 * (llama.cpp, ggml-common.h). A block's weights share a scale.
 */
enum GgmlType {
  F32(0, 1, 4) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      out.put(in.getFloat());
    }
  },
  F16(1, 1, 2) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      out.put(Floats.half(in.getShort()));
    }
  },
  /** d, then 32 nibbles: low nibbles are weights 0…15, high ones 16…31; w = d·(q − 8). */
  Q4_0(2, 32, 18) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      float d = Floats.half(in.getShort());
      int at = in.position();
      for (int i = 0; i < 16; i++) {
        out.put(d * ((in.get(at + i) & 0xf) - 8));
      }
      for (int i = 0; i < 16; i++) {
        out.put(d * (((in.get(at + i) >> 4) & 0xf) - 8));
      }
      in.position(at + 16);
    }
  },
  /** d, m, then 32 nibbles as in Q4_0; w = d·q + m. */
  Q4_1(3, 32, 20) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      float d = Floats.half(in.getShort());
      float m = Floats.half(in.getShort());
      int at = in.position();
      for (int i = 0; i < 16; i++) {
        out.put(d * (in.get(at + i) & 0xf) + m);
      }
      for (int i = 0; i < 16; i++) {
        out.put(d * ((in.get(at + i) >> 4) & 0xf) + m);
      }
      in.position(at + 16);
    }
  },
  /** d, then 32 signed bytes; w = d·q. */
  Q8_0(8, 32, 34) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      float d = Floats.half(in.getShort());
      for (int i = 0; i < 32; i++) {
        out.put(d * in.get());
      }
    }
  },
  /**
   * 256 weights: 128 bytes of low nibbles, 64 bytes of high bit pairs, 16 signed scales, d; w =
   * d·scale·(q − 32), in two halves of 128.
   */
  Q6_K(14, 256, 210) {
    @Override
    void block(ByteBuffer in, FloatBuffer out) {
      int low = in.position();
      int high = low + 128;
      int scales = high + 64;
      float d = Floats.half(in.getShort(scales + 16));
      for (int half = 0; half < 2; half++) {
        for (int quarter = 0; quarter < 4; quarter++) {
          for (int i = 0; i < 32; i++) {
            int nibbles = in.get(low + 64 * half + 32 * (quarter & 1) + i);
            int four = (quarter < 2 ? nibbles : nibbles >> 4) & 0xf;
            int two = (in.get(high + 32 * half + i) >> (2 * quarter)) & 3;
            int scale = in.get(scales + 8 * half + 2 * quarter + i / 16);
            out.put(d * scale * ((four | (two << 4)) - 32));
          }
        }
      }
      in.position(low + 210);
    }
  };

  private final int id;
  private final int weights;
  private final int bytes;

  GgmlType(int id, int weights, int bytes) {
    this.id = id;
    this.weights = weights;
    this.bytes = bytes;
  }

  /** The type of an id; null for one that is not supported. */
  static GgmlType of(int id) {
    for (GgmlType type : values()) {
      if (type.id == id) {
        return type;
      }
    }
    return null;
  }

  /** Bytes of {@code count} weights, a multiple of the block; -1 where it is none. */
  long bytes(long count) {
    return count % weights == 0 ? count / weights * bytes : -1;
  }

  /** Bytes of a block. */
  int blockBytes() {
    return bytes;
  }

  /** Reads one little-endian block. */
  abstract void block(ByteBuffer in, FloatBuffer out);
}
