package io.assize.judge.model;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.assize.config.UserError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * A stranger's {@code tokenizer.json}, before the native library sees it. That library ends the
 * whole JVM where it panics, at opening or at some text later, so only parts whose settings are
 * known to be harmless pass, each named in an error otherwise.
 */
public final class TokenizerJson {
  /** Values, names and brackets of the whole file; one of 256,000 tokens has about 3 million. */
  private static final int MAX_JSON_TOKENS = 6_000_000;

  private static final int MAX_ID = 1 << 24;
  private static final int MAX_TOKEN = 1 << 12;
  private static final int MAX_PARTS = 64;

  /** The expressions that may be replaced: SentencePiece's several spaces, and one at an end. */
  private static final Set<String> SPACES = Set.of(" {2,}", "\\A | \\z", " \\z");

  private static final double MAX_SCORE = 1e9;

  /** How much longer a text may become before it is cut into tokens. */
  private static final int MAX_GROWTH = 16;

  /** Bytes that a compiled normalisation makes of a character at most. */
  private static final int MAX_MAPPED = 64;

  private static final Set<String> NORMALIZERS =
      Set.of(
          "Sequence",
          "Prepend",
          "Replace",
          "Precompiled",
          "NFC",
          "NFD",
          "NFKC",
          "NFKD",
          "Lowercase",
          "Strip");
  private static final Set<String> PRE_TOKENIZERS =
      Set.of(
          "Sequence",
          "ByteLevel",
          "Split",
          "Digits",
          "Metaspace",
          "Whitespace",
          "WhitespaceSplit",
          "Punctuation");
  private static final Set<String> DECODERS =
      Set.of("Sequence", "ByteLevel", "Replace", "ByteFallback", "Fuse", "Strip", "Metaspace");

  /** Where a Sequence has its parts. */
  private static final List<String> LISTS = List.of("normalizers", "pretokenizers", "decoders");

  private final String where;
  private int parts;
  private long growth = 1;

  private TokenizerJson(String where) {
    this.where = where;
  }

