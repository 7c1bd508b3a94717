package io.assize.judge.model;

import io.assize.config.UserError;
import io.assize.judge.model.TensorPickle.Described;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A file of {@code torch.save}: a zip archive with a pickle that describes the tensors, and a
 * record of numbers for each storage. Several tensors may lie in one storage, and a matrix may lie
 * there turned. Only the numbers that are asked for are read.
 */
final class TorchFile implements TensorFile {
  private static final String PICKLE = "/data.pkl";

  /** That of a shard with thousands of tensors has less than one. */
  private static final long MAX_PICKLE = 16L << 20;

  /** Bytes of a turned matrix that are held at a time, besides the result. */
  private static final int MAX_SHORT_RECORD = 64;

  private final ModelFile file;
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  /** A tensor; {@code begin} in bytes from the file's beginning, steps in numbers. */
  private record Entry(NumberType type, long begin, List<Long> shape, List<Long> steps) {
    long[] dimensions() {
      return Shapes.of(shape);
    }

    /** Whether its numbers lie one after the other from some dimension on. */
    boolean inOrder(int from) {
      long step = 1;
      for (int i = shape.size() - 1; i >= from; i--) {
        if (shape.get(i) != 1 && steps.get(i) != step) {
          return false;
        }
        step *= shape.get(i);
      }
      return true;
    }
  }

