package io.assize.judge.model;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * A tokenizer as a directory of Hugging Face's form has it: {@code tokenizer.json}, or in its place
 * SentencePiece's {@code tokenizer.model}, and what {@code tokenizer_config.json} and {@code
 * special_tokens_map.json} add to it, as {@code transformers} puts them together.
 */
final class TokenizerFiles {
  private static final String CONFIG = "tokenizer_config.json";

  /** The keys of tokens that transformers adds where the tokenizer lacks them, in its order. */
  private static final List<String> NAMED =
      List.of(
          "bos_token",
          "eos_token",
          "unk_token",
          "sep_token",
          "pad_token",
          "cls_token",
          "mask_token");

  private static final int MAX_ADDED = 1 << 16;

  private final Path directory;
  private final ObjectNode config;
  private final ObjectNode map;
  private final SentencePieceFile sentencePiece;
  private final byte[] found;

  /** Tokens that the tokenizer lacks, by content; their ids, or null where they have none. */
  private final Map<String, JsonNode> lacking = new LinkedHashMap<>();

  private final Map<String, Long> added;

  /**
   * Puts them together.
   *
   * @param json the content of {@code tokenizer.json}; null where there is none
   * @param model the content of {@code tokenizer.model}; looked at where {@code json} is null
   */
  TokenizerFiles(Path directory, byte[] json, byte[] model, ObjectNode config, ObjectNode map) {
    this.directory = directory;
    this.config = config;
    this.map = map;
    this.sentencePiece =
        json == null ? SentencePieceFile.of(model, where("tokenizer.model")) : null;
    this.found = json == null ? made(sentencePiece.model()).getBytes(StandardCharsets.UTF_8) : json;
    this.added = new TreeMap<>(TokenizerJson.added(found, where("tokenizer.json")));
    config.path("added_tokens_decoder").fields().forEachRemaining(this::decoded);
    NAMED.forEach(key -> lacks(content(key)));
    for (ObjectNode one : List.of(config, map)) {
      one.path("additional_special_tokens").forEach(token -> lacks(text(token)));
    }
    if (lacking.size() > MAX_ADDED) {
      throw UserError.configuration(
          "%s adds %d tokens: more than any tokenizer", where(CONFIG), lacking.size());
    }
  }

  /** The whole in the format of {@code tokenizer.json}. */
  String json() {
    if (asFound()) {
      return new String(found, StandardCharsets.UTF_8);
    }
    ObjectNode json = ModelJson.object(found, "tokenizer of " + directory);
    if (ModelJson.absent(json.path("added_tokens"))) {
      json.putArray("added_tokens");
    }
    if (!json.path("added_tokens").isArray()) {
      return json.toString();
    }
    ArrayNode tokens = (ArrayNode) json.get("added_tokens");
    long next =
        Math.max(
            json.path("model").path("vocab").size(),
            added.values().stream().mapToLong(id -> id + 1).max().orElse(0));
    for (Map.Entry<String, JsonNode> token : lacking.entrySet()) {
      ObjectNode one = tokens.addObject();
      JsonNode known = json.path("model").path("vocab").path(token.getKey());
      long id = known.canConvertToInt() && known.isNumber() ? known.longValue() : next++;
      if (token.getValue().isObject()) {
        one.setAll((ObjectNode) token.getValue());
        one.put("id", id);
      } else {
        AddedToken.put(one, id, token.getKey(), true);
      }
    }
    return json.toString();
  }

  /** Whether the whole is the {@code tokenizer.json} as it lies there. */
  boolean asFound() {
    return lacking.isEmpty();
  }

  /** The begin token's text, empty where nothing names it. */
  String bosToken() {
    String named = content("bos_token");
    return named.isEmpty() && sentencePiece != null ? sentencePiece.begin() : named;
  }

  /** The end token's text, empty where nothing names it. */
  String eosToken() {
    String named = content("eos_token");
    return named.isEmpty() && sentencePiece != null ? sentencePiece.end() : named;
  }

  /** The end token's id, where the tokenizer has it. */
  OptionalLong eosId() {
    Long id = added.get(eosToken());
    return id == null ? OptionalLong.empty() : OptionalLong.of(id);
  }

  private String made(SentencePieceModel model) {
    ModelNumbers flags = ModelNumbers.ofJson(config, where(CONFIG));
    boolean prefix = model.addPrefixSpace() && flags.flag("add_prefix_space", true);
    return new SentencePieceModel(
            model.pieces(),
            model.unigram(),
            model.byteFallback(),
            model.unknown(),
            prefix,
            model.oneSpace(),
            model.charsMap())
        .tokenizerJson(flags.flag("legacy", true), where("tokenizer.model"));
  }

  /** A token of {@code added_tokens_decoder}: from its id to what it is. */
  private void decoded(Map.Entry<String, JsonNode> token) {
    JsonNode content = token.getValue().path("content");
    if (!token.getKey().matches("\\d{1,8}") || !content.isTextual()) {
      throw UserError.configuration(
          "%s: added_tokens_decoder has a token that is none: fetch it again", where(CONFIG));
    }
    if (!content.textValue().isEmpty() && !added.containsKey(content.textValue())) {
      lacking.put(content.textValue(), token.getValue());
      added.put(content.textValue(), Long.valueOf(token.getKey()));
    }
  }

  private void lacks(String content) {
    if (!content.isEmpty() && !added.containsKey(content)) {
      lacking.putIfAbsent(content, map.path("none"));
    }
  }

  /** A token's text, from wherever the directory has it; empty where nothing names it. */
  private String content(String key) {
    for (ObjectNode json : List.of(config, map)) {
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

  private static String text(JsonNode token) {
    return (token.isObject() ? token.path("content") : token).asText("");
  }

  private String where(String name) {
    return directory.resolve(name).toString();
  }
}
