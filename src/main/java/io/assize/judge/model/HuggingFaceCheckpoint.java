package io.assize.judge.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import io.assize.prompt.ChatTemplate;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A directory as Hugging Face's hub holds it: {@code config.json}, {@code tokenizer.json}, {@code
 * model.safetensors} or shards with their index; optionally {@code generation_config.json}, {@code
 * tokenizer_config.json}, {@code special_tokens_map.json} and {@code chat_template.jinja}. No other
 * file is opened, whatever these say, and none of them is run.
 */
final class HuggingFaceCheckpoint implements Checkpoint {
  private static final String CONFIG = "config.json";
  private static final String GENERATION = "generation_config.json";
  private static final String TOKENIZER = "tokenizer.json";
  private static final String TOKENIZER_CONFIG = "tokenizer_config.json";
  private static final String SPECIAL_TOKENS = "special_tokens_map.json";
  private static final String TEMPLATE = "chat_template.jinja";
  private static final String INDEX = "model.safetensors.index.json";

  /** Most bytes of each; the largest that are in use have less than half. */
  private static final Map<String, Long> TEXTS =
      Map.of(
          CONFIG, 1L << 20,
          GENERATION, 1L << 20,
          TOKENIZER, 64L << 20,
          TOKENIZER_CONFIG, 4L << 20,
          SPECIAL_TOKENS, 1L << 20,
          TEMPLATE, 1L << 20,
          INDEX, 32L << 20);

  private static final int MAX_SHARDS = 10_000;

  private final Path directory;
  private final Architecture architecture;
  private final DecoderConfig config;
  private final ObjectNode tokenizerConfig;
  private final ObjectNode specialTokens;
  private final Map<String, byte[]> texts = new LinkedHashMap<>();
  private final Map<String, SafetensorsFile> byTensor = new HashMap<>();
  private final List<SafetensorsFile> shards = new ArrayList<>();

  HuggingFaceCheckpoint(Path directory, List<Architecture> known) throws IOException {
    this.directory = directory;
    for (String name : TEXTS.keySet()) {
      if (Files.exists(directory.resolve(name))) {
        texts.put(name, text(name));
      }
    }
    JsonNode json = json(CONFIG);
    if (!Architectures.cameAsCode(known, json)) {
      refuseCode(json, CONFIG);
    }
    this.architecture = Architectures.ofConfig(known, json, where(CONFIG));
    this.config = architecture.config(json, where(CONFIG));
    this.tokenizerConfig = json(TOKENIZER_CONFIG);
    refuseCode(tokenizerConfig, TOKENIZER_CONFIG);
    this.specialTokens = json(SPECIAL_TOKENS);
    try {
      for (String name : weights()) {
        openShard(name);
      }
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
  public String tokenizerJson() {
    return new String(tokenizer(), StandardCharsets.UTF_8);
  }

  @Override
  public ChatTemplate chatTemplate(String name) {
    return new ChatTemplate(chatTemplateText(name), bosToken(), eosToken());
  }

  @Override
  public String bosToken() {
    return tokenText("bos_token");
  }

  @Override
  public String eosToken() {
    return tokenText("eos_token");
  }

  /** The configuration's, and the end token of the tokenizer, which may be another. */
  @Override
  public Set<Long> endTokens() {
    Set<Long> ends = new TreeSet<>();
    for (String name : List.of(GENERATION, CONFIG)) {
      JsonNode id = json(name).path("eos_token_id");
      if (ends.isEmpty() && id.isArray()) {
        id.forEach(one -> ends.add(tokenId(one, name)));
      } else if (ends.isEmpty() && !ModelJson.absent(id)) {
        ends.add(tokenId(id, name));
      }
    }
    OptionalLong own = TokenizerJson.idOf(eosToken(), tokenizer(), where(TOKENIZER));
    own.ifPresent(ends::add);
    return ends;
  }

  @Override
  public long[] shape(Tensor tensor) {
    SafetensorsFile shard = byTensor.get(tensor.name());
    return shard == null ? null : shard.shape(tensor.name());
  }

  @Override
  public FloatBuffer read(Tensor tensor, long from, long rows) throws IOException {
    return byTensor.get(tensor.name()).read(tensor.name(), from, rows);
  }

  @Override
  public Map<String, String> sums(boolean claim) throws IOException {
    Map<String, String> sums = new TreeMap<>();
    texts.forEach((name, bytes) -> sums.put(name, ModelFile.sha256(bytes)));
    for (SafetensorsFile shard : shards) {
      sums.put(CheckpointFiles.name(shard.file().path()), shard.file().sha256(claim));
    }
    return sums;
  }

  @Override
  public void close() throws IOException {
    for (SafetensorsFile shard : shards) {
      shard.close();
    }
  }

  private byte[] tokenizer() {
    byte[] json = texts.get(TOKENIZER);
    if (json == null) {
      throw withoutTokenizer();
    }
    return json;
  }

  private String chatTemplateText(String name) {
    JsonNode own = tokenizerConfig.path("chat_template");
    if (name == null && texts.containsKey(TEMPLATE)) {
      return new String(texts.get(TEMPLATE), StandardCharsets.UTF_8);
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
            ModelJson.text(one, "name", "", where(TOKENIZER_CONFIG)),
            ModelJson.text(one, "template", "", where(TOKENIZER_CONFIG)));
      }
    }
    return named;
  }

