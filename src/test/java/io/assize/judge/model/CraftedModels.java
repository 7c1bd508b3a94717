package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;

/**
 * Models as a stranger might craft them: a tiny sound one, GGUF or a directory, with its headers
 * and configurations built otherwise or mutated. The same number gives the same model.
 */
final class CraftedModels {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final int HIDDEN = 8;
  private static final int VOCABULARY = 258;
  private static final String TEMPLATE =
      "{% for m in messages %}[{{ m['role'] }}] {{ m['content'] }}{% endfor %}";

  private static final long[] HOSTILE = {
    0,
    1,
    2,
    3,
    7,
    8,
    9,
    255,
    256,
    65_535,
    65_536,
    1L << 20,
    (1L << 31) - 1,
    1L << 31,
    0xffffffffL,
    1L << 32,
    1L << 40,
    (1L << 61) + 1,
    1L << 62,
    Long.MAX_VALUE,
    -1,
    -2,
    Long.MIN_VALUE
  };
  private static final double[] HOSTILE_REALS = {
    0, -1, Double.NaN, Double.POSITIVE_INFINITY, 1e308, 1e-320, 0.5
  };

  private final Map<String, byte[]> sound;

  private CraftedModels(Map<String, byte[]> sound) {
    this.sound = sound;
  }

  static CraftedModels gguf() {
    return new CraftedModels(Map.of("model.gguf", soundGguf().bytes()));
  }

