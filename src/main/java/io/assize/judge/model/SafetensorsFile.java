package io.assize.judge.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.assize.config.UserError;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A safetensors file: a length, a JSON header, and the tensors' bytes, little-endian. Nothing that
 * the header says is believed before it is held against the file. A tensor of a type that is not
 * read is refused when it is asked for.
 */
final class SafetensorsFile implements TensorFile {
  /** What the format's authors allow. */
  private static final long MAX_HEADER = 100_000_000;

  private static final int MAX_TENSORS = 1 << 17;
  private static final int MAX_DIMENSIONS = 8;

  private final ModelFile file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private record Entry(String type, List<Long> dimensions, long begin, long end) {
    long[] shape() {
      return Shapes.of(dimensions);
    }

    /** Null for a type that is not known. */
    NumberType numbers() {
      return NumberType.ofSafetensors(type);
    }
  }

  SafetensorsFile(Path path) throws IOException {
    this.file = ModelFile.open(path);
    try {
      readHeader();
      checkPlaces();
    } catch (JsonProcessingException e) {
      file.close();
      throw broken("its header is not that of a safetensors file");
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public ModelFile file() {
    return file;
  }

  @Override
  public Set<String> names() {
    return entries.keySet();
  }

  @Override
  public long[] shape(String name) {
    return entries.get(name).shape();
  }

  @Override
  public NumberType type(String name) {
    return entries.get(name).numbers();
  }

  @Override
  public String typeName(String name) {
    return entries.get(name).type();
  }

  @Override
  public void rows(String name, long from, long rows, ModelFile.Stretch take) throws IOException {
    Entry entry = entries.get(name);
    long[] shape = entry.shape();
    long row = (entry.end() - entry.begin()) / (shape.length == 0 ? 1 : shape[0]);
    file.stretches(entry.begin() + from * row, rows * row, entry.numbers().width(), take);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void readHeader() throws IOException {
    if (file.size() < Long.BYTES) {
      throw broken("it ends inside its header");
    }
    ByteBuffer length = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    file.read(0, length);
    long headerBytes = length.flip().getLong();
    if (headerBytes < 2 || headerBytes > Math.min(MAX_HEADER, file.size() - Long.BYTES)) {
      throw broken("its header is not that of a safetensors file");
    }
    ByteBuffer header = ByteBuffer.allocate((int) headerBytes);
    file.read(Long.BYTES, header);
    long data = Long.BYTES + headerBytes;
    try (JsonParser json = ModelJson.parser(header.array())) {
      expect(json.nextToken(), JsonToken.START_OBJECT);
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String name = json.getCurrentName();
        expect(json.nextToken(), JsonToken.START_OBJECT);
        if (name.equals("__metadata__")) {
          json.skipChildren();
        } else {
          entries.put(name, entry(name, json, data));
        }
        if (entries.size() > MAX_TENSORS) {
          throw broken(
              String.format(Locale.ROOT, "its header names more than %d tensors", MAX_TENSORS));
        }
      }
      if (json.nextToken() != null) {
        throw broken("its header is not that of a safetensors file");
      }
    }
  }

  private Entry entry(String name, JsonParser json, long data) throws IOException {
    String type = "none";
    List<Long> shape = List.of();
    List<Long> offsets = List.of();
    while (json.nextToken() == JsonToken.FIELD_NAME) {
      switch (json.getCurrentName()) {
        case "dtype" -> {
          expect(json.nextToken(), JsonToken.VALUE_STRING);
          type = json.getText();
        }
        case "shape" -> shape = numbers(json);
        case "data_offsets" -> offsets = numbers(json);
        default -> {
          json.nextToken();
          json.skipChildren();
        }
      }
    }
    if (offsets.size() != 2
        || offsets.get(1) < offsets.get(0)
        || offsets.get(1) > file.size() - data) {
      throw outside(name);
    }
    long bytes = offsets.get(1) - offsets.get(0);
    Entry entry = new Entry(type, shape, data + offsets.get(0), data + offsets.get(1));
    long count = Shapes.count(entry.shape());
    boolean fits =
        count >= 0
            && count <= 8 * file.size()
            && (entry.numbers() == null || count * entry.numbers().width() == bytes);
    if (!fits) {
      throw broken(
          String.format(Locale.ROOT, "tensor %s of shape %s has %d bytes", name, shape, bytes));
    }
    return entry;
  }

  private List<Long> numbers(JsonParser json) throws IOException {
    expect(json.nextToken(), JsonToken.START_ARRAY);
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json.currentToken(), JsonToken.VALUE_NUMBER_INT);
      if (numbers.size() == MAX_DIMENSIONS
          || json.getNumberType() == JsonParser.NumberType.BIG_INTEGER
          || json.getLongValue() < 0) {
        throw broken("a tensor's shape or place in its header is none");
      }
      numbers.add(json.getLongValue());
    }
    return List.copyOf(numbers);
  }

  private void checkPlaces() {
    List<Map.Entry<String, Entry>> byPlace = new ArrayList<>(entries.entrySet());
    byPlace.sort(
        Comparator.<Map.Entry<String, Entry>>comparingLong(entry -> entry.getValue().begin())
            .thenComparingLong(entry -> entry.getValue().end()));
    long free = 0;
    for (Map.Entry<String, Entry> entry : byPlace) {
      if (entry.getValue().begin() < free) {
        throw broken("tensor " + entry.getKey() + " lies over another");
      }
      free = entry.getValue().end();
    }
  }

  private void expect(JsonToken found, JsonToken wanted) {
    if (found != wanted) {
      throw broken("its header is not that of a safetensors file");
    }
  }

  private UserError outside(String tensor) {
    return broken("tensor " + tensor + " lies outside the file; it was cut short or damaged");
  }

  private UserError broken(String why) {
    return file.broken(why);
  }
}
