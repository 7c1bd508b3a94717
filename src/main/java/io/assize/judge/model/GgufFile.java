package io.assize.judge.model;

import io.assize.config.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A GGUF file, version 2 or 3: metadata, tensor directory, and aligned tensor data, little-endian.
 * Nothing that a header says is believed before it is held against the file: counts, lengths and
 * places are bounded by the bytes that are there.
 */
public final class GgufFile implements AutoCloseable {
  private static final int MAGIC = 0x46554747;

  /** Bytes of all metadata and the directory; a tokenizer of 256,000 tokens takes about 12 MB. */
  private static final long MAX_HEADER = 256L << 20;

  /** Values of a list that is kept. */
  private static final long MAX_LIST = 1 << 22;

  private static final int MAX_NAME = 1 << 16;
  private static final int MAX_KEYS = 1 << 16;
  private static final int MAX_TENSORS = 1 << 17;
  private static final int MAX_DIMENSIONS = 4;
  private static final int MAX_ALIGNMENT = 1 << 20;

  /** The arrays that are kept; a header may hold others, which are passed over. */
  private static final Set<String> LISTS =
      Set.of(
          "tokenizer.ggml.tokens",
          "tokenizer.ggml.token_type",
          "tokenizer.ggml.scores",
          "tokenizer.ggml.merges");

  private static final int STRING = 8;
  private static final int ARRAY = 9;

  /** Bytes of a value of each type; 0 where it has no fixed width. */
  private static final int[] WIDTHS = {1, 1, 2, 2, 4, 4, 4, 1, 0, 0, 8, 8, 8};

  private final ModelFile file;
  private final Map<String, Object> metadata = new HashMap<>();
  private final Map<String, Tensor> tensors = new HashMap<>();

  private record Tensor(int typeId, GgmlType type, List<Long> dimensions, long begin) {
    long[] shape() {
      return Shapes.of(dimensions);
    }
  }

