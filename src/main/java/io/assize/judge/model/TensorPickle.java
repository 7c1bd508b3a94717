package io.assize.judge.model;

import io.assize.config.UserError;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A pickle of named tensors, read by a machine that builds texts, numbers, lists, mappings and
 * descriptions of tensors and can build nothing else. Its operations are those that {@code
 * torch.save} writes (protocol 2). A global is a text that is compared with a list: no class is
 * looked up and nothing is called. What is built is never walked through, so that depth, cycles and
 * what doubles itself cost nothing.
 */
final class TensorPickle {
  private static final int MAX_STEPS = 1 << 22;
  private static final int MAX_STACK = 1 << 18;
  private static final int MAX_MEMO = 1 << 20;
  private static final int MAX_NAME = 200;
  private static final int MAX_DIMENSIONS = 8;

  private static final String ORDERED = "collections.OrderedDict";
  private static final String TENSOR = "torch._utils._rebuild_tensor_v2";
  private static final String TYPED_TENSOR = "torch._utils._rebuild_tensor_v3";
  private static final String PARAMETER = "torch._utils._rebuild_parameter";
  private static final String UNTYPED = "torch.storage.UntypedStorage";
  private static final Set<String> GLOBALS =
      Set.of(ORDERED, TENSOR, TYPED_TENSOR, PARAMETER, UNTYPED);

  /** Operations that other pickles have, by what they are called. */
  private static final Map<Integer, String> OTHERS =
      Map.ofEntries(
          Map.entry((int) 'i', "INST"),
          Map.entry((int) 'o', "OBJ"),
          Map.entry((int) 'P', "PERSID"),
          Map.entry((int) 'S', "STRING"),
          Map.entry((int) '2', "DUP"),
          Map.entry(0x81, "NEWOBJ"),
          Map.entry(0x82, "EXT1"),
          Map.entry(0x83, "EXT2"),
          Map.entry(0x84, "EXT4"),
          Map.entry(0x8b, "LONG4"),
          Map.entry(0x8c, "SHORT_BINUNICODE"),
          Map.entry(0x8d, "BINUNICODE8"),
          Map.entry(0x92, "NEWOBJ_EX"),
          Map.entry(0x93, "STACK_GLOBAL"),
          Map.entry(0x95, "FRAME"));

  private static final Object MARK = new Object();
  private static final Object NONE = new Object();

  private final ByteBuffer bytes;
  private final String where;
  private final List<Object> stack = new ArrayList<>();
  private final Map<Integer, Object> memo = new HashMap<>();

  /** A global by its name, which is all that is known of it. */
  private record Global(String name) {}

  /**
   * Numbers in a record of the archive.
   *
   * @param type null where only the tensor tells
   */
  record Storage(String key, NumberType type, long count) {}

  /** A tensor over a storage; all counted in numbers. */
  record Described(
      Storage storage, NumberType type, long offset, List<Long> shape, List<Long> strides) {}

  private TensorPickle(byte[] pickle, String where) {
    this.bytes = ByteBuffer.wrap(pickle).order(ByteOrder.LITTLE_ENDIAN);
    this.where = where;
  }

  /**
   * The tensors of a state dict, in their order; of one that lies under {@code state_dict}, too.
   *
   * @param where names the file in errors
   */
  static Map<String, Described> tensors(byte[] pickle, String where) {
    TensorPickle machine = new TensorPickle(pickle, where);
    Object top = machine.run();
    Map<String, Described> tensors = machine.described(top);
    if (tensors.isEmpty() && top instanceof Map<?, ?> map && map.get("state_dict") != null) {
      tensors = machine.described(map.get("state_dict"));
    }
    if (tensors.isEmpty()) {
      throw machine.refused("no tensors by name");
    }
    return tensors;
  }

  private Map<String, Described> described(Object value) {
    if (!(value instanceof Map<?, ?> map)) {
      throw refused("something else than a state dict");
    }
    Map<String, Described> tensors = new LinkedHashMap<>();
    map.forEach(
        (name, one) -> {
          if (one instanceof Described tensor) {
            tensors.put((String) name, tensor);
          }
        });
    return tensors;
  }