  /** A token's text, from wherever the directory has it; empty where nothing names it. */
  private String tokenText(String key) {
    for (ObjectNode json : List.of(tokenizerConfig, specialTokens)) {
      JsonNode token = json.path(key);
      JsonNode text = token.isObject() ? token.path("content") : token;
      if (text.isTextual()) {
        return text.textValue();
      }
      if (!ModelJson.absent(text)) {
        throw UserError.configuration(
            "%s: the tokenizer's %s is %s: a text is wanted",
            directory, key, ModelJson.shown(token));
      }
    }
    return "";
  }

  private long tokenId(JsonNode id, String name) {
    if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0) {
      throw UserError.configuration(
          "%s: eos_token_id is %s: a token's number is wanted", where(name), ModelJson.shown(id));
    }
    return id.longValue();
  }

  private void openShard(String name) throws IOException {
    SafetensorsFile shard = new SafetensorsFile(file(name));
    shards.add(shard);
    for (String tensor : shard.names()) {
      if (byTensor.put(tensor, shard) != null) {
        throw UserError.configuration(
            "model directory %s has the tensor %s in two files: fetch it again", directory, tensor);
      }
    }
  }

  private Set<String> weights() {
    if (texts.containsKey(INDEX)) {
      return shardNames(texts.get(INDEX), where(INDEX));
    }
    if (!Files.exists(directory.resolve("model.safetensors"))) {
      throw withoutWeights();
    }
    return Set.of("model.safetensors");
  }

  /** The files that an index names, each a plain name. */
  private static Set<String> shardNames(byte[] index, String where) {
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
          names.add(in ? plain(json.getText(), where) : "");
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

  private static String plain(String name, String where) {
    if (!name.matches("[^/\\\\\\x00]+\\.safetensors") || name.startsWith(".")) {
      throw UserError.configuration(
          "%s names the file %s: only *.safetensors of its own folder are opened", where, name);
    }
    return name;
  }

  /**
   * A file of this directory. A link may lead elsewhere, as the links of Hugging Face's cache do
   * into its {@code blobs}; but to a file of the same kind only, so that a stranger's link opens
   * nothing but models' files.
   */
  private Path file(String name) throws IOException {
    Path file = directory.resolve(name);
    if (!Files.exists(file)) {
      throw lacks(name);
    }
    Path real = file.toRealPath();
    Path home = directory.toRealPath();
    Path folder = real.getParent().getFileName();
    boolean blob = folder != null && folder.toString().equals("blobs");
    boolean kept = real.startsWith(home) || blob || suffix(real).equals(suffix(file));
    if (!kept) {
      throw UserError.configuration(
          "%s is a link to %s, which is no file of a model: put the file itself there", file, real);
    }
    return file;
  }

  private byte[] text(String name) throws IOException {
    try (ModelFile file = ModelFile.open(file(name))) {
      return file.all(TEXTS.get(name));
    }
  }

  /** The object in a file; an empty one where there is none, but for the configuration. */
  private ObjectNode json(String name) {
    byte[] text = texts.get(name);
    if (text == null && name.equals(CONFIG)) {
      throw lacks(name);
    }
    return text == null
        ? ModelJson.object("{}".getBytes(StandardCharsets.UTF_8), name)
        : ModelJson.object(text, where(name));
  }

  private void refuseCode(JsonNode json, String name) {
    if (!ModelJson.absent(json.path("auto_map"))) {
      throw UserError.configuration(
          "%s has an auto_map: the model wants code of its own, which is not run: use a model of a"
              + " known architecture",
          where(name));
    }
  }

  private UserError withoutTokenizer() {
    return Files.exists(directory.resolve("tokenizer.model"))
        ? UserError.configuration(
            "model directory %s has a tokenizer.model, but no tokenizer.json, which is what the"
                + " judge reads: make it with Python's"
                + " AutoTokenizer.from_pretrained(DIRECTORY).save_pretrained(DIRECTORY) of"
                + " transformers",
            directory)
        : lacks(TOKENIZER);
  }

  private UserError withoutWeights() {
    try (DirectoryStream<Path> pickles =
        Files.newDirectoryStream(directory, "*.{bin,pt,pth,ckpt,pkl}")) {
      for (Path pickle : pickles) {
        return UserError.configuration(
            "model directory %s has its weights in %s, a format that can run code, and no"
                + " *.safetensors: convert it with save_pretrained(DIRECTORY,"
                + " safe_serialization=True) of transformers",
            directory, pickle.getFileName());
      }
    } catch (IOException e) {
      return UserError.configuration("%s cannot be read: %s", directory, e.getMessage());
    }
    return lacks("model.safetensors");
  }

  private UserError lacks(String name) {
    return UserError.configuration(
        "model directory %s lacks %s: fetch the whole checkpoint", directory, name);
  }

  private String where(String name) {
    return directory.resolve(name).toString();
  }

  private static String suffix(Path file) {
    String name = file.getFileName().toString();
    return name.substring(Math.max(0, name.lastIndexOf('.')));
  }
}
