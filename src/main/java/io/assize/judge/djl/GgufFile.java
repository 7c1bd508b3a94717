package io.assize.judge.djl;

import io.assize.config.UserError;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A GGUF file, version 2 or 3: metadata, tensor directory, and aligned tensor data, little-endian.
 * Tensors are mapped, not loaded.
 */
final class GgufFile implements AutoCloseable {
  private static final int MAGIC = 0x46554747;
  private static final int MAX_STRING = 64 << 20;
  private static final int MAX_ARRAY = 16 << 20;

  private final Path path;
  private final Map<String, Object> metadata = new HashMap<>();
  private final Map<String, Tensor> tensors = new HashMap<>();
  private final FileChannel channel;

  private record Tensor(String typeName, GgmlType type, List<Long> shape, long begin) {}

  GgufFile(Path path) throws IOException {
    this.path = path;
    try (Reader reader = new Reader(Files.newInputStream(path))) {
      readHeader(reader);
    } catch (EOFException e) {
      throw broken("it ends inside its header");
    }
    this.channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      checkTensors();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  boolean has(String key) {
    return metadata.containsKey(key);
  }

  String text(String key, String otherwise) {
    return metadata.get(key) instanceof String text ? text : otherwise;
  }

  /** What the metadata has under a key, of whatever type; null where there is nothing. */
  Object value(String key) {
    return metadata.get(key);
  }

  /** A number of the metadata; refuses a file that lacks it. */
  Number number(String key) {
    if (metadata.get(key) instanceof Number number) {
      return number;
    }
    throw broken("its metadata lacks " + key);
  }

  Number number(String key, Number otherwise) {
    return metadata.get(key) instanceof Number number ? number : otherwise;
  }

  /** A list of the metadata; refuses a file that lacks it. */
  List<?> list(String key) {
    if (metadata.get(key) instanceof List<?> list) {
      return list;
    }
    throw broken("its metadata lacks " + key);
  }

  /** A tensor's dimensions, outermost first; null where there is no such tensor. */
  long[] shape(String name) {
    Tensor tensor = tensors.get(name);
    return tensor == null ? null : tensor.shape().stream().mapToLong(Long::longValue).toArray();
  }

  /** Reads rows as float32; a row is whole blocks. */
  FloatBuffer read(String name, long from, long rows) throws IOException {
    Tensor tensor = tensors.get(name);
    long row = count(tensor.shape()) / tensor.shape().get(0);
    long count = row * rows;
    // A tensor of one dimension is one row of blocks, read whole.
    long skipped = from == 0 ? 0 : tensor.type().bytes(row * from);
    ByteBuffer bytes =
        channel
            .map(
                FileChannel.MapMode.READ_ONLY, tensor.begin() + skipped, tensor.type().bytes(count))
            .order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer floats = Floats.direct(count);
    tensor.type().dequantize(bytes, floats);
    return floats.flip();
  }

  UserError broken(String why) {
    return UserError.configuration("%s cannot be read: %s", path, why);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void readHeader(Reader in) throws IOException {
    if (in.u32() != MAGIC) {
      throw broken("it is not a GGUF file");
    }
    int version = in.u32();
    if (version != 2 && version != 3) {
      throw broken("its GGUF version " + version + " is not 2 or 3");
    }
    long tensorCount = in.u64();
    long keyCount = in.u64();
    for (long i = 0; i < keyCount; i++) {
      String key = in.string();
      metadata.put(key, in.value(in.u32()));
    }
    List<String> names = new ArrayList<>();
    List<Tensor> found = new ArrayList<>();
    for (long i = 0; i < tensorCount; i++) {
      names.add(in.string());
      List<Long> shape = new ArrayList<>();
      for (int dimensions = in.u32(); dimensions > 0; dimensions--) {
        shape.add(0, in.u64());
      }
      int type = in.u32();
      found.add(new Tensor("type " + type, GgmlType.of(type), shape, in.u64()));
    }
    long alignment = number("general.alignment", 32).longValue();
    long data = (in.position() + alignment - 1) / alignment * alignment;
    for (int i = 0; i < found.size(); i++) {
      Tensor t = found.get(i);
      tensors.put(names.get(i), new Tensor(t.typeName(), t.type(), t.shape(), data + t.begin()));
    }
  }

  private void checkTensors() throws IOException {
    for (Map.Entry<String, Tensor> entry : tensors.entrySet()) {
      Tensor tensor = entry.getValue();
      if (tensor.type() == null) {
        throw UserError.configuration(
            "%s: tensor %s has GGUF %s: F32, F16, Q8_0, Q4_0, Q4_1 and Q6_K are supported",
            path, entry.getKey(), tensor.typeName());
      }
      long bytes = tensor.type().bytes(count(tensor.shape()));
      if (bytes < 0 || tensor.begin() + bytes > channel.size()) {
        throw broken(
            "tensor " + entry.getKey() + " lies outside the file; it was cut short or damaged");
      }
    }
  }

  private static long count(List<Long> shape) {
    long count = 1;
    for (long dimension : shape) {
      count = Math.multiplyExact(count, dimension);
    }
    return count;
  }

  /** Little-endian values, with the position in the file. */
  private final class Reader implements AutoCloseable {
    private final InputStream in;
    private final ByteBuffer scratch = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    private long position;

    Reader(InputStream in) {
      this.in = new BufferedInputStream(in, 1 << 16);
    }

    long position() {
      return position;
    }

    int u32() throws IOException {
      return bytes(4).getInt();
    }

    long u64() throws IOException {
      return bytes(8).getLong();
    }

    String string() throws IOException {
      long length = u64();
      if (length < 0 || length > MAX_STRING) {
        throw broken("a text of " + length + " bytes stands in its header");
      }
      byte[] text = in.readNBytes((int) length);
      if (text.length < length) {
        throw new EOFException();
      }
      position += length;
      return new String(text, StandardCharsets.UTF_8);
    }

    Object value(int type) throws IOException {
      return switch (type) {
        case 0 -> bytes(1).get() & 0xff;
        case 1 -> (int) bytes(1).get();
        case 2 -> bytes(2).getShort() & 0xffff;
        case 3 -> (int) bytes(2).getShort();
        case 4 -> u32() & 0xffffffffL;
        case 5 -> u32();
        case 6 -> bytes(4).getFloat();
        case 7 -> bytes(1).get() != 0;
        case 8 -> string();
        case 9 -> array();
        case 10, 11 -> u64();
        case 12 -> bytes(8).getDouble();
        default -> throw broken("its metadata has a value of unknown type " + type);
      };
    }

    @Override
    public void close() throws IOException {
      in.close();
    }

    private List<Object> array() throws IOException {
      int type = u32();
      long length = u64();
      if (length < 0 || length > MAX_ARRAY) {
        throw broken("an array of " + length + " values stands in its header");
      }
      List<Object> values = new ArrayList<>();
      for (long i = 0; i < length; i++) {
        values.add(value(type));
      }
      return values;
    }

    private ByteBuffer bytes(int count) throws IOException {
      scratch.clear();
      if (in.readNBytes(scratch.array(), 0, count) < count) {
        throw new EOFException();
      }
      position += count;
      return scratch.limit(count);
    }
  }
}