  /**
   * The file's object, checked.
   *
   * @param where names the model in errors
   */
  public static ObjectNode checked(String text, String where) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    TokenizerJson check = new TokenizerJson(where);
    check.size(bytes);
    ObjectNode json = ModelJson.object(bytes, "tokenizer of " + where);
    check.addedTokens(json.path("added_tokens"));
    check.part(json.path("normalizer"), NORMALIZERS);
    check.part(json.path("pre_tokenizer"), PRE_TOKENIZERS);
    check.part(json.path("decoder"), DECODERS);
    check.model(json.path("model"));
    check.ids(json.path("added_tokens"), json.path("model").path("vocab"));
    return json;
  }

  /** The ids of added tokens by their content, without a tree of the whole file. */
  static Map<String, Long> added(byte[] tokenizer, String where) {
    Map<String, Long> added = new HashMap<>();
    try (JsonParser json = ModelJson.parser(tokenizer)) {
      json.nextToken();
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        boolean tokens = json.getCurrentName().equals("added_tokens");
        if (json.nextToken() != JsonToken.START_ARRAY || !tokens) {
          json.skipChildren();
          continue;
        }
        while (json.nextToken() == JsonToken.START_OBJECT) {
          String text = null;
          Long id = null;
          while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.getCurrentName();
            JsonToken value = json.nextToken();
            if (name.equals("content") && value == JsonToken.VALUE_STRING) {
              text = json.getText();
            } else if (name.equals("id") && value == JsonToken.VALUE_NUMBER_INT) {
              id = (long) json.getIntValue();
            }
            json.skipChildren();
          }
          if (text != null && id != null) {
            added.putIfAbsent(text, id);
          }
        }
        return added;
      }
      return added;
    } catch (JsonProcessingException e) {
      throw ModelJson.notJson(where, e);
    } catch (IOException e) {
      throw UserError.configuration("%s cannot be read: %s", where, e.getMessage());
    }
  }

  /**
   * Whether a text may have other tokens where it goes on from another than by itself: all but
   * byte-level tokenizers that put no space before it.
   */
  public static boolean contextual(ObjectNode json) {
    List<JsonNode> cuts = flat(json.path("pre_tokenizer"));
    boolean bytes =
        cuts.stream()
            .anyMatch(
                part ->
                    part.path("type").asText().equals("ByteLevel")
                        && !part.path("add_prefix_space").asBoolean(true));
    return !bytes
        || cuts.stream().anyMatch(part -> part.path("type").asText().equals("Metaspace"))
        || changes(json);
  }

  /** Whether a text may become control tokens that it does not spell as it stands. */
  public static boolean hides(ObjectNode json, List<AddedToken> control) {
    JsonNode vocabulary = json.path("model").path("vocab");
    boolean pieces =
        vocabulary.isArray()
            || (control.stream().anyMatch(token -> vocabulary.has(token.content()))
                && (changes(json) || contextual(json)));
    return pieces || (changes(json) && control.stream().anyMatch(AddedToken::normalized));
  }

  /** Whether normalisation does more than to compose characters. */
  private static boolean changes(ObjectNode json) {
    return !flat(json.path("normalizer")).stream()
        .allMatch(part -> part.path("type").asText().equals("NFC"));
  }

  /** The parts that are no sequences. */
  private static List<JsonNode> flat(JsonNode part) {
    if (ModelJson.absent(part)) {
      return List.of();
    }
    List<JsonNode> flat = new ArrayList<>();
    if (!part.path("type").asText().equals("Sequence")) {
      flat.add(part);
    }
    LISTS.forEach(list -> part.path(list).forEach(one -> flat.addAll(flat(one))));
    return flat;
  }

  private void size(byte[] text) {
    try (JsonParser json = ModelJson.parser(text)) {
      for (int i = 0; json.nextToken() != null; i++) {
        if (i > MAX_JSON_TOKENS) {
          throw refused("it has more parts than any tokenizer");
        }
      }
    } catch (JsonProcessingException e) {
      throw ModelJson.notJson("tokenizer of " + where, e);
    } catch (IOException e) {
      throw refused(e.getMessage());
    }
  }

  private void addedTokens(JsonNode tokens) {
    if (!tokens.isArray() && !ModelJson.absent(tokens)) {
      throw refused("its added_tokens are no list");
    }
    for (JsonNode token : tokens) {
      String content = ModelJson.text(token, "content", "", where);
      ModelNumbers.ofJson(token, where).whole("id", 0, MAX_ID);
      if (content.isEmpty() || content.length() > MAX_TOKEN) {
        throw refused(
            String.format(Locale.ROOT, "an added token has %d characters", content.length()));
      }
    }
  }

  /** The library would give such a token the number that its model has for the text. */
  private void ids(JsonNode tokens, JsonNode vocabulary) {
    for (JsonNode token : tokens) {
      JsonNode known = vocabulary.path(token.path("content").asText());
      if (known.isNumber() && known.intValue() != token.path("id").intValue()) {
        throw refused(
            String.format(
                Locale.ROOT,
                "its added token %d is %d in its vocab",
                token.path("id").intValue(),
                known.intValue()));
      }
    }
  }

  private void part(JsonNode part, Set<String> known) {
    if (ModelJson.absent(part)) {
      return;
    }
    String type = ModelJson.text(part, "type", "none", where);
    if (!part.isObject() || !known.contains(type)) {
      throw refused(
          String.format(
              Locale.ROOT,
              "its part of type %s is not supported: %s are",
              type,
              String.join(", ", known)));
    }
    if (++parts > MAX_PARTS) {
      throw refused(String.format(Locale.ROOT, "it has more than %d parts", MAX_PARTS));
    }
    switch (type) {
      case "Sequence" -> {
        for (String list : LISTS) {
          part.path(list).forEach(one -> part(one, known));
        }
      }
      case "Replace" -> {
        if (pattern(part, false).isEmpty()) {
          throw refused("a Replace has an empty pattern");
        }
        grows(ModelJson.text(part, "content", "", where));
      }
      case "Prepend" -> grows("x" + ModelJson.text(part, "prepend", "", where));
      case "Precompiled" -> charsMap(ModelJson.text(part, "precompiled_charsmap", "", where));
      case "Split" -> {
        if (pattern(part, true).isEmpty()) {
          throw refused("a Split has an empty pattern");
        }
      }
      // More than there is to strip ends the process, so what is stripped at the end is none.
      case "Strip" -> {
        if (known == DECODERS) {
          ModelNumbers numbers = ModelNumbers.ofJson(part, where);
          numbers.whole("start", 0, 0, MAX_PARTS);
          numbers.whole("stop", 0, 0, 0);
        }
      }
      default -> {}
    }
  }

  private void grows(String content) {
    growth *= Math.max(1, content.getBytes(StandardCharsets.UTF_8).length);
    if (growth > MAX_GROWTH) {
      throw refused(
          String.format(Locale.ROOT, "it makes texts more than %d times as long", MAX_GROWTH));
    }
  }

  private void charsMap(String base64) {
    byte[] map;
    try {
      map = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      map = new byte[0];
    }
    if (!CharsMap.sound(map, MAX_MAPPED)) {
      throw refused("its precompiled_charsmap is damaged");
    }
  }

  private String pattern(JsonNode part, boolean expressions) {
    JsonNode pattern = part.path("pattern");
    String regex = ModelJson.text(pattern, "Regex", "", where);
    boolean held = expressions ? PatternBounds.hold(regex) : SPACES.contains(regex);
    if (!regex.isEmpty() && !held) {
      throw refused(
          String.format(
              Locale.ROOT,
              "its pattern %s could take for ever",
              ModelJson.shown(pattern.get("Regex"))));
    }
    return regex.isEmpty() ? ModelJson.text(pattern, "String", "", where) : regex;
  }

  private void model(JsonNode model) {
    String type = ModelJson.text(model, "type", model.has("merges") ? "BPE" : "none", where);
    switch (type) {
      case "BPE" -> merging(model);
      case "Unigram" -> unigram(model);
      default ->
          throw refused(
              String.format(
                  Locale.ROOT, "its model is of type %s: BPE and Unigram are supported", type));
    }
  }

  /**
   * Pieces and their scores. An empty piece would be taken for ever; the same twice, or a score
   * that is no number, end the process.
   */
  private void unigram(JsonNode model) {
    JsonNode vocabulary = model.path("vocab");
    if (!vocabulary.isArray() || vocabulary.isEmpty()) {
      throw refused("its model lacks vocab");
    }
    Set<String> pieces = new HashSet<>();
    for (JsonNode piece : vocabulary) {
      boolean good =
          piece.isArray()
              && piece.size() == 2
              && piece.get(0).isTextual()
              && piece.get(1).isNumber()
              && Math.abs(piece.get(1).doubleValue()) < MAX_SCORE;
      String text = good ? piece.get(0).textValue() : "";
      if (text.isEmpty() || text.length() > MAX_TOKEN || !pieces.add(text)) {
        throw refused(
            String.format(Locale.ROOT, "its piece %d is none, or two are the same", pieces.size()));
      }
    }
    ModelNumbers numbers = ModelNumbers.ofJson(model, where);
    numbers.whole("unk_id", 0, vocabulary.size() - 1);
    numbers.flag("byte_fallback", false);
  }

  private void merging(JsonNode model) {
    for (String affix : Set.of("continuing_subword_prefix", "end_of_word_suffix")) {
      if (!ModelJson.text(model, affix, "", where).isEmpty()) {
        throw refused(String.format(Locale.ROOT, "its %s is not supported", affix));
      }
    }
    if (ModelNumbers.ofJson(model, where).real("dropout", 0, 0, 1) != 0) {
      throw refused("its dropout makes tokens at random");
    }
    if (!model.path("vocab").isObject() || !model.path("merges").isArray()) {
      throw refused("its model lacks vocab or merges");
    }
    Set<Integer> ids = new HashSet<>();
    model
        .path("vocab")
        .fields()
        .forEachRemaining(
            token -> {
              JsonNode id = token.getValue();
              boolean good = id.canConvertToInt() && id.intValue() >= 0 && id.intValue() < MAX_ID;
              if (!good || !ids.add(id.intValue()) || token.getKey().length() > MAX_TOKEN) {
                throw refused(
                    String.format(
                        Locale.ROOT,
                        "its token of number %s is none, or two have it",
                        ModelJson.shown(id)));
              }
            });
  }

  private UserError refused(String why) {
    return UserError.configuration("tokenizer of %s cannot be read: %s", where, why);
  }
}
