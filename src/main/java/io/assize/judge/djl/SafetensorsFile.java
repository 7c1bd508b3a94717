package io.assize.judge.djl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A safetensors file: a length, a JSON header, and the tensors' bytes, little-endian. Tensors are
 * mapped, not loaded.
 */
final class SafetensorsFile implements AutoCloseable {
  private static final long MAX_HEADER = 100L << 20;

  private final Path path;
  private final FileChannel channel;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private record Entry(String type, List<Long> shape, long begin, long end) {}

  SafetensorsFile(Path path) throws IOException {
    this.path = path;
    this.channel = FileChannel.open(path, StandardOpenOption.READ);
    try {
      readHeader();
    } catch (IOException | RuntimeException e) {
      channel.close();
      throw e;
    }
  }

  Iterable<String> names() {
    return entries.keySet();
  }

  long[] shape(String name) {
    return entries.get(name).shape().stream().mapToLong(Long::longValue).toArray();
  }

  /** Reads rows of F32, F16 or BF16 as float32. */
  FloatBuffer read(String name, long from, long rows) throws IOException {
    Entry entry = entries.get(name);
    long row = (entry.end() - entry.begin()) / entry.shape().get(0);
    ByteBuffer bytes =
        channel
            .map(FileChannel.MapMode.READ_ONLY, entry.begin() + from * row, rows * row)
            .order(ByteOrder.LITTLE_ENDIAN);
    FloatBuffer floats = Floats.direct(count(entry.shape()) / entry.shape().get(0) * rows);
    switch (entry.type()) {
      case "F32" -> floats.put(bytes.asFloatBuffer());
      case "F16" -> {
        while (floats.hasRemaining()) {
          floats.put(Floats.half(bytes.getShort()));
        }
      }
      case "BF16" -> {
        while (floats.hasRemaining()) {
          floats.put(Floats.brain(bytes.getShort()));
        }
      }
      default -> throw new IllegalStateException(entry.type());
    }
    return floats.flip();
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void readHeader() throws IOException {
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    fill(length, 0);
    long headerBytes = length.flip().getLong();
    if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER, channel.size() - Long.BYTES)) {
      throw broken("its header is not that of a safetensors file");
    }
    ByteBuffer header = ByteBuffer.allocate((int) headerBytes);
    fill(header, Long.BYTES);
    JsonNode json = new ObjectMapper().readTree(header.array());
    long data = Long.BYTES + headerBytes;
    for (Iterator<Map.Entry<String, JsonNode>> it = json.fields(); it.hasNext(); ) {
      Map.Entry<String, JsonNode> field = it.next();
      if (!field.getKey().equals("__metadata__")) {
        entries.put(field.getKey(), entry(field.getKey(), field.getValue(), data));
      }
    }
  }

  private Entry entry(String name, JsonNode json, long data) throws IOException {
    String type = json.path("dtype").asText();
    int width =
        switch (type) {
          case "F32" -> 4;
          case "F16", "BF16" -> 2;
          default ->
              throw UserError.configuration(
                  "%s: tensor %s is of type %s: F32, F16 and BF16 are supported", path, name, type);
        };
    List<Long> shape = new ArrayList<>();
    json.path("shape").forEach(dimension -> shape.add(dimension.asLong()));
    long begin = data + json.path("data_offsets").path(0).asLong(-1);
    long end = data + json.path("data_offsets").path(1).asLong(-1);
    if (begin < data || end - begin != count(shape) * width || end > channel.size()) {
      throw broken("tensor " + name + " lies outside the file; it was cut short or damaged");
    }
    return new Entry(type, shape, begin, end);
  }

  private void fill(ByteBuffer buffer, long from) throws IOException {
    long at = from;
    while (buffer.hasRemaining()) {
      int n = channel.read(buffer, at);
      if (n < 0) {
        throw broken("it ends inside its header");
      }
      at += n;
    }
  }

  private UserError broken(String why) {
    return UserError.configuration("%s cannot be read: %s: fetch it again", path, why);
  }

  private static long count(List<Long> shape) {
    long count = 1;
    for (long dimension : shape) {
      count = Math.multiplyExact(count, dimension);
    }
    return count;
  }
}
