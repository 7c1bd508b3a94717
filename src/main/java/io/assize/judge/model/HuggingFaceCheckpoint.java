package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import io.assize.prompt.ChatTemplate;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A directory as Hugging Face's hub holds it: {@code config.json}, {@code tokenizer.json} or {@code
 * tokenizer.model}, and the weights, {@code model.safetensors} or {@code pytorch_model.bin} or
 * shards of either with their index; optionally {@code generation_config.json}, {@code
 * tokenizer_config.json}, {@code special_tokens_map.json} and {@code chat_template.jinja}. Weights
 * that are quantised are unpacked, and an adapter is merged, where they are read. No other file is
 * opened, whatever these say, and none of them is run.
 */
final class HuggingFaceCheckpoint implements Checkpoint {
  private static final String CONFIG = "config.json";
  private static final String GENERATION = "generation_config.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String SENTENCE_PIECE = "tokenizer.model";
  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  private static final String SPECIAL_TOKENS = "special_tokens_map.json";
  private static final String TEMPLATE = "chat_template.jinja";

  /** Most bytes of each; the largest that are in use have less than half. */
  private static final Map<String, Long> MODEL_TEXTS =
      Map.of(CONFIG, 1L << 20, GENERATION, 1L << 20);

  private static final long MOST_SENTENCE_PIECE = 16L << 20;

  private static final Map<String, Long> TOKENIZER_TEXTS =
      Map.of(
          TOKENIZER, 64L << 20,
          TOKENIZER_CONFIG, 4L << 20,
          SPECIAL_TOKENS, 1L << 20,
          TEMPLATE, 1L << 20);

  private final Path directory;
  private final ModelFolder model;
  private final ModelFolder tokens;
  private final Architecture architecture;
  private final DecoderConfig config;
  private final ObjectNode tokenizerConfig;
  private final List<String> notes = new ArrayList<>();
  private final Map<String, ModelFolder> folders = new LinkedHashMap<>();
  private final List<WeightFiles> opened = new ArrayList<>();
  private final WeightFiles files;
  private final Weights weights;

  /** Put together where it is asked for; null before. */
  private TokenizerFiles tokenizer;

