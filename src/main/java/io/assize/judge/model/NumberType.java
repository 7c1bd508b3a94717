package io.assize.judge.model;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;
import java.util.HashMap;
import java.util.Map;

/** How a file holds a tensor's numbers, little-endian; named as safetensors names it. */
enum NumberType {
  F64(8, "torch.DoubleStorage", "torch.float64"),
  F32(4, "torch.FloatStorage", "torch.float32"),
  F16(2, "torch.HalfStorage", "torch.float16"),
  BF16(2, "torch.BFloat16Storage", "torch.bfloat16"),
  F8_E4M3(1, "", "torch.float8_e4m3fn"),
  F8_E5M2(1, "", "torch.float8_e5m2"),
  I64(8, "torch.LongStorage", "torch.int64"),
  I32(4, "torch.IntStorage", "torch.int32"),
  I16(2, "torch.ShortStorage", "torch.int16"),
  I8(1, "torch.CharStorage", "torch.int8"),
  U8(1, "torch.ByteStorage", "torch.uint8"),
  BOOL(1, "torch.BoolStorage", "torch.bool");

  private static final Map<String, NumberType> BY_TORCH = new HashMap<>();
  private static final float[] E4M3 = new float[256];

  static {
    for (NumberType type : values()) {
      BY_TORCH.put(type.storage, type);
      BY_TORCH.put(type.dtype, type);
    }
    BY_TORCH.remove("");
    for (int bits = 0; bits < 256; bits++) {
      E4M3[bits] = e4m3(bits);
    }
  }

  private final int width;
  private final String storage;
  private final String dtype;

  NumberType(int width, String storage, String dtype) {
    this.width = width;
    this.storage = storage;
    this.dtype = dtype;
  }

  /** Null for a type that is not known. */
  static NumberType ofSafetensors(String name) {
    for (NumberType type : values()) {
      if (type.name().equals(name)) {
        return type;
      }
    }
    return null;
  }

  /** By a storage's or a dtype's name in PyTorch; null for one that is not known. */
  static NumberType ofTorch(String name) {
    return BY_TORCH.get(name);
  }

  /** Bytes of a number. */
  int width() {
    return width;
  }

  /** Whether weights may be of it as they are, with no scale beside them. */
  boolean plain() {
    return this == F32 || this == F16 || this == BF16;
  }

  /** Reads all numbers as float32. */
  void floats(ByteBuffer bytes, FloatBuffer into) {
    while (bytes.hasRemaining()) {
      switch (this) {
        case F32 -> {
          into.put(bytes.asFloatBuffer());
          bytes.position(bytes.limit());
        }
        case F64 -> into.put((float) bytes.getDouble());
        case F16 -> into.put(Floats.half(bytes.getShort()));
        case BF16 -> into.put(Floats.brain(bytes.getShort()));
        case F8_E4M3 -> into.put(E4M3[bytes.get() & 0xff]);
        case F8_E5M2 -> into.put(Floats.half((short) (bytes.get() << 8)));
        case I64 -> into.put((float) bytes.getLong());
        case I32 -> into.put(bytes.getInt());
        case I16 -> into.put(bytes.getShort());
        case I8 -> into.put(bytes.get());
        case U8, BOOL -> into.put(bytes.get() & 0xff);
      }
    }
  }

  /** Four bits of exponent, three of fraction; no infinities, and NaN where all of them are set. */
  private static float e4m3(int bits) {
    int exponent = (bits >> 3) & 0xf;
    int fraction = bits & 7;
    if (exponent == 0xf && fraction == 7) {
      return Float.NaN;
    }
    float number =
        exponent == 0 ? fraction * 0x1p-9f : (8 + fraction) * Math.scalb(1f, exponent - 10);
    return bits < 128 ? number : -number;
  }
}
