package io.assize.judge.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import io.assize.config.UserError;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The files of a folder that hold weights: safetensors, else PyTorch's, in one file or in shards
 * with their index. Where both are there, PyTorch's are not opened.
 */
final class WeightFiles implements Weights, AutoCloseable {
  private static final long MAX_INDEX = 32L << 20;
  private static final int MAX_SHARDS = 10_000;

  private final ModelFolder folder;
  private final List<TensorFile> files = new ArrayList<>();
  private final Map<String, TensorFile> byTensor = new HashMap<>();

  /**
   * A way to store weights: the name of its one file, that of the index, and of any of its files.
   */
  private enum Form {
    SAFETENSORS("safetensors"),
    TORCH("bin");

    private final String suffix;
    private final Pattern plain;

    Form(String suffix) {
      this.suffix = suffix;
      this.plain = Pattern.compile("[^/\\\\\\x00.][^/\\\\\\x00]*\\." + suffix);
    }

    String single(String stem) {
      return stem + "." + suffix;
    }

    String index(String stem) {
      return single(stem) + ".index.json";
    }

    TensorFile open(Path path) throws IOException {
      return this == SAFETENSORS ? new SafetensorsFile(path) : new TorchFile(path);
    }
  }

  private WeightFiles(ModelFolder folder) {
    this.folder = folder;
  }

  /** Opens a checkpoint's weights: {@code model.safetensors}, else {@code pytorch_model.bin}. */
  static WeightFiles ofModel(ModelFolder folder) throws IOException {
    return open(folder, "model", "pytorch_model");
  }

  /** Whether a folder holds a checkpoint's weights. */
  static boolean hold(Path directory) {
    for (String name :
        List.of(Form.SAFETENSORS.single("model"), Form.TORCH.single("pytorch_model"))) {
      if (Files.exists(directory.resolve(name))
          || Files.exists(directory.resolve(name + ".index.json"))) {
        return true;
      }
    }
    return false;
  }

  /** Opens an adapter's weights. */
  static WeightFiles ofAdapter(ModelFolder folder) throws IOException {
    return open(folder, "adapter_model", "adapter_model");
  }

  private static WeightFiles open(ModelFolder folder, String safetensors, String torch)
      throws IOException {
    WeightFiles weights = new WeightFiles(folder);
    try {
      if (!weights.opened(Form.SAFETENSORS, safetensors) && !weights.opened(Form.TORCH, torch)) {
        throw weights.without(Form.SAFETENSORS.single(safetensors));
      }
      return weights;
    } catch (IOException | RuntimeException e) {
      weights.close();
      throw e;
    }
  }

  ModelFolder folder() {
    return folder;
  }

  /** Those that are open, in the order of their names. */
  List<TensorFile> files() {
    return files;
  }

  /** The names of all tensors. */
  Set<String> names() {
    return byTensor.keySet();
  }

  @Override
  public long[] shape(String name) {
    TensorFile file = byTensor.get(name);
    return file == null ? null : file.shape(name);
  }

  @Override
  public NumberType type(String name) {
    return byTensor.get(name).type(name);
  }

  @Override
  public FloatBuffer read(String name, long from, long rows) throws IOException {
    TensorFile file = file(name);
    NumberType type = file.type(name);
    if (type == null) {
      throw unread(name);
    }
    long[] shape = file.shape(name);
    long all = shape.length == 0 ? 1 : shape[0];
    FloatBuffer floats = Floats.direct(all == 0 ? 0 : Shapes.count(shape) / all * rows);
    file.rows(name, from, rows, bytes -> type.floats(bytes, floats));
    return floats.flip();
  }

  @Override
  public int[] integers(String name) throws IOException {
    TensorFile file = file(name);
    NumberType type = file.type(name);
    long count = Shapes.count(file.shape(name));
    if ((type != NumberType.I32 && type != NumberType.I64) || count > Floats.MOST) {
      throw unread(name);
    }
    int[] integers = new int[(int) count];
    int[] at = {0};
    long[] shape = file.shape(name);
    file.rows(
        name,
        0,
        shape.length == 0 ? 1 : shape[0],
        bytes -> {
          while (bytes.hasRemaining()) {
            long integer = type == NumberType.I32 ? bytes.getInt() : bytes.getLong();
            if (integer != (int) integer) {
              throw file.file().broken("tensor " + name + " has the number " + integer);
            }
            integers[at[0]++] = (int) integer;
          }
        });
    return integers;
  }