  HuggingFaceCheckpoint(Path directory, List<Architecture> known) throws IOException {
    this.directory = directory;
    ModelFolder own = new ModelFolder(directory);
    Optional<AdapterConfig> adapter = AdapterConfig.of(own);
    this.model = adapter.isPresent() ? adapter.get().base() : own;
    this.tokens = own.has(TOKENIZER) || own.has(SENTENCE_PIECE) ? own : model;
    folders.put("", own);
    if (model != own) {
      folders.put("base/", model);
    }
    take(model, MODEL_TEXTS);
    take(tokens, TOKENIZER_TEXTS);
    if (!tokens.has(TOKENIZER)) {
      tokens.take(SENTENCE_PIECE, MOST_SENTENCE_PIECE);
    }
    ObjectNode json = configuration();
    if (!Architectures.cameAsCode(known, json)) {
      refuseCode(json, where(CONFIG));
    }
    Optional<Packing> packing = Quantisation.of(json, model);
    // What the family sees is what it gets: weights as they were before they were quantised.
    json.remove(Quantisation.KEY);
    this.architecture = Architectures.ofConfig(known, json, where(CONFIG));
    this.config = architecture.config(json, where(CONFIG));
    this.tokenizerConfig = tokens.json(TOKENIZER_CONFIG);
    refuseCode(tokenizerConfig, tokens.where(TOKENIZER_CONFIG));
    try {
      this.files = WeightFiles.ofModel(model);
      opened.add(files);
      if (packing.isEmpty()) {
        packing = Quantisation.ofOwnFile(model, files.names());
      }
      Weights base = files;
      if (packing.isPresent()) {
        base = new UnpackedWeights(base, packing.get());
        notes.add(packing.get().text());
      }
      if (adapter.isPresent()) {
        WeightFiles changes = WeightFiles.ofAdapter(own);
        opened.add(changes);
        base = new AdaptedWeights(base, changes, adapter.get());
        notes.add(adapter.get().text());
      }
      this.weights =
          architecture.stacksExperts()
              ? new StackedExperts(base, config.feedForward().experts())
              : base;
    } catch (IOException | RuntimeException e) {
      close();
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
  public List<String> notes() {
    return notes;
  }

  @Override
  public String tokenizerJson() {
    return tokenizer().json();
  }

  @Override
  public boolean tokenizerAsFound() {
    return tokenizer().asFound();
  }

  @Override
  public ChatTemplate chatTemplate(String name) {
    return new ChatTemplate(chatTemplateText(name), bosToken(), eosToken());
  }

  @Override
  public String bosToken() {
    return tokenizer().bosToken();
  }

  @Override
  public String eosToken() {
    return tokenizer().eosToken();
  }

  /** The configuration's, and the end token of the tokenizer, which may be another. */
  @Override
  public Set<Long> endTokens() {
    Set<Long> ends = new TreeSet<>();
    for (String name : List.of(GENERATION, CONFIG)) {
      JsonNode id = model.json(name).path("eos_token_id");
      if (ends.isEmpty() && id.isArray()) {
        id.forEach(one -> ends.add(tokenId(one, name)));
      } else if (ends.isEmpty() && !ModelJson.absent(id)) {
        ends.add(tokenId(id, name));
      }
    }
    tokenizer().eosId().ifPresent(ends::add);
    return ends;
  }

  /** As {@code transformers} does, takes a negative number for none. */
  @Override
  public OptionalLong paddingToken() {
    int most = Integer.MAX_VALUE;
    int id =
        ModelNumbers.ofJson(model.json(CONFIG), model.where(CONFIG))
            .whole("pad_token_id", -1, -1, most);
    return id < 0 ? OptionalLong.empty() : OptionalLong.of(id);
  }

  @Override
  public long[] shape(Tensor tensor) {
    long[] shape = weights.shape(tensor.name());
    if (shape != null) {
      NumberType type = weights.type(tensor.name());
      if (type == null || !type.plain()) {
        throw files.unread(tensor.name());
      }
    }
    return shape;
  }

  @Override
  public FloatBuffer read(Tensor tensor, long from, long rows) throws IOException {
    return weights.read(tensor.name(), from, rows);
  }

  @Override
  public Map<String, String> sums(boolean claim) throws IOException {
    Map<String, String> sums = new TreeMap<>();
    for (Map.Entry<String, ModelFolder> folder : folders.entrySet()) {
      folder
          .getValue()
          .texts()
          .forEach((name, bytes) -> sums.put(folder.getKey() + name, ModelFile.sha256(bytes)));
    }
    for (WeightFiles part : opened) {
      String prefix = part.folder() == model && folders.size() > 1 ? "base/" : "";
      for (TensorFile file : part.files()) {
        sums.put(prefix + CheckpointFiles.name(file.file().path()), file.file().sha256(claim));
      }
    }
    return sums;
  }

  @Override
  public void close() throws IOException {
    for (WeightFiles part : opened) {
      part.close();
    }
  }

  private static void take(ModelFolder folder, Map<String, Long> texts) throws IOException {
    for (Map.Entry<String, Long> text : texts.entrySet()) {
      folder.take(text.getKey(), text.getValue());
    }
  }

  private TokenizerFiles tokenizer() {
    if (tokenizer == null) {
      Map<String, byte[]> texts = tokens.texts();
      if (!texts.containsKey(TOKENIZER) && !texts.containsKey(SENTENCE_PIECE)) {
        throw tokens.lacks(TOKENIZER);
      }
      tokenizer =
          new TokenizerFiles(
              tokens.directory(),
              texts.get(TOKENIZER),
              texts.get(SENTENCE_PIECE),
              tokenizerConfig,
              tokens.json(SPECIAL_TOKENS));
    }
    return tokenizer;
  }

  private String chatTemplateText(String name) {
    JsonNode own = tokenizerConfig.path("chat_template");
    if (name == null && tokens.texts().containsKey(TEMPLATE)) {
      return new String(tokens.texts().get(TEMPLATE), StandardCharsets.UTF_8);
    }
    if (name == null && own.isTextual()) {
      return own.textValue();
    }
    Map<String, String> named = named(own);
    String template = named.get(name == null ? "default" : name);
    if (template != null) {
      return template;
    }
    throw UserError.configuration(
        "%s has no chat template%s%s: set chat in the protocol file to \"none\" or to a template",
        directory,
        name == null ? "" : " named " + name,
        named.isEmpty()
            ? ""
            : ", but others (chat = \"model:NAME\"): " + String.join(", ", named.keySet()));
  }

  /** Templates as a list of {@code {name, template}}. */
  private Map<String, String> named(JsonNode list) {
    Map<String, String> named = new TreeMap<>();
    if (list.isArray()) {
      for (JsonNode one : list) {
        named.put(
            ModelJson.text(one, "name", "", tokens.where(TOKENIZER_CONFIG)),
            ModelJson.text(one, "template", "", tokens.where(TOKENIZER_CONFIG)));
      }
    }
    return named;
  }

  private long tokenId(JsonNode id, String name) {
    if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
      throw UserError.configuration(
          "%s: eos_token_id is %s: a token's number is wanted, or a list of them:"
              + " fetch it again",
          where(name), ModelJson.shown(id));
    }
    return id.longValue();
  }

  private ObjectNode configuration() {
    if (!model.texts().containsKey(CONFIG)) {
      throw model.lacks(CONFIG);
    }
    return model.json(CONFIG);
  }

  private static void refuseCode(JsonNode json, String where) {
    if (!ModelJson.absent(json.path("auto_map"))) {
      throw UserError.configuration(
          "%s has an auto_map: the model wants code of its own, which is not run: use a model of a"
              + " known architecture (docs/engine.md), whose config.json has none",
          where);
    }
  }

  private String where(String name) {
    return model.where(name);
  }
}
