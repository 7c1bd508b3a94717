package io.assize.judge.model;

import io.assize.config.UserError;
import io.assize.prompt.ChatTemplate;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/** A model in one GGUF file with its tokenizer inside. */
final class GgufCheckpoint implements Checkpoint {
  private static final String TEMPLATE = "tokenizer.chat_template";

  /** Tensors that say once more what the metadata says. */
  private static final Pattern UNUSED = Pattern.compile("blk\\.\\d+\\.attn_rot_embd(\\.freqs)?");

  private final GgufFile file;
  private final Architecture architecture;
  private final DecoderConfig config;
  private final GgufTokenizer tokenizer;

  GgufCheckpoint(Path path, List<Architecture> known) throws IOException {
    this.file = new GgufFile(path);
    try {
      this.architecture = Architectures.ofGguf(known, file);
      this.config = architecture.config(file);
      this.tokenizer = new GgufTokenizer(file);
      refuseUnread();
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  @Override
  public Architecture architecture() {
    return architecture;
  }

  @Override
  public DecoderConfig config() {
    return config;
  }

  @Override
  public ChatTemplate chatTemplate(String name) {
    String template = file.text(name == null ? TEMPLATE : TEMPLATE + "." + name, null);
    if (template == null) {
      throw file.broken(
          String.format(
              Locale.ROOT,
              "it has no chat template%s: set chat in the protocol file to \"none\" or to a template",
              name == null ? "" : " named " + name));
    }
    return new ChatTemplate(template, bosToken(), eosToken());
  }

  @Override
  public String bosToken() {
    return tokenizer.bosToken();
  }

  @Override
  public String eosToken() {
    return tokenizer.eosToken();
  }

  @Override
  public Set<Long> endTokens() {
    return tokenizer.endTokens();
  }

  /** Experts lie one after the other in a tensor of one dimension more. */
  @Override
  public long[] shape(Tensor tensor) {
    long[] shape = file.shape(tensor.ggufName());
    boolean stacked =
        shape != null
            && tensor.spec().role().inExpert()
            && shape[0] == config.feedForward().experts()
            && shape.length > 1;
    return stacked ? Arrays.copyOfRange(shape, 1, shape.length) : shape;
  }

  @Override
  public FloatBuffer read(Tensor tensor, long from, long rows) throws IOException {
    if (tensor.spec().role().inExpert()) {
      FloatBuffer whole = file.read(tensor.ggufName(), tensor.expert(), 1);
      int row = Math.toIntExact(whole.capacity() / shape(tensor)[0]);
      return whole.slice(Math.toIntExact(from * row), Math.toIntExact(rows * row));
    }
    FloatBuffer weights = file.read(tensor.ggufName(), from, rows);
    return tensor.spec().paired() ? halves(weights, rows) : weights;
  }

  @Override
  public String tokenizerJson() {
    return tokenizer.json();
  }

  @Override
  public Map<String, String> sums(boolean claim) throws IOException {
    return Map.of(CheckpointFiles.name(file.file().path()), file.file().sha256(claim));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /** Refuses a tensor that the family does not read: without it, answers would be others. */
  private void refuseUnread() {
    Set<String> unread = new TreeSet<>(file.names());
    unread.removeAll(Rope.ALL_FACTORS);
    for (TensorSpec spec : architecture.tensors()) {
      boolean has = spec.when().test(config);
      for (int layer = 0; has && layer < (layered(spec) ? config.layers() : 1); layer++) {
        unread.remove(new Tensor(spec, layer).ggufName());
      }
    }
    unread.removeIf(name -> UNUSED.matcher(name).matches());
    if (!unread.isEmpty()) {
      throw UserError.configuration(
          "%s: its tensor %s%s is not read by the DJL judge for the architecture %s: use another file"
              + " of the model, or its Hugging Face directory",
          file.file().path(),
          unread.iterator().next(),
          unread.size() == 1
              ? ""
              : String.format(Locale.ROOT, " (and %d others)", unread.size() - 1),
          architecture.ggufName().orElse("none"));
    }
  }

  private static boolean layered(TensorSpec spec) {
    return spec.role().inLayer() || spec.role().inExpert();
  }

  /** Puts each head's rotary pairs, which lie side by side, into halves. */
  private FloatBuffer halves(FloatBuffer paired, long rows) {
    int columns = (int) (paired.capacity() / rows);
    int pairs = config.headDim() / 2;
    FloatBuffer halves = Floats.direct(paired.capacity());
    for (int head = 0; head < rows / config.headDim(); head++) {
      for (int half = 0; half < 2; half++) {
        for (int pair = 0; pair < pairs; pair++) {
          int row = head * config.headDim() + 2 * pair + half;
          halves.put(paired.slice(row * columns, columns));
        }
      }
    }
    return halves.flip();
  }
}