  @Override
  public void close() throws IOException {
    for (TensorFile file : files) {
      file.close();
    }
  }

  /** Refuses a tensor of numbers that are not read as they are. */
  UserError unread(String name) {
    TensorFile file = byTensor.get(name);
    return UserError.configuration(
        "%s: tensor %s is of type %s: F32, F16 and BF16 are supported, and others where the"
            + " quantization_config of config.json says how: fetch the checkpoint that its authors"
            + " quantised, or the one in half precision",
        file.file().path(), name, file.typeName(name));
  }

  private TensorFile file(String name) {
    TensorFile file = byTensor.get(name);
    if (file == null) {
      throw UserError.configuration(
          "model directory %s lacks the tensor %s, without which others cannot be read: fetch the"
              + " whole checkpoint",
          folder.directory(), name);
    }
    return file;
  }

  private boolean opened(Form form, String stem) throws IOException {
    String index = form.index(stem);
    folder.take(index, MAX_INDEX);
    byte[] text = folder.texts().get(index);
    Set<String> names = Set.of(form.single(stem));
    if (text != null) {
      names = shards(text, form, folder.where(index));
    } else if (!folder.has(form.single(stem))) {
      return false;
    }
    for (String name : names) {
      TensorFile file = form.open(folder.file(name));
      files.add(file);
      for (String tensor : file.names()) {
        if (byTensor.put(tensor, file) != null) {
          throw UserError.configuration(
              "model directory %s has the tensor %s in two files: fetch it again",
              folder.directory(), tensor);
        }
      }
    }
    return true;
  }

  /** The files that an index names, each a plain name. */
  private static Set<String> shards(byte[] index, Form form, String where) {
    Set<String> names = new TreeSet<>();
    try (JsonParser json = ModelJson.parser(index)) {
      boolean in = false;
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean map = json.getCurrentName().equals("weight_map");
        json.nextToken();
        if (!map) {
          json.skipChildren();
          continue;
        }
        in = json.currentToken() == JsonToken.START_OBJECT;
        while (in && json.nextToken() == JsonToken.FIELD_NAME) {
          in = json.nextToken() == JsonToken.VALUE_STRING && names.size() < MAX_SHARDS;
          names.add(in ? plain(json.getText(), form, where) : "");
        }
      }
      if (in && !names.isEmpty() && json.nextToken() == null) {
        return names;
      }
    } catch (JsonProcessingException e) {
      throw ModelJson.notJson(where, e);
    } catch (IOException e) {
      throw UserError.configuration("%s cannot be read: %s", where, e.getMessage());
    }
    throw UserError.configuration(
        "%s has no weight_map from tensors to files: fetch it again", where);
  }

  private static String plain(String name, Form form, String where) {
    if (!form.plain.matcher(name).matches()) {
      throw UserError.configuration(
          "%s names the file %s: only *.%s of its own folder are opened: fetch the index again",
          where, name, form.suffix);
    }
    return name;
  }

  /** What lies there instead. */
  private UserError without(String wanted) {
    try (DirectoryStream<Path> others =
        Files.newDirectoryStream(folder.directory(), "*.{bin,pt,pth,ckpt,pkl,h5,msgpack,gguf}")) {
      for (Path other : others) {
        return UserError.configuration(
            "model directory %s has %s, but none of the files that are read (%s or"
                + " pytorch_model.bin, or shards of either with their index; a .gguf file by its own"
                + " path): fetch the whole checkpoint, or save the weights with"
                + " save_pretrained(DIRECTORY, safe_serialization=True) of transformers",
            folder.directory(), other.getFileName(), wanted);
      }
    } catch (IOException e) {
      return UserError.configuration("%s cannot be read: %s", folder.directory(), e.getMessage());
    }
    return folder.lacks(wanted);
  }
}
