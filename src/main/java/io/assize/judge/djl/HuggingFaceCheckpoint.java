package io.assize.judge.djl;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.assize.config.UserError;
import io.assize.prompt.ChatTemplate;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * A directory as Hugging Face's hub holds it: {@code config.json}, {@code tokenizer.json}, {@code
 * model.safetensors} or shards with their index; optionally {@code generation_config.json}, {@code
 * tokenizer_config.json} and {@code chat_template.jinja}.
 */
final class HuggingFaceCheckpoint implements Checkpoint {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String INDEX = "model.safetensors.index.json";
  private static final List<String> OPTIONAL =
      List.of("generation_config.json", "tokenizer_config.json", "chat_template.jinja");

  private final Path directory;
  private final DecoderConfig config;
  private final JsonNode tokenizerConfig;
  private final Map<String, SafetensorsFile> byTensor = new HashMap<>();
  private final List<SafetensorsFile> shards = new ArrayList<>();

  HuggingFaceCheckpoint(Path directory) throws IOException {
    this.directory = directory;
    this.config =
        DecoderConfig.ofHuggingFace(
            json(directory.resolve("config.json")), directory.resolve("config.json").toString());
    Path tokens = directory.resolve("tokenizer_config.json");
    this.tokenizerConfig = Files.exists(tokens) ? json(tokens) : JSON.createObjectNode();
    try {
      for (Path file : weights(directory)) {
        SafetensorsFile shard = new SafetensorsFile(file);
        shards.add(shard);
        shard.names().forEach(name -> byTensor.put(name, shard));
      }
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** The files to read, in a fixed order; refuses a directory that lacks one. */
  static List<Path> files(Path directory) {
    List<Path> files = new ArrayList<>();
    for (String name : List.of("config.json", "tokenizer.json")) {
      Path file = directory.resolve(name);
      if (!Files.isReadable(file)) {
        throw lacks(directory, name);
      }
      files.add(file);
    }
    for (String name : OPTIONAL) {
      if (Files.isReadable(directory.resolve(name))) {
        files.add(directory.resolve(name));
      }
    }
    files.addAll(weights(directory));
    return List.copyOf(files);
  }

  @Override
  public DecoderConfig config() {
    return config;
  }

  @Override
  public String tokenizerJson() {
    try {
      return Files.readString(directory.resolve("tokenizer.json"));
    } catch (IOException e) {
      throw lacks(directory, "tokenizer.json");
    }
  }

  @Override
  public ChatTemplate chatTemplate() {
    return new ChatTemplate(chatTemplateText(), bosToken(), eosToken());
  }

  @Override
  public String bosToken() {
    return tokenText("bos_token");
  }

  @Override
  public String eosToken() {
    return tokenText("eos_token");
  }

  @Override
  public Set<Long> endTokens() {
    Set<Long> ends = new TreeSet<>();
    for (String name : List.of("generation_config.json", "config.json")) {
      Path file = directory.resolve(name);
      if (ends.isEmpty() && Files.exists(file)) {
        JsonNode id = json(file).path("eos_token_id");
        if (id.isArray()) {
          id.forEach(one -> ends.add(one.asLong()));
        } else if (id.isNumber()) {
          ends.add(id.asLong());
        }
      }
    }
    return ends;
  }

  @Override
  public long[] shape(String name) {
    SafetensorsFile shard = byTensor.get(name);
    return shard == null ? null : shard.shape(name);
  }

  @Override
  public FloatBuffer read(String name, long from, long rows) throws IOException {
    return byTensor.get(name).read(name, from, rows);
  }

  @Override
  public void close() throws IOException {
    for (SafetensorsFile shard : shards) {
      shard.close();
    }
  }

  private String chatTemplateText() {
    Path file = directory.resolve("chat_template.jinja");
    JsonNode inConfig = tokenizerConfig.path("chat_template");
    if (Files.exists(file)) {
      try {
        return Files.readString(file);
      } catch (IOException e) {
        throw UserError.configuration("%s cannot be read: %s", file, e.getMessage());
      }
    }
    if (inConfig.isTextual()) {
      return inConfig.asText();
    }
    throw UserError.configuration(
        "%s has no chat template: set chat in the protocol file to \"none\" or to a template",
        directory);
  }

  private String tokenText(String key) {
    JsonNode token = tokenizerConfig.path(key);
    return token.isObject() ? token.path("content").asText("") : token.asText("");
  }

  private static List<Path> weights(Path directory) {
    Path index = directory.resolve(INDEX);
    Set<String> names = new TreeSet<>();
    if (Files.exists(index)) {
      json(index).path("weight_map").forEach(name -> names.add(name.asText()));
    } else {
      names.add("model.safetensors");
    }
    List<Path> files = new ArrayList<>();
    for (String name : names) {
      Path file = directory.resolve(name);
      if (!Files.isReadable(file)) {
        throw lacks(directory, name);
      }
      files.add(file);
    }
    return files;
  }

  private static JsonNode json(Path file) {
    try {
      return JSON.readTree(file.toFile());
    } catch (IOException e) {
      throw UserError.configuration("%s is not valid JSON: fetch it again", file);
    }
  }

  private static UserError lacks(Path directory, String name) {
    return UserError.configuration(
        "model directory %s lacks %s: fetch the whole checkpoint", directory, name);
  }
}
