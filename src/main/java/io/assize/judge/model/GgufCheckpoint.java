package io.assize.judge.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import io.assize.prompt.ChatTemplate;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** A model in one GGUF file with its tokenizer inside. */
final class GgufCheckpoint implements Checkpoint {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int CONTROL_TOKEN = 3;
  private static final int USER_TOKEN = 4;
  private static final String TEMPLATE = "tokenizer.chat_template";
  private static final String TOKENS = "tokenizer.ggml.tokens";

  private final GgufFile file;
  private final Architecture architecture;
  private final DecoderConfig config;

  GgufCheckpoint(Path path, List<Architecture> known) throws IOException {
    this.file = new GgufFile(path);
    try {
      String name = file.text("general.architecture", "none");
      this.architecture = Architectures.ofGguf(known, name, path.toString());
      this.config = architecture.config(file);
      checkTokenizer(path);
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
    return tokenText("tokenizer.ggml.bos_token_id");
  }

  @Override
  public String eosToken() {
    return tokenText("tokenizer.ggml.eos_token_id");
  }

  @Override
  public Set<Long> endTokens() {
    Set<Long> ends = new TreeSet<>();
    for (String key : List.of("tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id")) {
      if (file.has(key)) {
        ends.add((long) file.numbers().whole(key, 0, Integer.MAX_VALUE));
      }
    }
    return ends;
  }

  @Override
  public long[] shape(Tensor tensor) {
    return file.shape(tensor.ggufName());
  }

  @Override
  public FloatBuffer read(Tensor tensor, long from, long rows) throws IOException {
    FloatBuffer weights = file.read(tensor.ggufName(), from, rows);
    return tensor.spec().paired() ? halves(weights, rows) : weights;
  }

  @Override
  public String tokenizerJson() {
    ObjectNode root = JSON.createObjectNode();
    root.put("version", "1.0");
    root.putNull("truncation");
    root.putNull("padding");
    ArrayNode added = root.putArray("added_tokens");
    ObjectNode vocabulary = JSON.createObjectNode();
    List<String> tokens = file.texts(TOKENS);
    List<Integer> kinds = file.integers("tokenizer.ggml.token_type");
    if (kinds.size() != tokens.size()) {
      throw file.broken(
          String.format(
              Locale.ROOT, "it has %d tokens, but %d types of them", tokens.size(), kinds.size()));
    }
    for (int id = 0; id < tokens.size(); id++) {
      String token = tokens.get(id);
      vocabulary.put(token, id);
      int kind = kinds.get(id);
      if (kind == CONTROL_TOKEN || kind == USER_TOKEN) {
        ObjectNode one = added.addObject();
        one.put("id", id).put("content", token).put("special", kind == CONTROL_TOKEN);
        one.put("single_word", false).put("lstrip", false);
        one.put("rstrip", false).put("normalized", false);
      }
    }
    root.putNull("normalizer");
    root.set("pre_tokenizer", preTokenizer());
    root.putNull("post_processor");
    root.set("decoder", byteLevel(true));
    ObjectNode model = root.putObject("model");
    model.put("type", "BPE").put("fuse_unk", false).put("byte_fallback", false);
    model.putNull("dropout").putNull("unk_token");
    model.putNull("continuing_subword_prefix").putNull("end_of_word_suffix");
    model.set("vocab", vocabulary);
    ArrayNode merges = model.putArray("merges");
    file.texts("tokenizer.ggml.merges").forEach(merges::add);
    return root.toString();
  }

  @Override
  public Map<String, String> sums(boolean claim) throws IOException {
    return Map.of(CheckpointFiles.name(file.file().path()), file.file().sha256(claim));
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  private void checkTokenizer(Path path) {
    String model = file.text("tokenizer.ggml.model", "none");
    String pre = file.text("tokenizer.ggml.pre", "default");
    if (!model.equals("gpt2") || !List.of("smollm", "gpt-2", "default").contains(pre)) {
      throw UserError.configuration(
          "%s: its tokenizer (%s, %s) is not supported: use the Hugging Face directory of the model",
          path, model, pre);
    }
  }

  private ObjectNode preTokenizer() {
    if (!file.text("tokenizer.ggml.pre", "default").equals("smollm")) {
      return byteLevel(true);
    }
    ObjectNode sequence = JSON.createObjectNode().put("type", "Sequence");
    ArrayNode steps = sequence.putArray("pretokenizers");
    steps.addObject().put("type", "Digits").put("individual_digits", true);
    steps.add(byteLevel(true));
    return sequence;
  }

  private static ObjectNode byteLevel(boolean regex) {
    return JSON.createObjectNode()
        .put("type", "ByteLevel")
        .put("add_prefix_space", false)
        .put("trim_offsets", true)
        .put("use_regex", regex);
  }

  private String tokenText(String key) {
    if (!file.has(key)) {
      return "";
    }
    List<String> tokens = file.texts(TOKENS);
    return tokens.get(file.numbers().whole(key, 0, tokens.size() - 1));
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
