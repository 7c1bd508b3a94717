package io.assize.judge.model;

import static java.util.stream.Collectors.joining;

import com.google.errorprone.annotations.Immutable;
import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Map;

/**
 * The tensor types of GGUF that the judge reads, with their ids there and their layout in blocks
 * (llama.cpp, ggml-common.h). A block's weights share a scale; how one is read stands in {@link
 * SmallBlocks} for those of 32 weights and in {@link SuperBlocks} for those of 256.
 */
enum GgmlType {
  F32(0, 1, 4, (in, out) -> out.put(in.getFloat())),
  F16(1, 1, 2, (in, out) -> out.put(Floats.half(in.getShort()))),
  BF16(30, 1, 2, (in, out) -> out.put(Floats.brain(in.getShort()))),
  Q4_0(2, 32, 18, SmallBlocks::q4),
  Q4_1(3, 32, 20, SmallBlocks::q4WithLeast),
  Q5_0(6, 32, 22, SmallBlocks::q5),
  Q5_1(7, 32, 24, SmallBlocks::q5WithLeast),
  Q8_0(8, 32, 34, SmallBlocks::q8),
  IQ4_NL(20, 32, 18, SmallBlocks::iq4),
  MXFP4(39, 32, 17, SmallBlocks::mxfp4),
  Q2_K(10, 256, 84, SuperBlocks::q2),
  Q3_K(11, 256, 110, SuperBlocks::q3),
  Q4_K(12, 256, 144, SuperBlocks::q4),
  Q5_K(13, 256, 176, SuperBlocks::q5),
  Q6_K(14, 256, 210, SuperBlocks::q6),
  IQ4_XS(23, 256, 136, SuperBlocks::iq4);

  /** The others that ggml knows or knew, for messages. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry(4, "Q4_2"),
          Map.entry(5, "Q4_3"),
          Map.entry(9, "Q8_1"),
          Map.entry(15, "Q8_K"),
          Map.entry(16, "IQ2_XXS"),
          Map.entry(17, "IQ2_XS"),
          Map.entry(18, "IQ3_XXS"),
          Map.entry(19, "IQ1_S"),
          Map.entry(21, "IQ3_S"),
          Map.entry(22, "IQ2_S"),
          Map.entry(24, "I8"),
          Map.entry(25, "I16"),
          Map.entry(26, "I32"),
          Map.entry(27, "I64"),
          Map.entry(28, "F64"),
          Map.entry(29, "IQ1_M"),
          Map.entry(31, "Q4_0_4_4"),
          Map.entry(32, "Q4_0_4_8"),
          Map.entry(33, "Q4_0_8_8"),
          Map.entry(34, "TQ1_0"),
          Map.entry(35, "TQ2_0"),
          Map.entry(36, "IQ4_NL_4_4"),
          Map.entry(37, "IQ4_NL_4_8"),
          Map.entry(38, "IQ4_NL_8_8"),
          Map.entry(40, "NVFP4"),
          Map.entry(41, "Q1_0"));

  private final int id;
  private final int weights;
  private final int bytes;
  private final Block block;

  /** Reads one little-endian block: takes all its bytes and puts all its weights. */
  @Immutable
  private interface Block {
    void read(ByteBuffer in, FloatBuffer out);
  }

  GgmlType(int id, int weights, int bytes, Block block) {
    this.id = id;
    this.weights = weights;
    this.bytes = bytes;
    this.block = block;
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

  /** ggml's name of a type that is not supported. */
  static String nameOf(int id) {
    return OTHERS.getOrDefault(id, "number " + Integer.toUnsignedString(id));
  }

  /** The names of all that are supported. */
  static String names() {
    return Arrays.stream(values()).map(GgmlType::name).collect(joining(", "));
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
  void block(ByteBuffer in, FloatBuffer out) {
    block.read(in, out);
  }
}