  GgufFile(Path path) throws IOException {
    this.file = ModelFile.open(path);
    try {
      readHeader();
      checkTensors();
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  ModelFile file() {
    return file;
  }

  boolean has(String key) {
    return metadata.containsKey(key);
  }

  String text(String key, String otherwise) {
    Object value = metadata.get(key);
    if (value != null && !(value instanceof String)) {
      throw broken("its " + key + " is no text");
    }
    return value == null ? otherwise : (String) value;
  }

  /** The numbers of the metadata. */
  ModelNumbers numbers() {
    return new ModelNumbers(file.path().toString(), metadata::get);
  }

  /** A list of texts of the metadata; refuses a file that lacks it. */
  List<String> texts(String key) {
    List<?> list = list(key);
    if (!list.isEmpty() && !(list.get(0) instanceof String)) {
      throw broken("its " + key + " is no list of texts");
    }
    return list.stream().map(String.class::cast).toList();
  }

  /** A list of numbers of the metadata; refuses a file that lacks it. */
  List<Number> numbers(String key) {
    List<?> list = list(key);
    if (!list.isEmpty() && !(list.get(0) instanceof Number)) {
      throw broken("its " + key + " is no list of numbers");
    }
    return list.stream().map(Number.class::cast).toList();
  }

  /** The names of all tensors. */
  Set<String> names() {
    return Collections.unmodifiableSet(tensors.keySet());
  }

  /** A tensor's dimensions, outermost first; null where there is no such tensor. */
  long[] shape(String name) {
    Tensor tensor = tensors.get(name);
    return tensor == null ? null : tensor.shape();
  }

  /** Reads rows of the outermost dimension as float32; a row is whole blocks. */
  FloatBuffer read(String name, long from, long rows) throws IOException {
    Tensor tensor = tensors.get(name);
    long row = Shapes.count(tensor.shape()) / tensor.shape()[0];
    FloatBuffer floats = Floats.direct(row * rows);
    GgmlType type = tensor.type();
    // A tensor of one dimension is one row of blocks, read whole.
    long skipped = from == 0 ? 0 : type.bytes(row * from);
    file.stretches(
        tensor.begin() + skipped,
        type.bytes(row * rows),
        type.blockBytes(),
        bytes -> {
          while (bytes.hasRemaining()) {
            type.block(bytes, floats);
          }
        });
    return floats.flip();
  }

  /** All numbers of a tensor that the configuration takes: so many, each in bounds. */
  List<Float> small(String name, int count, double least, double most) {
    long[] shape = shape(name);
    if (Shapes.count(shape) != count) {
      throw UserError.configuration(
          "%s: tensor %s has %d numbers where the configuration says %d",
          file.path(), name, Shapes.count(shape), count);
    }
    try {
      FloatBuffer floats = read(name, 0, shape[0]);
      List<Float> all = new ArrayList<>();
      while (floats.hasRemaining()) {
        float one = floats.get();
        if (!(one >= least && one <= most)) {
          throw UserError.configuration(
              "%s: tensor %s has the number %s: it must be from %s to %s",
              file.path(), name, one, least, most);
        }
        all.add(one);
      }
      return all;
    } catch (IOException e) {
      throw broken(e.getMessage());
    }
  }

  UserError broken(String why) {
    return UserError.configuration("%s cannot be read: %s", file.path(), why);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void readHeader() throws IOException {
    Header in = new Header();
    if (in.u32() != MAGIC) {
      throw broken("it is not a GGUF file");
    }
    int version = in.u32();
    if (version != 2 && version != 3) {
      throw broken("its GGUF version " + version + " is not 2 or 3");
    }
    long tensorCount = in.count("tensors", MAX_TENSORS);
    long keyCount = in.count("metadata keys", MAX_KEYS);
    for (long i = 0; i < keyCount; i++) {
      String key = in.string(MAX_NAME);
      Object value = in.value(in.u32(), LISTS.contains(key));
      if (metadata.containsKey(key)) {
        throw broken("its metadata has " + key + " twice");
      }
      metadata.put(key, value);
    }
    List<String> names = new ArrayList<>();
    List<Tensor> found = new ArrayList<>();
    for (long i = 0; i < tensorCount; i++) {
      names.add(in.string(MAX_NAME));
      found.add(in.tensor());
    }
    long alignment = numbers().whole("general.alignment", 32, 1, MAX_ALIGNMENT);
    long data = (in.position() + alignment - 1) / alignment * alignment;
    for (int i = 0; i < found.size(); i++) {
      Tensor t = found.get(i);
      if (t.begin() < 0 || t.begin() > file.size() || t.begin() % alignment != 0) {
        throw outside(names.get(i));
      }
      Tensor placed = new Tensor(t.typeId(), t.type(), t.dimensions(), data + t.begin());
      if (tensors.put(names.get(i), placed) != null) {
        throw broken("it has the tensor " + names.get(i) + " twice");
      }
    }
  }

  private void checkTensors() {
    if (numbers().whole("split.count", 1, 0, 1 << 16) > 1) {
      throw broken("it is one part of a model in several: join them with llama-gguf-split --merge");
    }
    List<Map.Entry<String, Tensor>> byPlace = new ArrayList<>(tensors.entrySet());
    byPlace.sort(Comparator.comparingLong(entry -> entry.getValue().begin()));
    long free = 0;
    for (Map.Entry<String, Tensor> entry : byPlace) {
      Tensor tensor = entry.getValue();
      if (tensor.type() == null) {
        throw UserError.configuration(
            "%s: tensor %s is of the type %s, which is not supported: use a file whose tensors are"
                + " of %s, or the Hugging Face directory of the model",
            file.path(), entry.getKey(), GgmlType.nameOf(tensor.typeId()), GgmlType.names());
      }
      long bytes = bytes(tensor);
      if (bytes < 0 || bytes > file.size() - tensor.begin()) {
        throw outside(entry.getKey());
      }
      if (tensor.begin() < free) {
        throw broken("tensor " + entry.getKey() + " lies over another");
      }
      free = tensor.begin() + bytes;
    }
  }

  /** -1 where its rows are not whole blocks or it is larger than any file. */
  private static long bytes(Tensor tensor) {
    long[] shape = tensor.shape();
    long count = Shapes.count(shape);
    boolean whole =
        count > 0 && count < 1L << 50 && tensor.type().bytes(shape[shape.length - 1]) >= 0;
    return whole ? tensor.type().bytes(count) : -1;
  }

  private UserError outside(String tensor) {
    return broken("tensor " + tensor + " lies outside the file; it was cut short or damaged");
  }

  /** The header's little-endian values one after the other. */
  private final class Header {
    private static final int BUFFER = 1 << 16;

    private final ByteBuffer buffer =
        ByteBuffer.allocate((int) Math.min(BUFFER, file.size()))
            .order(ByteOrder.LITTLE_ENDIAN)
            .limit(0);
    private final long end = Math.min(MAX_HEADER, file.size());

    /** Where in the file the buffer's end stands. */
    private long filled;

    long position() {
      return filled - buffer.remaining();
    }

    int u32() throws IOException {
      return next(4).getInt();
    }

    long u64() throws IOException {
      return next(8).getLong();
    }

    /** A number of things of which each takes a byte at least. */
    long count(String what, long most) throws IOException {
      long count = u64();
      if (count < 0 || count > Math.min(most, end - position())) {
        throw broken(
            String.format(
                Locale.ROOT,
                "it ends inside its header, which says that there are %s %s",
                Long.toUnsignedString(count),
                what));
      }
      return count;
    }

    String string(long most) throws IOException {
      byte[] text = new byte[(int) count("bytes in a text", most)];
      for (int at = 0; at < text.length; ) {
        int n = Math.min(text.length - at, buffer.capacity());
        next(n).get(text, at, n);
        at += n;
      }
      return new String(text, StandardCharsets.UTF_8);
    }

    Tensor tensor() throws IOException {
      int dimensions = u32();
      if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
        throw broken(
            String.format(
                Locale.ROOT,
                "a tensor of %s dimensions stands in its header",
                Integer.toUnsignedString(dimensions)));
      }
      List<Long> shape = new ArrayList<>();
      for (int i = 0; i < dimensions; i++) {
        shape.add(0, u64());
      }
      int type = u32();
      return new Tensor(type, GgmlType.of(type), shape, u64());
    }

    /** A value; null for an array that is passed over. */
    Object value(int type, boolean keep) throws IOException {
      return switch (type) {
        case 0 -> next(1).get() & 0xff;
        case 1 -> (int) next(1).get();
        case 2 -> next(2).getShort() & 0xffff;
        case 3 -> (int) next(2).getShort();
        case 4 -> u32() & 0xffffffffL;
        case 5 -> u32();
        case 6 -> next(4).getFloat();
        case 7 -> next(1).get() != 0;
        case STRING -> string(MAX_HEADER);
        case ARRAY -> array(keep);
        case 10, 11 -> u64();
        case 12 -> next(8).getDouble();
        default -> throw broken("its metadata has a value of unknown type " + type);
      };
    }

    private List<Object> array(boolean keep) throws IOException {
      int type = u32();
      if (type < 0 || type >= WIDTHS.length || type == ARRAY) {
        throw broken("its metadata has an array of values of type " + type);
      }
      long length = count("values in an array", keep ? MAX_LIST : MAX_HEADER);
      if (!keep && type != STRING) {
        skip(Math.multiplyExact(length, WIDTHS[type]));
        return null;
      }
      List<Object> values = new ArrayList<>();
      for (long i = 0; i < length; i++) {
        if (keep) {
          values.add(value(type, false));
        } else {
          skip(count("bytes in a text", MAX_HEADER));
        }
      }
      return keep ? values : null;
    }

    private void skip(long bytes) throws IOException {
      for (long left = bytes; left > 0; ) {
        int n = (int) Math.min(left, buffer.capacity());
        next(n);
        buffer.position(buffer.position() + n);
        left -= n;
      }
    }

    /** The buffer with so many bytes at least; no more than it can hold. */
    private ByteBuffer next(int bytes) throws IOException {
      if (buffer.remaining() < bytes) {
        if (bytes > end - position()) {
          throw broken("it ends inside its header");
        }
        buffer.compact();
        int more = (int) Math.min(buffer.remaining(), end - filled);
        buffer.limit(buffer.position() + more);
        file.read(filled, buffer);
        filled += more;
        buffer.flip();
      }
      return buffer;
    }
  }

  private List<?> list(String key) {
    if (metadata.get(key) instanceof List<?> list) {
      return list;
    }
    throw broken("its metadata lacks the list " + key);
  }
}