  /** A directory of a checkpoint in two files. */
  static CraftedModels directory(Path tiny) {
    Map<String, byte[]> files = new TreeMap<>();
    try (var names = Files.list(tiny)) {
      for (Path file : names.toList()) {
        files.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    files.put(
        "special_tokens_map.json", "{\"unk_token\": \"<s>\"}".getBytes(StandardCharsets.UTF_8));
    return new CraftedModels(files);
  }

  /** The sound model's files, by name. */
  Map<String, byte[]> sound() {
    return sound;
  }

  /** One file of the model, crafted; the others stay as they are. */
  Map.Entry<String, byte[]> crafted(long number) {
    SplittableRandom random = new SplittableRandom(number);
    List<String> names = List.copyOf(sound.keySet());
    String name = names.get(random.nextInt(names.size()));
    byte[] bytes = sound.get(name);
    if (name.endsWith(".json") && random.nextInt(3) > 0) {
      return Map.entry(name, mutatedJson(bytes, random));
    }
    if (name.endsWith(".safetensors")) {
      return Map.entry(
          name, random.nextInt(3) > 0 ? mutatedHeader(bytes, random) : mutated(bytes, 8, random));
    }
    if (name.endsWith(".gguf") && random.nextInt(3) > 0) {
      return Map.entry(name, builtGguf(random));
    }
    return Map.entry(name, mutated(bytes, 0, random));
  }

  /** A GGUF file as its writer says it, right or wrong. */
  static final class Gguf {
    final Map<String, Object> metadata = new LinkedHashMap<>();
    final List<Tensor> tensors = new ArrayList<>();
    int magic = 0x46554747;
    int version = 3;
    long tensorCount = -1;
    long keyCount = -1;
    int alignment = 32;

    /** A tensor's entry; dimensions innermost first. */
    @SuppressWarnings("ArrayRecordComponent")
    record Tensor(String name, int type, long[] dimensions, long offset, int bytes) {}

    /** A value in the bytes of its type, told by its number. */
    @SuppressWarnings("ArrayRecordComponent")
    record Raw(int type, byte[] bytes) {}

    Gguf with(String key, Object value) {
      metadata.put(key, value);
      return this;
    }

    void tensor(String name, int type, int bytes, long... dimensions) {
      long end = tensors.stream().mapToLong(t -> t.offset() + t.bytes()).max().orElse(0);
      tensors.add(new Tensor(name, type, dimensions, (end + 31) / 32 * 32, bytes));
    }

    byte[] bytes() {
      Bytes out = new Bytes();
      out.u32(magic).u32(version);
      out.u64(tensorCount < 0 ? tensors.size() : tensorCount);
      out.u64(keyCount < 0 ? metadata.size() : keyCount);
      metadata.forEach(
          (key, value) -> {
            out.text(key);
            out.value(value);
          });
      long end = 0;
      for (Tensor tensor : tensors) {
        out.text(tensor.name()).u32(tensor.dimensions().length);
        for (long dimension : tensor.dimensions()) {
          out.u64(dimension);
        }
        out.u32(tensor.type()).u64(tensor.offset());
        end = Math.max(end, tensor.offset() + tensor.bytes());
      }
      out.pad(alignment);
      out.zeros((int) Math.min(1 << 20, Math.max(0, end)));
      return out.toByteArray();
    }
  }

  /** Little-endian values one after the other. */
  private static final class Bytes extends ByteArrayOutputStream {
    Bytes u32(int value) {
      writeBytes(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
      return this;
    }

    Bytes u64(long value) {
      writeBytes(ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(value).array());
      return this;
    }

    Bytes text(String text) {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      u64(bytes.length).writeBytes(bytes);
      return this;
    }

    void value(Object value) {
      if (value instanceof Gguf.Raw raw) {
        u32(raw.type()).writeBytes(raw.bytes());
      } else if (value instanceof Integer number) {
        u32(4).u32(number);
      } else if (value instanceof Float number) {
        u32(6).u32(Float.floatToRawIntBits(number));
      } else if (value instanceof String text) {
        u32(8).text(text);
      } else if (value instanceof Boolean flag) {
        u32(7).write(flag ? 1 : 0);
      } else if (value instanceof Long number) {
        u32(10).u64(number);
      } else {
        List<?> list = (List<?>) value;
        boolean texts = !list.isEmpty() && list.get(0) instanceof String;
        boolean reals = !list.isEmpty() && list.get(0) instanceof Float;
        u32(9).u32(texts ? 8 : reals ? 6 : 5).u64(list.size());
        for (Object one : list) {
          if (texts) {
            text((String) one);
          } else {
            u32(reals ? Float.floatToRawIntBits((Float) one) : (Integer) one);
          }
        }
      }
    }

    void pad(int alignment) {
      zeros((alignment - size() % alignment) % alignment);
    }

    void zeros(int count) {
      writeBytes(new byte[count]);
    }
  }

  /** A sound model of one layer. */
  static Gguf soundGguf() {
    List<String> tokens = new ArrayList<>(List.of("<s>", "</s>"));
    List<Integer> kinds = new ArrayList<>(List.of(3, 3));
    for (int i = 0; i < 256; i++) {
      boolean printable = (i > 32 && i < 127) || (i > 160 && i != 173);
      tokens.add(Character.toString(printable ? i : 256 + (i < 33 ? i : i < 161 ? i - 94 : 67)));
      kinds.add(1);
    }
    Gguf file = new Gguf();
    file.with("general.architecture", "llama")
        .with("llama.block_count", 1)
        .with("llama.embedding_length", HIDDEN)
        .with("llama.attention.head_count", 2)
        .with("llama.attention.head_count_kv", 1)
        .with("llama.attention.layer_norm_rms_epsilon", 1e-5f)
        .with("llama.rope.freq_base", 10000f)
        .with("llama.context_length", 512)
        .with("tokenizer.ggml.model", "gpt2")
        .with("tokenizer.ggml.pre", "smollm")
        .with("tokenizer.ggml.tokens", tokens)
        .with("tokenizer.ggml.token_type", kinds)
        .with("tokenizer.ggml.merges", List.of("a b"))
        .with("tokenizer.ggml.bos_token_id", 0)
        .with("tokenizer.ggml.eos_token_id", 1)
        .with("tokenizer.chat_template", TEMPLATE);
    tokens.set(257, "ab");
    int row = HIDDEN * 4;
    file.tensor("token_embd.weight", 0, VOCABULARY * row, HIDDEN, VOCABULARY);
    file.tensor("output_norm.weight", 0, row, HIDDEN);
    for (String norm : List.of("attn_norm", "ffn_norm")) {
      file.tensor("blk.0." + norm + ".weight", 0, row, HIDDEN);
    }
    for (String square : List.of("attn_q", "attn_output", "ffn_gate", "ffn_up", "ffn_down")) {
      file.tensor("blk.0." + square + ".weight", 0, HIDDEN * row, HIDDEN, HIDDEN);
    }
    for (String narrow : List.of("attn_k", "attn_v")) {
      file.tensor("blk.0." + narrow + ".weight", 0, HIDDEN / 2 * row, HIDDEN, HIDDEN / 2);
    }
    return file;
  }

  private static byte[] builtGguf(SplittableRandom random) {
    Gguf file = soundGguf();
    for (int change = random.nextInt(3); change >= 0; change--) {
      List<String> keys = List.copyOf(file.metadata.keySet());
      String key = keys.get(random.nextInt(keys.size()));
      int which = random.nextInt(file.tensors.size());
      Gguf.Tensor tensor = file.tensors.get(which);
      switch (random.nextInt(12)) {
        case 0 -> file.metadata.remove(key);
        case 1, 2 -> file.with(key, raw(random));
        case 3 -> file.tensorCount = hostile(random);
        case 4 -> file.keyCount = hostile(random);
        case 5 -> file.with("general.alignment", raw(random));
        case 6 -> file.tensors.remove(which);
        case 7 -> file.tensors.add(tensor);
        case 8 -> {
          long[] dimensions = tensor.dimensions().clone();
          dimensions[random.nextInt(dimensions.length)] = hostile(random);
          file.tensors.set(which, replaced(tensor, tensor.type(), dimensions, tensor.offset()));
        }
        case 9 -> {
          long[] dimensions =
              random.longs(random.nextInt(20)).map(any -> hostile(random)).toArray();
          file.tensors.set(which, replaced(tensor, tensor.type(), dimensions, tensor.offset()));
        }
        case 10 ->
            file.tensors.set(
                which,
                replaced(tensor, random.nextInt(40) - 2, tensor.dimensions(), tensor.offset()));
        default ->
            file.tensors.set(
                which, replaced(tensor, tensor.type(), tensor.dimensions(), hostile(random)));
      }
    }
    byte[] bytes = file.bytes();
    return random.nextInt(4) == 0 ? mutated(bytes, 0, random) : bytes;
  }

  private static Gguf.Tensor replaced(Gguf.Tensor tensor, int type, long[] shape, long offset) {
    return new Gguf.Tensor(tensor.name(), type, shape, offset, tensor.bytes());
  }

  /** A value of any type, arrays of arrays and of absurd lengths among them. */
  private static Gguf.Raw raw(SplittableRandom random) {
    Bytes bytes = new Bytes();
    int type = random.nextInt(15) - 1;
    if (type == 8) {
      bytes.u64(random.nextBoolean() ? 1 : hostile(random)).write('x');
    } else if (type == 9) {
      for (int depth = random.nextInt(200); depth > 0 && random.nextInt(4) > 0; depth--) {
        bytes.u32(9).u64(1);
      }
      bytes.u32(random.nextInt(14)).u64(random.nextBoolean() ? 1 : hostile(random)).u64(1);
    } else if (type == 6) {
      bytes.u32(Float.floatToRawIntBits((float) real(random)));
    } else if (type == 12) {
      bytes.u64(Double.doubleToRawLongBits(real(random)));
    } else {
      bytes.u64(hostile(random));
    }
    int[] widths = {1, 1, 2, 2, 4, 4, 4, 1, -1, -1, 8, 8, 8};
    int width = type >= 0 && type < widths.length ? widths[type] : 8;
    byte[] all = bytes.toByteArray();
    return new Gguf.Raw(type, width < 0 ? all : Arrays.copyOf(all, width));
  }

  /** Bytes changed, numbers put over them, stretches cut out, doubled or cut off. */
  private static byte[] mutated(byte[] sound, int from, SplittableRandom random) {
    byte[] bytes = sound.clone();
    int header = Math.max(1, Math.min(bytes.length, from + 4000) - from);
    for (int change = random.nextInt(4); change >= 0; change--) {
      int at = Math.min(bytes.length, from + random.nextInt(header));
      int length = Math.min(bytes.length - at, 1 + random.nextInt(64));
      switch (random.nextInt(6)) {
        case 0 -> bytes = Arrays.copyOf(bytes, at);
        case 1 -> bytes = joined(Arrays.copyOf(bytes, at), tail(bytes, at + length));
        case 2 -> bytes = joined(Arrays.copyOf(bytes, at + length), tail(bytes, at));
        case 3 -> {
          byte[] number = new Bytes().u64(hostile(random)).toByteArray();
          int width = Math.min(random.nextBoolean() ? 4 : 8, bytes.length - at);
          System.arraycopy(number, 0, bytes, at, width);
        }
        default -> {
          for (int i = 0; i < length; i += 8) {
            bytes[at + i] = (byte) random.nextInt(256);
          }
        }
      }
    }
    return bytes;
  }

  /** A safetensors file with another JSON header, and mostly a length that fits it. */
  private static byte[] mutatedHeader(byte[] sound, SplittableRandom random) {
    int length = (int) ByteBuffer.wrap(sound).order(ByteOrder.LITTLE_ENDIAN).getLong();
    byte[] header = mutatedJson(Arrays.copyOfRange(sound, 8, 8 + length), random);
    long said = random.nextInt(8) == 0 ? hostile(random) : header.length;
    return joined(joined(new Bytes().u64(said).toByteArray(), header), tail(sound, 8 + length));
  }

  private static byte[] mutatedJson(byte[] sound, SplittableRandom random) {
    try {
      ObjectNode root = (ObjectNode) JSON.readTree(sound);
      for (int change = random.nextInt(3); change >= 0; change--) {
        change(root, random);
      }
      String text = root.toString();
      if (random.nextInt(10) == 0) {
        // As no writer writes it: a key twice, numbers that are none, what JSON does not know.
        String[] odd = {
          "{\"a\":1,\"a\":2,", "{\"a\":NaN,", "{\"a\":1e999999999,", "{\"a\":Infinity,"
        };
        text = odd[random.nextInt(odd.length)] + text.substring(1);
      }
      return text.getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Walks down a random way and puts something else there. */
  private static void change(JsonNode root, SplittableRandom random) {
    JsonNode parent = root;
    while (true) {
      int children = parent.size();
      if (children == 0) {
        return;
      }
      int which = random.nextInt(children);
      String name = null;
      if (parent instanceof ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        name = names.get(which);
      }
      JsonNode child = name == null ? parent.get(which) : parent.get(name);
      if (child.isContainerNode() && random.nextInt(5) > 0) {
        parent = child;
        continue;
      }
      JsonNode other = hostileNode(child, random);
      if (parent instanceof ObjectNode object) {
        switch (random.nextInt(6)) {
          case 0 -> object.remove(name);
          case 1 -> object.set(name + "x", other);
          default -> object.set(name, other);
        }
      } else {
        switch (random.nextInt(4)) {
          case 0 -> ((ArrayNode) parent).remove(which);
          case 1 -> ((ArrayNode) parent).add(other);
          default -> ((ArrayNode) parent).set(which, other);
        }
      }
      return;
    }
  }

  private static JsonNode hostileNode(JsonNode was, SplittableRandom random) {
    return switch (random.nextInt(12)) {
      case 0 -> NODES.nullNode();
      case 1 -> NODES.booleanNode(random.nextBoolean());
      case 2, 3, 4 -> NODES.numberNode(hostile(random));
      case 5 -> NODES.numberNode(random.nextInt(400));
      case 6 -> NODES.numberNode(1e300 * (random.nextBoolean() ? 1 : 1e-305));
      case 7 -> NODES.textNode(random.nextBoolean() ? "" : "../../../etc/passwd");
      case 8 -> NODES.textNode("\u0000\u001b[31m\ud800\n".repeat(1 + random.nextInt(500)));
      case 9 -> {
        ArrayNode nested = NODES.arrayNode();
        for (int depth = random.nextInt(900); depth > 0; depth--) {
          nested = NODES.arrayNode().add(nested);
        }
        yield nested;
      }
      case 10 -> NODES.objectNode().set("type", NODES.textNode("Sequence"));
      default -> NODES.arrayNode().add(was).add(was);
    };
  }

  private static long hostile(SplittableRandom random) {
    return HOSTILE[random.nextInt(HOSTILE.length)];
  }

  private static double real(SplittableRandom random) {
    return HOSTILE_REALS[random.nextInt(HOSTILE_REALS.length)];
  }

  private static byte[] tail(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, Math.min(from, bytes.length), bytes.length);
  }

  private static byte[] joined(byte[] a, byte[] b) {
    byte[] both = Arrays.copyOf(a, a.length + b.length);
    System.arraycopy(b, 0, both, a.length, b.length);
    return both;
  }
}