  private Object run() {
    try {
      for (int step = 0; step < MAX_STEPS; step++) {
        int operation = Byte.toUnsignedInt(bytes.get());
        if (operation == '.') {
          return pop();
        }
        apply(operation);
        if (stack.size() > MAX_STACK || memo.size() > MAX_MEMO) {
          throw refused("more values than a state dict has");
        }
      }
      throw refused("more operations than a state dict takes");
    } catch (BufferUnderflowException e) {
      throw refused("an end in the middle of an operation");
    }
  }

  private void apply(int operation) {
    switch (operation) {
      case 0x80 -> protocol(Byte.toUnsignedInt(bytes.get()));
      case '(' -> push(MARK);
      case ')' -> push(List.of());
      case ']' -> push(new ArrayList<>());
      case '}' -> push(new LinkedHashMap<String, Object>());
      case 'N' -> push(NONE);
      case 0x88 -> push(true);
      case 0x89 -> push(false);
      case 'J' -> push((long) bytes.getInt());
      case 'K' -> push((long) Byte.toUnsignedInt(bytes.get()));
      case 'M' -> push((long) Short.toUnsignedInt(bytes.getShort()));
      case 0x8a -> push(whole(Byte.toUnsignedInt(bytes.get())));
      case 'G' -> push(Double.longBitsToDouble(Long.reverseBytes(bytes.getLong())));
      case 'X' -> push(text(bytes.getInt()));
      case 'c' -> push(global());
      case 'q' -> memorise(Byte.toUnsignedInt(bytes.get()));
      case 'r' -> memorise(bytes.getInt());
      case 'h' -> push(memorised(Byte.toUnsignedInt(bytes.get())));
      case 'j' -> push(memorised(bytes.getInt()));
      case 't' -> push(Collections.unmodifiableList(popToMark()));
      case 0x85 -> push(tuple(1));
      case 0x86 -> push(tuple(2));
      case 0x87 -> push(tuple(3));
      case 'a' -> append(tuple(1));
      case 'e' -> append(popToMark());
      case 's' -> put(tuple(2));
      case 'u' -> put(popToMark());
      case 'Q' -> push(storage(pop()));
      case 'R' -> reduce();
      case 'b' -> build();
      default ->
          throw refused(
              "the operation "
                  + OTHERS.getOrDefault(
                      operation, String.format(Locale.ROOT, "0x%02x", operation)));
    }
  }

  private void protocol(int version) {
    if (version != 2) {
      throw refused("protocol " + version);
    }
  }

  private long whole(int length) {
    if (length > Long.BYTES) {
      throw refused("a number of " + length + " bytes");
    }
    long number = 0;
    for (int i = 0; i < length; i++) {
      byte next = bytes.get();
      // The last byte bears the sign.
      number |= (i == length - 1 ? (long) next : next & 0xffL) << (8 * i);
    }
    return number;
  }

  private String text(int length) {
    if (length < 0 || length > bytes.remaining()) {
      throw refused("a text longer than the file");
    }
    byte[] text = new byte[length];
    bytes.get(text);
    return new String(text, StandardCharsets.UTF_8);
  }

  private Global global() {
    String name = line() + "." + line();
    if (!GLOBALS.contains(name) && NumberType.ofTorch(name) == null) {
      throw refused("the global " + name);
    }
    return new Global(name);
  }

  private String line() {
    StringBuilder line = new StringBuilder();
    for (char next = (char) bytes.get(); next != '\n'; next = (char) bytes.get()) {
      line.append(next);
      if (line.length() > MAX_NAME) {
        throw refused("a global with a name of over " + MAX_NAME + " letters");
      }
    }
    return line.toString();
  }

  private void push(Object value) {
    stack.add(value);
  }

  private Object pop() {
    Object top = stack.isEmpty() ? MARK : stack.remove(stack.size() - 1);
    if (top == MARK) {
      throw refused("an operation without its operand");
    }
    return top;
  }

  private Object top() {
    Object top = pop();
    push(top);
    return top;
  }

  private List<Object> popToMark() {
    int mark = stack.lastIndexOf(MARK);
    if (mark < 0) {
      throw refused("an operation without its operand");
    }
    List<Object> above = stack.subList(mark, stack.size());
    List<Object> values = new ArrayList<>(above.subList(1, above.size()));
    above.clear();
    return values;
  }

  private List<Object> tuple(int size) {
    Object[] values = new Object[size];
    for (int i = size - 1; i >= 0; i--) {
      values[i] = pop();
    }
    return Collections.unmodifiableList(Arrays.asList(values));
  }