  TorchFile(Path path) throws IOException {
    this.file = ModelFile.open(path);
    try {
      refuseOldForm();
      Map<String, ZipRecords.Stored> records = new ZipRecords(file).all();
      String folder = folder(records.keySet());
      refuseBigEndian(records.get(folder + "/byteorder"));
      byte[] pickle = bytes(records.get(folder + PICKLE), MAX_PICKLE);
      TensorPickle.tensors(pickle, path.toString())
          .forEach(
              (name, tensor) ->
                  entries.put(
                      name,
                      entry(
                          name, tensor, records.get(folder + "/data/" + tensor.storage().key()))));
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
    return entries.get(name).dimensions();
  }

  @Override
  public NumberType type(String name) {
    return entries.get(name).type();
  }

  @Override
  public String typeName(String name) {
    return type(name).name();
  }

  @Override
  public void rows(String name, long from, long rows, ModelFile.Stretch take) throws IOException {
    Entry entry = entries.get(name);
    int width = entry.type().width();
    if (entry.inOrder(0)) {
      long row = entry.shape().isEmpty() ? 1 : Shapes.count(tail(entry.dimensions()));
      file.stretches(entry.begin() + from * row * width, rows * row * width, width, take);
      return;
    }
    if (entry.inOrder(1)) {
      long row = Shapes.count(tail(entry.dimensions())) * width;
      for (long i = from; i < from + rows; i++) {
        file.stretches(entry.begin() + i * entry.steps().get(0) * width, row, width, take);
      }
      return;
    }
    if (entry.shape().size() == 2 && entry.steps().get(0) == 1) {
      turned(entry, from, rows, take);
      return;
    }
    throw UserError.configuration(
        "%s: tensor %s of shape %s lies in steps of %s: those of whole rows or whole columns are"
            + " read: save the weights anew with save_pretrained(DIRECTORY,"
            + " safe_serialization=True) of transformers",
        file.path(), name, entry.shape(), entry.steps());
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Rows of a matrix whose columns lie one after the other. */
  private void turned(Entry entry, long from, long rows, ModelFile.Stretch take)
      throws IOException {
    int width = entry.type().width();
    int columns = Math.toIntExact(entry.shape().get(1));
    long column = entry.steps().get(1) * width;
    int most = (int) Math.max(1, (8L << 20) / ((long) columns * width));
    for (long done = 0; done < rows; done += most) {
      int part = (int) Math.min(most, rows - done);
      ByteBuffer straight = buffer(part * columns * width);
      ByteBuffer one = buffer(part * width);
      for (int c = 0; c < columns; c++) {
        file.read(entry.begin() + c * column + (from + done) * width, one.clear());
        for (int r = 0; r < part; r++) {
          straight.put((r * columns + c) * width, one, r * width, width);
        }
      }
      take.of(straight);
    }
  }

  private static ByteBuffer buffer(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  private Entry entry(String name, Described tensor, ZipRecords.Stored record) {
    int width = tensor.type().width();
    long count = tensor.storage().count() / (tensor.storage().type() == null ? width : 1);
    long numbers = Shapes.count(Shapes.of(tensor.shape()));
    if (record == null) {
      throw file.broken("it lacks the numbers of tensor " + name);
    }
    boolean fits =
        count <= record.size() / width
            && numbers >= 0
            && numbers <= count
            && tensor.offset() >= 0
            && last(tensor, count) < count;
    if (!fits) {
      throw file.broken(
          String.format(
              Locale.ROOT,
              "tensor %s of shape %s does not fit its storage of %d bytes",
              name,
              tensor.shape(),
              record.size()));
    }
    return new Entry(
        tensor.type(), record.begin() + tensor.offset() * width, tensor.shape(), tensor.strides());
  }

  /**
   * The place of a tensor's last number in its storage; {@code beyond} for all that lie farther.
   */
  private static long last(Described tensor, long beyond) {
    long last = tensor.offset();
    for (int i = 0; i < tensor.shape().size(); i++) {
      long step = tensor.strides().get(i);
      long steps = Math.max(0, tensor.shape().get(i) - 1);
      if (step < 0 || last > beyond || Math.multiplyHigh(step, steps) != 0 || step * steps < 0) {
        return beyond;
      }
      last += Math.min(beyond, step * steps);
    }
    return Shapes.count(Shapes.of(tensor.shape())) == 0 ? -1 : last;
  }

  /** The archive's one folder, which bears the name that the file once had. */
  private String folder(Set<String> names) {
    List<String> pickles =
        names.stream()
            .filter(name -> name.endsWith(PICKLE))
            .filter(name -> name.indexOf('/') == name.length() - PICKLE.length())
            .toList();
    if (pickles.size() != 1) {
      throw UserError.configuration(
          "%s is a zip archive, but none of torch.save (it has no data.pkl): such files and"
              + " *.safetensors are read: fetch the checkpoint's own weights",
          file.path());
    }
    String folder = pickles.get(0).substring(0, pickles.get(0).length() - PICKLE.length());
    if (names.contains(folder + "/constants.pkl")) {
      throw UserError.configuration(
          "%s is a TorchScript program, which is not run: files of torch.save(state_dict) and"
              + " *.safetensors are read: save the weights with save_pretrained(DIRECTORY,"
              + " safe_serialization=True) of transformers",
          file.path());
    }
    return folder;
  }

  private void refuseBigEndian(ZipRecords.Stored record) throws IOException {
    String order =
        record == null
            ? "little"
            : new String(bytes(record, MAX_SHORT_RECORD), StandardCharsets.US_ASCII).strip();
    if (!order.equals("little")) {
      throw UserError.configuration(
          "%s has numbers in the byte order %s: little is read: save the weights anew on a machine"
              + " of that order",
          file.path(), order);
    }
  }

  /** Before PyTorch 1.6 a file was a bare pickle or a tar archive. */
  private void refuseOldForm() throws IOException {
    ByteBuffer head = ByteBuffer.allocate((int) Math.min(4, file.size()));
    file.read(0, head);
    boolean zip = head.limit() == 4 && head.get(0) == 'P' && head.get(1) == 'K' && head.get(2) == 3;
    if (!zip) {
      throw UserError.configuration(
          "%s is no zip archive of torch.save: bare pickles and tar archives, as PyTorch wrote them"
              + " before 1.6, are not read: save the weights anew with save_pretrained(DIRECTORY,"
              + " safe_serialization=True) of transformers",
          file.path());
    }
  }

  private byte[] bytes(ZipRecords.Stored record, long most) throws IOException {
    if (record.size() > most) {
      throw file.broken(
          String.format(
              Locale.ROOT,
              "a record of it has %d bytes, and %d at most are taken",
              record.size(),
              most));
    }
    ByteBuffer bytes = ByteBuffer.allocate((int) record.size());
    file.read(record.begin(), bytes);
    return bytes.array();
  }

  private static long[] tail(long[] shape) {
    return Arrays.copyOfRange(shape, 1, shape.length);
  }
}