  private void memorise(int key) {
    memo.put(key, top());
  }

  private Object memorised(int key) {
    Object value = memo.get(key);
    if (value == null) {
      throw refused("a reference to nothing");
    }
    return value;
  }

  @SuppressWarnings("unchecked")
  private void append(List<Object> values) {
    if (!(top() instanceof ArrayList<?> list)) {
      throw refused("an append to something else than a list");
    }
    ((List<Object>) list).addAll(values);
  }

  @SuppressWarnings("unchecked")
  private void put(List<Object> values) {
    if (!(top() instanceof Map<?, ?> map) || values.size() % 2 != 0) {
      throw refused("an item set in something else than a mapping");
    }
    for (int i = 0; i < values.size(); i += 2) {
      if (!(values.get(i) instanceof String key)) {
        throw refused("a mapping whose keys are no texts");
      }
      ((Map<String, Object>) map).put(key, values.get(i + 1));
    }
  }

  /** A persistent id: {@code ('storage', type, key, location, count)}. */
  private Storage storage(Object id) {
    if (id instanceof List<?> parts
        && parts.size() == 5
        && "storage".equals(parts.get(0))
        && parts.get(1) instanceof Global global
        && parts.get(2) instanceof String key
        && parts.get(4) instanceof Long count
        && count >= 0) {
      NumberType type = NumberType.ofTorch(global.name());
      if (type != null || global.name().equals(UNTYPED)) {
        return new Storage(key, type, count);
      }
    }
    throw refused("a persistent id that is no storage of known numbers");
  }

  private void reduce() {
    Object arguments = pop();
    Object function = pop();
    if (function instanceof Global global && arguments instanceof List<?> parts) {
      Object made = made(global.name(), parts);
      if (made != null) {
        push(made);
        return;
      }
      throw refused("a call of " + global.name() + " with other arguments than torch.save gives");
    }
    throw refused("a call of something else than a known global");
  }

  /** Null where the arguments are not those that {@code torch.save} writes. */
  private Object made(String function, List<?> arguments) {
    int count = arguments.size();
    return switch (function) {
      case ORDERED -> count == 0 ? new LinkedHashMap<String, Object>() : null;
      case TENSOR -> count == 6 || count == 7 ? tensor(arguments, null) : null;
      case TYPED_TENSOR ->
          (count == 7 || count == 8) && arguments.get(6) instanceof Global dtype
              ? tensor(arguments, NumberType.ofTorch(dtype.name()))
              : null;
      case PARAMETER -> count == 3 && arguments.get(0) instanceof Described tensor ? tensor : null;
      default -> null;
    };
  }

  private Described tensor(List<?> arguments, NumberType dtype) {
    if (arguments.get(0) instanceof Storage storage
        && arguments.get(1) instanceof Long offset
        && arguments.get(2) instanceof List<?> shape
        && arguments.get(3) instanceof List<?> strides) {
      NumberType type = storage.type() == null ? dtype : storage.type();
      List<Long> sizes = numbers(shape);
      List<Long> steps = numbers(strides);
      if (type != null && sizes != null && steps != null && sizes.size() == steps.size()) {
        return new Described(storage, type, offset, sizes, steps);
      }
    }
    return null;
  }

  private static List<Long> numbers(List<?> values) {
    List<Long> numbers = new ArrayList<>();
    for (Object value : values) {
      if (!(value instanceof Long number) || numbers.size() == MAX_DIMENSIONS) {
        return null;
      }
      numbers.add(number);
    }
    return List.copyOf(numbers);
  }

  /** A state dict bears its {@code _metadata} as state, which tells nothing of the weights. */
  private void build() {
    Object state = pop();
    if (!(top() instanceof Map) || !(state instanceof Map)) {
      throw refused("a state for something else than a mapping");
    }
  }

  private UserError refused(String found) {
    return UserError.configuration(
        "%s: its pickle has %s, which is not read: only named tensors as torch.save writes them"
            + " (of %s and storages of numbers) are; nothing in a pickle is run: save the weights"
            + " anew with save_pretrained(DIRECTORY, safe_serialization=True) of transformers",
        where, found, String.join(", ", new TreeSet<>(GLOBALS)));
  }
}
